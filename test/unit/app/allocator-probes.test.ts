// Which allocator a process uses, by what its libraries export.

import { describe, expect, test } from 'vitest';
import { findAllocator } from '../../../src/app/allocator-probes.ts';
import type { MappedLibrary, Mapping } from '../../../src/model/target.ts';
import { asAddress, asElfAddress, asPid } from '../../../src/model/units.ts';
import { silentReader } from '../../../src/app/silent-reader.ts';

const LIBC = '/lib/x86_64-linux-gnu/libc.so.6';
const BIAS = 0x1_0000;
const LIBC_SYMBOLS = {
  malloc: 0x10,
  calloc: 0x20,
  realloc: 0x30,
  posix_memalign: 0x40,
  aligned_alloc: 0x50,
  memalign: 0x50,
  mmap: 0x60,
};

function found(libraries: Readonly<Record<string, Readonly<Record<string, number>>>>): ReturnType<typeof findAllocator> {
  const paths = Object.keys(libraries);
  const maps = paths.map((path, index): Mapping => {
    const start = BIAS * (index + 1);
    return { start: asAddress(start), end: asAddress(start + 0x1000), permissions: 'r-xp', fileOffsetBytes: 0, path, deleted: false, fileId: path }; // prettier-ignore
  });
  return findAllocator({
    ...silentReader(asPid(1)),
    maps: () => maps,
    library: ({ path, start }): MappedLibrary => ({ key: path, path, buildId: '', bias: start }),
    symbolNamed: ({ path }, name) => {
      const at = libraries[path]?.[name];
      return at === undefined ? null : asElfAddress(at);
    },
  });
}

describe('the allocator', () => {
  test("libc's: two names of one function are one probe, and glibc's ways are known", () => {
    const { functions, places } = found({ '/bin/x': {}, [LIBC]: LIBC_SYMBOLS });
    expect(functions.map(({ name }) => name)).toEqual(['malloc', 'calloc', 'realloc', 'posix_memalign', 'aligned_alloc', 'mmap']);
    expect(places).toMatchObject({
      mallocAt: 2 * BIAS + 0x10,
      memalignAt: 0,
      mmapAt: 2 * BIAS + 0x60,
      libcLow: 2 * BIAS,
      glibc: true,
    });
  });

  test('one that is loaded in its place; mmap is still that of libc', () => {
    const { functions, places } = found({
      '/bin/x': {},
      [LIBC]: LIBC_SYMBOLS,
      '/lib/libjemalloc.so.2': { malloc: 0x70, calloc: 0x80 },
    });
    expect(functions.map(({ name, mapping: { path } }) => `${path} ${name}`)).toEqual([
      '/lib/libjemalloc.so.2 malloc',
      '/lib/libjemalloc.so.2 calloc',
      `${LIBC} mmap`,
    ]);
    expect(places).toMatchObject({ reallocAt: 0, allocatorLow: 3 * BIAS, libcLow: 2 * BIAS, glibc: false });
  });

  test('one that is part of the program: what it maps is not told from what the program maps', () => {
    const { functions } = found({ '/bin/redis-server': { malloc: 0x70 }, [LIBC]: LIBC_SYMBOLS });
    expect(functions.map(({ mapping: { path } }) => path)).toEqual(['/bin/redis-server']);
  });

  test("the loader's own is nobody's; without any the operator is told", () => {
    const loader = { '/lib64/ld-linux-x86-64.so.2': { malloc: 0x10 } };
    expect(() => found(loader)).toThrow('no library of this process exports malloc');
  });
});
