// A place in native code: what is mapped there, which function it is in, and the frame that stands for it.

import type { Frame } from '../../model/frame.ts';
import type { MappedLibrary, Mapping, NativeSymbol } from '../../model/target.ts';

export interface NativePlace {
  readonly mapping: Mapping;
  readonly library: MappedLibrary | null;
  /** Without a name where only its call frame information tells where the function begins. */
  readonly symbol: NativeSymbol | null;
  readonly isVm: boolean;
  /** Code that a runtime generated: by a perf map, whose symbol it is, or `unnamed`, of no file and in no map; null: other code. */
  readonly generated: 'named' | 'unnamed' | null;
  /** The address as the library's own headers count it; the address itself without a library. */
  readonly elfAddress: number;
}

/** Stands where a library's path stands. */
const PERF_MAP = '[perf map]';
/** Functions of V8 that are no C++: they are compiled into the program, without call frame information. */
const V8_BUILTIN = /^Builtins_/;

/** `hasPerfMap`: code of no file moves, and an address of it tells nobody anything. */
export function nativeFrame(place: NativePlace, hasPerfMap: boolean): Frame {
  const { library, mapping } = place;
  const path = library?.path ?? mapping.path;
  const base = path === '' ? 'anonymous' : path.slice(path.lastIndexOf('/') + 1);
  return {
    kind: place.isVm ? 'vm' : 'native',
    name: nameOf(place) ?? placeName(place, base, hasPerfMap),
    signature: '',
    bci: -1,
    line: 0,
    library: place.generated === 'named' ? PERF_MAP : path,
    lineApproximate: false,
    marker: null,
  };
}

/** The name of the function at a place; null: none, or only where it begins is known. */
export function nameOf({ symbol }: NativePlace): string | null {
  return symbol === null || symbol.name === '' ? null : symbol.name;
}

/**
 * Whether code at a place keeps a frame pointer whatever its first instructions are: what runtimes generate, as nearly all do, and V8's
 * own builtins where they have called something, because V8 walks its stacks by them.
 */
export function keepsFramePointer(place: NativePlace, isLeaf: boolean): boolean {
  return place.generated !== null || (!isLeaf && V8_BUILTIN.test(nameOf(place) ?? ''));
}

/** Where a function begins stands for all of it, so that one function is one box. */
function placeName({ library, elfAddress, symbol }: NativePlace, base: string, hasPerfMap: boolean): string {
  return library === null && hasPerfMap ? `[${base}]` : `[${base}+0x${(symbol?.start ?? elfAddress).toString(16)}]`;
}
