// What leads from a JavaThread to the text of its name in the Java heap: how oops and class pointers are kept, and where a class
// says at which offset its fields lie (hotspot/share/oops/oop.hpp, compressedOops.hpp, compressedKlass.hpp, instanceKlass.hpp).

import type { Shape, TableReader } from './table-reader.ts';

export interface NamesLayout {
  /** JavaThread::_threadObj, an oop, or a handle: a pointer to one. */
  readonly threadObj: { readonly at: number; readonly isHandle: boolean };
  readonly fields: FieldsPlace;
  readonly constants: number;
  readonly superclass: number;
  /** Addresses of the variables that narrow oops and class pointers are decoded with. */
  readonly narrowOop: NarrowBase;
  readonly narrowKlass: NarrowBase;
  /** Offset of the class pointer in an object's header, narrow or not. */
  readonly oopKlass: number;
  /** Of Klass: what an array's objects look like. */
  readonly layoutHelper: number;
  /** Where compact object headers have the class pointer: bits of the mark word from here on; null: this JDK has none. */
  readonly markKlassShift: number | null;
  /** Of generational ZGC; null: this JDK has none. */
  readonly colours: ColoursPlace | null;
  /** Of ZGC before and beside it, up to JDK 23. */
  readonly mappedColours: Pick<ColoursPlace, 'instance' | 'bad'> | null;
}

/** `instance`: address of the pointer to ZGlobalsForVMStructs; the others are offsets in it, of pointers to the variables. */
interface ColoursPlace {
  readonly instance: number;
  readonly good: number;
  readonly bad: number;
  readonly shift: number;
}

/** Offset in InstanceKlass: an array of six u2 each field, or a stream of UNSIGNED5 numbers. */
export type FieldsPlace =
  | { readonly kind: 'slots'; readonly at: number }
  /** `optional`: bits of a field's flags that each bring one number more. */
  | { readonly kind: 'stream'; readonly at: number; readonly optional: readonly number[] };

export interface NarrowBase {
  readonly base: number;
  readonly shift: number;
}

const FIELDS = {
  slots: { jdks: '8 to 20', read: (look) => ({ kind: 'slots', at: look.field('InstanceKlass', '_fields') }) },
  stream: {
    jdks: '21 and later',
    read: (look) => ({
      kind: 'stream',
      at: look.field('InstanceKlass', '_fieldinfo_stream'),
      optional: ['initialized', 'generic', 'contended'].map((flag) => look.constant(`FieldInfo::FieldFlags::_ff_${flag}`)),
    }),
  },
} as const satisfies Record<string, Shape<FieldsPlace>>;

const inClass = (type: string, prefix: string): Shape<NarrowBase>['read'] => {
  return (look) => ({ base: look.global(type, `${prefix}_base`), shift: look.global(type, `${prefix}_shift`) });
};

const NARROW_OOP = {
  struct: { jdks: '13 to 24', read: inClass('CompressedOops', '_narrow_oop.') },
  own: { jdks: '25 and later', read: inClass('CompressedOops', '') },
  universe: { jdks: '8 to 12', read: inClass('Universe', '_narrow_oop.') },
} as const satisfies Record<string, Shape<NarrowBase>>;

const NARROW_KLASS = {
  struct: { jdks: '13 to 24', read: inClass('CompressedKlassPointers', '_narrow_klass.') },
  own: { jdks: '25 and later', read: inClass('CompressedKlassPointers', '') },
  universe: { jdks: '8 to 12', read: inClass('Universe', '_narrow_klass.') },
} as const satisfies Record<string, Shape<NarrowBase>>;

const OOP_KLASS = {
  union: { jdks: '8 to 26', read: (look) => look.field('oopDesc', '_metadata._klass') },
  compressed: { jdks: '27 and later', read: (look) => look.field('oopDesc', '_compressed_klass') },
} as const satisfies Record<string, Shape<number>>;

/** Named Z, and X once the generational one beside it had taken the name. */
const MAPPED_COLOURS = {
  z: {
    jdks: '11 to 20',
    read: (look) => ({
      instance: look.global('ZGlobalsForVMStructs', '_instance_p'),
      bad: look.field('ZGlobalsForVMStructs', '_ZAddressBadMask'),
    }),
  },
  x: {
    jdks: '21 to 23',
    read: (look) => ({
      instance: look.global('XGlobalsForVMStructs', '_instance_p'),
      bad: look.field('XGlobalsForVMStructs', '_XAddressBadMask'),
    }),
  },
} as const satisfies Record<string, Shape<NonNullable<NamesLayout['mappedColours']>>>;

/** null: names stay what the kernel knows (comm). */
export function namesLayout(look: TableReader): NamesLayout | null {
  return look.optional(() => ({
    threadObj: {
      at: look.field('JavaThread', '_threadObj'),
      // Handles were exported when threads had become one of their users (16); a wrong guess gives no name that agrees with comm.
      isHandle: look.tables.offset('OopHandle', '_obj') !== null,
    },
    fields: look.firstOf<FieldsPlace>(FIELDS),
    constants: look.field('InstanceKlass', '_constants'),
    superclass: look.field('Klass', '_super'),
    narrowOop: look.firstOf<NarrowBase>(NARROW_OOP),
    narrowKlass: look.firstOf<NarrowBase>(NARROW_KLASS),
    oopKlass: look.firstOf<number>(OOP_KLASS),
    layoutHelper: look.field('Klass', '_layout_helper'),
    markKlassShift: look.optional(() => look.constant('markWord::klass_shift')),
    colours: look.optional(() => ({
      instance: look.global('ZGlobalsForVMStructs', '_instance_p'),
      good: look.field('ZGlobalsForVMStructs', '_ZPointerLoadGoodMask'),
      bad: look.field('ZGlobalsForVMStructs', '_ZPointerLoadBadMask'),
      shift: look.field('ZGlobalsForVMStructs', '_ZPointerLoadShift'),
    })),
    mappedColours: look.optional(() => look.firstOf<NonNullable<NamesLayout['mappedColours']>>(MAPPED_COLOURS)),
  }));
}
