// A process → where its native memory is asked for: the functions of the allocator that it uses (libc's, or the one that is linked or loaded in
// its place and exports the same names), and libc's mmap. Addresses tell the program which function it is in.

import { OperatorError } from '../model/errors.ts';
import type { MappedLibrary, Mapping, TargetReader } from '../model/target.ts';

const GLIBC = /\/libc(\.so\.6|-2\.\d+\.so)$/u;
const MUSL = /\/(ld-musl-[^/]+\.so\.1|libc\.musl-[^/]+\.so\.1)$/u;
/** glibc's loader had a malloc of its own until 2.31, for itself. */
const LOADER = /\/ld-(linux[^/]*|2\.\d+)\.so[^/]*$/u;

/** Addresses in a process: of its allocator's functions and of libc's mmap, 0 where there is none; and of the code of both libraries. */
export interface AllocatorPlaces {
  readonly mallocAt: number;
  readonly callocAt: number;
  readonly reallocAt: number;
  readonly posixMemalignAt: number;
  readonly alignedAllocAt: number;
  readonly memalignAt: number;
  readonly mmapAt: number;
  readonly libcLow: number;
  readonly libcHigh: number;
  readonly allocatorLow: number;
  readonly allocatorHigh: number;
  /** Its realloc and small alignments go on to malloc. */
  readonly glibc: boolean;
}

/** As {@link AllocatorPlaces} calls them. */
const FUNCTIONS = {
  mallocAt: 'malloc',
  callocAt: 'calloc',
  reallocAt: 'realloc',
  posixMemalignAt: 'posix_memalign',
  alignedAllocAt: 'aligned_alloc',
  memalignAt: 'memalign',
} as const;

interface Found {
  readonly mapping: Mapping;
  readonly library: MappedLibrary;
}

export interface AllocatorFunction {
  readonly mapping: Mapping;
  readonly name: string;
}

/** Throws an OperatorError where there is none. */
export function findAllocator(reader: TargetReader): {
  readonly functions: readonly AllocatorFunction[];
  readonly places: AllocatorPlaces;
} {
  const code = (reader.maps() ?? []).filter(({ path, permissions }) => path.startsWith('/') && permissions.includes('x'));
  const exporting = code.flatMap((mapping): Found[] => {
    const library = LOADER.test(mapping.path) ? null : reader.library(mapping);
    return library === null || reader.symbolNamed(library, 'malloc') === null ? [] : [{ mapping, library }];
  });
  const isLibc = ({ mapping: { path } }: Found): boolean => GLIBC.test(path) || MUSL.test(path);
  // What is loaded before libc comes before it.
  const allocator = exporting.find((found) => !isLibc(found)) ?? exporting[0];
  if (allocator === undefined)
    throw new OperatorError(
      'usage',
      'no library of this process exports malloc',
      'a static program: --event uprobe:PATH:FUNCTION samples any function by its name',
    );
  const libc = exporting.find(isLibc) ?? null;
  const addresses = new Set<number>();
  const functions: AllocatorFunction[] = [];
  /** Two names of one place are one function. */
  const at = ({ mapping, library }: Found, name: string): number => {
    const address = reader.symbolNamed(library, name);
    if (address === null || addresses.has(address + library.bias)) return 0;
    addresses.add(address + library.bias);
    functions.push({ mapping, name });
    return address + library.bias;
  };
  const entries = Object.entries(FUNCTIONS).map(([key, name]) => [key, at(allocator, name)] as const);
  // One that is part of the program itself is not told from it where it maps memory.
  const mapsApart = libc !== null && (isLibc(allocator) || /\.so(\.|$)/u.test(allocator.mapping.path));
  return {
    places: {
      ...(Object.fromEntries(entries) as Record<keyof typeof FUNCTIONS, number>),
      mmapAt: mapsApart ? at(libc, 'mmap') : 0,
      libcLow: libc?.mapping.start ?? 0,
      libcHigh: libc?.mapping.end ?? 0,
      allocatorLow: allocator.mapping.start,
      allocatorHigh: allocator.mapping.end,
      glibc: GLIBC.test(allocator.mapping.path),
    },
    functions,
  };
}
