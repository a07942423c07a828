// References as the collectors keep them, above all ZGC's: one that may be older than its object's last move is refused.

import { describe, expect, test } from 'vitest';
import { HeapOops } from '../../../../src/unwind/hotspot/heap-oops.ts';
import type { NamesLayout } from '../../../../src/unwind/hotspot/layout/names-layout.ts';
import { MemoryFault, MemoryView } from '../../../../src/unwind/memory-view.ts';
import { SyntheticMemory } from '../../../support/synthetic-target.ts';

const UNLOCKED = 1;
const [GOOD, BAD, SHIFT] = [0x10, 0x18, 0x20];
const BITS = { first: 2 ** 42, second: 2 ** 43, third: 2 ** 44 };

/** Memory with an object; references as ZGC of `zGenerational` keeps them, the masks as given. */
function zgc(zGenerational: boolean, masks: { readonly good: number; readonly bad: number; readonly shift: number }) {
  const memory = new SyntheticMemory();
  const [struct, pointer, slot, object] = [0, 1, 2, 3].map(() => memory.allocate(0x40)) as [number, number, number, number];
  memory.word(pointer, struct);
  const variables = ([GOOD, BAD, SHIFT] as const).map((offset, i) => {
    const variable = memory.allocate(8);
    memory.word(variable, [masks.good, masks.bad, masks.shift][i] ?? 0);
    memory.word(struct + offset, variable);
    return variable;
  });
  memory.word(object, UNLOCKED);
  const colours = { instance: pointer, good: GOOD, bad: BAD, shift: SHIFT };
  const layout: Partial<NamesLayout> = zGenerational
    ? { colours, mappedColours: null }
    : { colours: null, mappedColours: colours };
  let onRead = (): void => undefined;
  const read = (address: number, into: Uint8Array): boolean => {
    const isThere = memory.read(address, into);
    if (address === slot) onRead();
    return isThere;
  };
  const oops = HeapOops.of(new MemoryView({ read }), { oopKlass: 8, ...layout } as NamesLayout, {
    compressedOops: false,
    compressedClassPointers: false,
    compactHeaders: false,
    z: true,
    zGenerational,
    shenandoah: false,
  });
  if (oops === null) throw new Error('no oops');
  const refersTo = (value: number): number => {
    memory.word(slot, value);
    return oops.root(slot);
  };
  /** Once the reference is read, the masks say so. */
  const turnStale = (bad: number): void => {
    onRead = () => { memory.word(variables[1] ?? 0, bad); }; // prettier-ignore
  };
  return { memory, object, oops, refersTo, turnStale };
}

describe('colours that are mapped', () => {
  test('good, stale, null; stale if a move begins once it was read', () => {
    const { memory, object, oops, refersTo, turnStale } = zgc(false, {
      good: BITS.third,
      bad: BITS.first + BITS.second,
      shift: 0,
    });
    for (const bit of Object.values(BITS)) memory.word(object + bit, UNLOCKED);
    expect(refersTo(object + BITS.third)).toBe(object + BITS.third);
    for (const stale of [BITS.first, BITS.second]) expect(() => refersTo(object + stale)).toThrow(MemoryFault);
    expect(() => refersTo(0)).toThrow(MemoryFault);
    expect(oops.isStale(object + BITS.third)).toBe(false);
    turnStale(BITS.third);
    expect(() => refersTo(object + BITS.third)).toThrow(MemoryFault);
    expect(oops.isStale(object + BITS.third)).toBe(true);
  });
});

describe('colours in the low bits', () => {
  test.each([12, 13, 14, 15])('good is bit %i', (bit) => {
    const good = 2 ** bit;
    const { object, refersTo, turnStale } = zgc(true, { good, bad: 0xf000 - good, shift: bit + 1 });
    expect(refersTo(object * 2 ** (bit + 1) + good)).toBe(object);
    for (const other of [12, 13, 14, 15]) {
      if (other !== bit) expect(() => refersTo(object * 2 ** (other + 1) + 2 ** other), String(other)).toThrow(MemoryFault);
    }
    expect(() => refersTo(0)).toThrow(MemoryFault);
    turnStale(0xf000);
    expect(() => refersTo(object * 2 ** (bit + 1) + good)).toThrow(MemoryFault);
  });

  test('one shift for all (aarch64)', () => {
    const { object, refersTo } = zgc(true, { good: 0x2000, bad: 0xd000, shift: 16 });
    expect(refersTo(object * 2 ** 16 + 0x2000)).toBe(object);
    expect(() => refersTo(object * 2 ** 16 + 0x8000)).toThrow(MemoryFault);
  });
});
