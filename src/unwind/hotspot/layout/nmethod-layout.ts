// nmethod and the debug information it leads to (hotspot/share/code/nmethod.hpp; compiledMethod.hpp up to 22; pcDesc.hpp).
//
// |                | 8        | 9 to 22  | 23, 24                    | 25                        | 26 and later           |
// |----------------|----------|----------|---------------------------|---------------------------|------------------------|
// | scopes data    | offset   | pointer  | behind _immutable_data    | same                      | same                   |
// | its end        | scopes pcs | same   | end of the immutable data | same                      | the reference count    |
// | scopes pcs end | dependencies | same | scopes data               | same                      | same                   |
// | metadata       | offset   | offset   | data + offset             | _mutable_data, behind the relocations | same       |
// | deopt handlers | offsets  | pointers | offsets                   | offsets                   | one, its entry         |

import { fromItself, fromPointer, i32At, type Place, pointerAt, u16At } from './place.ts';
import type { Shape, TableReader } from './table-reader.ts';

/** From the first byte up to, not including, the end. */
export interface Extent {
  readonly begin: Place;
  readonly end: Place;
}

export interface NmethodLayout {
  readonly sizeBytes: number;
  readonly method: number;
  readonly compileId: number;
  /** One byte is enough: levels go from 0 to 4, and JDKs differ in the field's size. */
  readonly compLevel: number;
  readonly osrEntryPoint: number;
  readonly origPcOffset: number;
  /** Return addresses that deoptimization puts in place of a frame's own. */
  readonly deoptHandlers: readonly Place[];
  /** Where the method's own code ends and its stubs begin: handlers of exceptions and deoptimization, trampolines. */
  readonly stubs: Place;
  readonly scopesData: Extent;
  readonly scopesPcs: Extent;
  readonly metadata: Extent;
  readonly pcDescSizeBytes: number;
}

type DebugInfoPlaces = Pick<NmethodLayout, 'scopesData' | 'scopesPcs' | 'metadata'>;

/** The class that declares what moved from nmethod to CompiledMethod in 9 and back in 23. */
const METHOD = {
  compiledMethod: { jdks: '9 to 22', read: (look) => look.field('CompiledMethod', '_method') },
  nmethod: { jdks: '8, 23 and later', read: (look) => look.field('nmethod', '_method') },
} as const satisfies Record<string, Shape<number>>;

const DEOPT_HANDLERS = {
  pointers: {
    jdks: '9 to 22',
    read: (look) => [
      pointerAt(look.field('CompiledMethod', '_deopt_handler_begin')),
      pointerAt(look.field('CompiledMethod', '_deopt_mh_handler_begin')),
    ],
  },
  entry: { jdks: '26 and later', read: (look) => [offset(look, '_deopt_handler_entry_offset')] },
  offsets: {
    jdks: '23 to 25',
    read: (look) => [offset(look, '_deopt_handler_offset'), offset(look, '_deopt_mh_handler_offset')],
  },
  olderOffsets: {
    jdks: '8',
    read: (look) => [offset(look, '_deoptimize_offset'), offset(look, '_deoptimize_mh_offset')],
  },
} as const satisfies Record<string, Shape<readonly Place[]>>;

const DEBUG_INFO = {
  pointer: {
    jdks: '9 to 22',
    read: (look) => inBlob(look, pointerAt(look.field('CompiledMethod', '_scopes_data_begin'))),
  },
  immutable: { jdks: '23 and later', read: immutable },
  offsets: { jdks: '8', read: (look) => inBlob(look, offset(look, '_scopes_data_offset')) },
} as const satisfies Record<string, Shape<DebugInfoPlaces>>;

const METADATA = {
  mutable: {
    jdks: '25 and later',
    read: (look) => {
      const data = look.field('CodeBlob', '_mutable_data');
      return {
        begin: fromPointer(data, i32At(look.field('CodeBlob', '_relocation_size'))),
        end: fromPointer(data, i32At(look.field('CodeBlob', '_mutable_data_size'))),
      };
    },
  },
  behindData: {
    jdks: '23, 24',
    read: (look) => {
      const data = i32At(look.field('CodeBlob', '_data_offset'));
      return {
        begin: fromItself(data, u16At(look.field('nmethod', '_metadata_offset'))),
        end: fromItself(i32At(look.field('CodeBlob', '_size'))),
      };
    },
  },
} as const satisfies Record<string, Shape<Extent>>;

export function nmethodLayout(look: TableReader): NmethodLayout {
  return {
    sizeBytes: look.size('nmethod'),
    method: look.firstOf<number>(METHOD),
    compileId: look.field('nmethod', '_compile_id'),
    compLevel: look.field('nmethod', '_comp_level'),
    osrEntryPoint: look.field('nmethod', '_osr_entry_point'),
    origPcOffset: look.field('nmethod', '_orig_pc_offset'),
    deoptHandlers: look.firstOf<readonly Place[]>(DEOPT_HANDLERS),
    stubs: offset(look, '_stub_offset'),
    ...look.firstOf<DebugInfoPlaces>(DEBUG_INFO),
    pcDescSizeBytes: look.size('PcDesc'),
  };
}

function offset(look: TableReader, name: string): Place {
  return fromItself(i32At(look.field('nmethod', name)));
}

/** All in the blob: metadata, scopes data, scopes pcs, dependencies, in this order. */
function inBlob(look: TableReader, scopesData: Place): DebugInfoPlaces {
  const scopesPcs = offset(look, '_scopes_pcs_offset');
  return {
    metadata: { begin: offset(look, '_metadata_offset'), end: scopesData },
    scopesData: { begin: scopesData, end: scopesPcs },
    scopesPcs: { begin: scopesPcs, end: offset(look, '_dependencies_offset') },
  };
}

/** In a block of its own: …, scopes pcs, scopes data, speculations, and from 26 on a count of those who share it. */
function immutable(look: TableReader): DebugInfoPlaces {
  const block = look.field('nmethod', '_immutable_data');
  const at = (name: string): Place => fromPointer(block, i32At(look.field('nmethod', name)));
  const scopesData = at('_scopes_data_offset');
  return {
    metadata: look.firstOf<Extent>(METADATA),
    scopesPcs: { begin: at('_scopes_pcs_offset'), end: scopesData },
    scopesData: {
      begin: scopesData,
      end: look.optional(() => at('_immutable_data_ref_count_offset')) ?? at('_immutable_data_size'),
    },
  };
}
