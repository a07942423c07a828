// Method, ConstMethod, ConstantPool, Klass and Symbol: what a method's name, its bytecode and its lines are read from
// (hotspot/share/oops/method.hpp, constMethod.hpp, constMethodFlags.hpp, constantPool.hpp, symbol.hpp).

import type { Shape, TableReader } from './table-reader.ts';

export interface MethodLayout {
  readonly method: { readonly constMethod: number; readonly accessFlags: number; readonly sizeBytes: number };
  readonly constMethod: {
    readonly constants: number;
    readonly flags: ConstMethodFlags;
    readonly codeSize: number;
    readonly nameIndex: number;
    readonly signatureIndex: number;
    readonly sizeBytes: number;
  };
  readonly constantPool: { readonly poolHolder: number; readonly length: number; readonly sizeBytes: number };
  readonly klassName: number;
  /** `length` is a u2. */
  readonly symbol: { readonly length: number; readonly body: number };
}

interface ConstMethodFlags {
  readonly at: number;
  /** The bit of a method that has a line table; it lies in the low 16. */
  readonly hasLineTable: number;
}

const FLAGS = {
  own: {
    jdks: '8 to 20',
    read: (look) => ({
      at: look.field('ConstMethod', '_flags'),
      hasLineTable: look.constant('ConstMethod::_has_linenumber_table'),
    }),
  },
  class: {
    jdks: '21 and later',
    read: (look) => ({
      at: look.field('ConstMethod', '_flags._flags'),
      hasLineTable: look.constant('ConstMethodFlags::_misc_has_linenumber_table'),
    }),
  },
} as const satisfies Record<string, Shape<ConstMethodFlags>>;

/** In the word of both the length is the high half. */
const LENGTH_IN_WORD_BYTES = 2;

const SYMBOL_LENGTH = {
  own: { jdks: '8 to 11, 17 and later', read: (look) => look.field('Symbol', '_length') },
  withRefcount: { jdks: '12 to 16', read: (look) => look.field('Symbol', '_length_and_refcount') + LENGTH_IN_WORD_BYTES },
} as const satisfies Record<string, Shape<number>>;

export function methodLayout(look: TableReader): MethodLayout {
  return {
    method: {
      constMethod: look.field('Method', '_constMethod'),
      accessFlags: look.field('Method', '_access_flags'),
      sizeBytes: look.size('Method'),
    },
    constMethod: {
      constants: look.field('ConstMethod', '_constants'),
      flags: look.firstOf<ConstMethodFlags>(FLAGS),
      codeSize: look.field('ConstMethod', '_code_size'),
      nameIndex: look.field('ConstMethod', '_name_index'),
      signatureIndex: look.field('ConstMethod', '_signature_index'),
      sizeBytes: look.size('ConstMethod'),
    },
    constantPool: {
      poolHolder: look.field('ConstantPool', '_pool_holder'),
      length: look.field('ConstantPool', '_length'),
      sizeBytes: look.size('ConstantPool'),
    },
    klassName: look.field('Klass', '_name'),
    symbol: { length: look.firstOf<number>(SYMBOL_LENGTH), body: look.field('Symbol', '_body') },
  };
}
