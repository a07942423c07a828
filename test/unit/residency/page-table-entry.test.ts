import { describe, expect, test } from 'vitest';
import { decodeEntry } from '../../../src/residency/page-table-entry.ts';

/** As the programs have it: telling bits, type, level. */
const bits = (low: number, type: number, shift: number): number => low | (type << 12) | (shift << 20);

describe('decodeEntry', () => {
  test.each([
    ['nothing', 0, { kind: 'none' }],
    ['present, user, writable', bits(0x7, 0, 12), { kind: 'readable', pageBytes: 4096, writable: true }],
    ['present, user', bits(0x5, 0, 12), { kind: 'readable', pageBytes: 4096, writable: false }],
    ['a huge page', bits(0x87, 0, 21), { kind: 'readable', pageBytes: 2 << 20, writable: true }],
    ['a page of a gigabyte', bits(0x87, 0, 30), { kind: 'readable', pageBytes: 1 << 30, writable: true }],
    ['the kernel’s', bits(0x3, 0, 12), { kind: 'special', pageBytes: 4096 }],
    ['a protection key', bits(0x7, 3, 12), { kind: 'guarded', pageBytes: 4096 }],
    ['PROT_NONE or a NUMA hint', bits(0x100, 31, 12), { kind: 'protected', pageBytes: 4096 }],
    ['the same of a huge page', bits(0x180, 31, 21), { kind: 'protected', pageBytes: 2 << 20 }],
    ['swap', bits(0x0, 1, 12), { kind: 'swapped', pageBytes: 4096 }],
    ['swap file 0: only its level tells', bits(0x0, 0, 12), { kind: 'swapped', pageBytes: 4096 }],
    ['a migration', bits(0x0, 30, 12), { kind: 'special', pageBytes: 4096 }],
    ['a marker of a page without content', bits(0x0, 31, 12), { kind: 'none' }],
    ['a huge page being split', bits(0x80, 0, 21), { kind: 'special', pageBytes: 2 << 20 }],
  ])('%s', (_, entry, state) => {
    expect(decodeEntry(entry)).toEqual(state);
  });
});
