// What NativeCode remembers of a process must not outlive the mapping it was derived from.

import { expect, test } from 'vitest';
import type { Mapping, TargetReader } from '../../../../src/model/target.ts';
import { asAddress, asElfAddress, asPid } from '../../../../src/model/units.ts';
import { MappingRoom } from '../../../../src/unwind/native/mapping-room.ts';
import { NativeCode } from '../../../../src/unwind/native/native-code.ts';

const mapping = (start: number, path: string): Mapping => ({
  start: asAddress(start),
  end: asAddress(start + 0x1000),
  permissions: 'r-xp',
  fileOffsetBytes: 0,
  path,
  deleted: false,
  fileId: path,
});

/** A process whose libraries can be exchanged; every library has one function at its start that keeps a frame pointer. */
function processWith(state: { maps: readonly Mapping[] }): TargetReader {
  return {
    pid: asPid(1),
    architecture: 'x86-64',
    read(address, into) {
      const found = state.maps.find(({ start, end }) => address >= start && address < end);
      into.fill(0);
      if (found?.start === address) into.set([0x55, 0x48, 0x89, 0xe5].slice(0, into.length));
      return found !== undefined;
    },
    maps: () => state.maps,
    library: ({ path, start }) => ({ key: path, path, buildId: '', bias: start }),
    symbolAt: (library) => ({ name: `f_in_${library.path}`, start: asElfAddress(0), sizeBytes: 0x100 }),
    unwindRule: () => null,
    symbolNamed: () => null,
    tlsModuleSlot: () => null,
    tlsDescriptorSlot: () => null,
    threadComm: () => null,
    alive: () => true,
  };
}

const nameAt = (code: NativeCode, pc: number): string | undefined => code.at(pc)?.symbol?.name;

test('a library replaced by another at the same place: noticed also when something else made the mappings be read', () => {
  const state = { maps: [mapping(0x10000, '/a.so')] };
  const code = new NativeCode(processWith(state));
  code.beginBatch(1000);
  expect(nameAt(code, 0x10010)).toBe('f_in_/a.so');
  state.maps = [mapping(0x10000, '/b.so'), mapping(0x20000, '/c.so')];
  code.beginBatch(1100);
  expect(nameAt(code, 0x20010)).toBe('f_in_/c.so');
  expect(nameAt(code, 0x10010)).toBe('f_in_/b.so');
});

test('mappings of all processes together have a bound: the process that read its own longest ago reads them again', () => {
  const reads = [0, 0, 0];
  const maps = [mapping(0x10000, '/a.so'), mapping(0x20000, '/b.so')];
  const room = new MappingRoom(1500); // of two processes with two each
  const codes = reads.map((_, i) => {
    const reader = processWith({ maps });
    return new NativeCode({ ...reader, maps: () => ((reads[i] = (reads[i] ?? 0) + 1), maps) }, undefined, room);
  });
  /** How often a process read its mappings to name two places. */
  const readsOf = (i: number): number => {
    const before = reads[i] ?? 0;
    expect([0x10010, 0x20010].map((pc) => codes[i] && nameAt(codes[i], pc))).toEqual(['f_in_/a.so', 'f_in_/b.so']);
    return (reads[i] ?? 0) - before;
  };
  expect([0, 1, 0, 1].map(readsOf)).toEqual([1, 1, 0, 0]);
  expect(room.leftBytes).toBeGreaterThanOrEqual(0);
  expect([2, 1, 0].map(readsOf)).toEqual([1, 0, 1]); // the first had to forget its own
  for (const code of codes) code.forget();
  expect(room.leftBytes).toBe(1500);
});

test('a process whose mappings alone are too many keeps them', () => {
  const room = new MappingRoom(10);
  const code = new NativeCode(processWith({ maps: [mapping(0x10000, '/a.so')] }), undefined, room);
  expect(nameAt(code, 0x10010)).toBe('f_in_/a.so');
  expect(room.leftBytes).toBeLessThan(0);
});

test('a library that comes back at another base: its prologues are there, not where they were', () => {
  const state = { maps: [mapping(0x10000, '/a.so')] };
  const code = new NativeCode(processWith(state));
  code.beginBatch(1000);
  const first = code.at(0x10010);
  expect(first && code.framePointerFrom(first)).toBe(0x10004);
  state.maps = [mapping(0x50000, '/a.so')];
  code.beginBatch(2000);
  const second = code.at(0x50010);
  expect(second && code.framePointerFrom(second)).toBe(0x50004);
});

test('a function without a name is shown by its start, all of it as one; code of no known function by its address', () => {
  const reader = processWith({ maps: [mapping(0x10000, '/a.so')] });
  const code = new NativeCode({
    ...reader,
    symbolAt: (_, address) => (address < 0x80 ? { name: '', start: asElfAddress(0x10), sizeBytes: 0x70 } : null),
  });
  code.beginBatch(1000);
  const names = [0x10010, 0x10011, 0x1007f, 0x10085].map((pc) => {
    const place = code.at(pc);
    return place && code.frame(place).name;
  });
  expect(names).toEqual(['[a.so+0x10]', '[a.so+0x10]', '[a.so+0x10]', '[a.so+0x85]']);
});

test("a signal handler's return is known by its code, also where call frame information gives it an extent; not under another name", () => {
  const restorer = [0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05];
  const isReturn = (name: string): boolean => {
    const code = new NativeCode({
      ...processWith({ maps: [mapping(0x10000, '/libc.so')] }),
      read: (address, into) => {
        into.set(restorer.slice(address - 0x10010, address - 0x10010 + into.length));
        return true;
      },
      symbolAt: () => ({ name, start: asElfAddress(0xf), sizeBytes: 0x0a }),
    });
    code.beginBatch(1000);
    return code.isSignalReturn(0x10010, false);
  };
  expect([isReturn(''), isReturn('__restore_rt'), isReturn('f')]).toEqual([true, true, false]);
});
