import { describe, expect, test } from 'vitest';
import { asKernelAddress, asPid } from '../../../src/model/units.ts';
import { dialectFor } from '../../../src/program/dialects.ts';
import { parseDirectMap, directMapProgram } from '../../../src/program/pages/direct-map.ts';
import { pageCacheProgram, parsePageCache } from '../../../src/program/pages/page-cache.ts';
import { pageReadsProgram, parsePageReads } from '../../../src/program/pages/page-reads.ts';
import { pageTablesProgram } from '../../../src/program/pages/page-tables.ts';
import { pagingShapeOf } from '../../../src/program/pages/paging.ts';

const DIALECT = dialectFor({ major: 0, minor: 17, patch: 0 });
const cpuinfo = (flags: string, sizes = '46 bits physical, 48 bits virtual'): string =>
  `processor\t: 0\nflags\t\t: fpu ${flags}\naddress sizes\t: ${sizes}\n`;
const FOUR = pagingShapeOf(cpuinfo('lm'));
const FIVE = pagingShapeOf(cpuinfo('lm la57', '52 bits physical, 57 bits virtual'));
if (FOUR === null || FIVE === null) throw new Error('no shapes');
const BASE = asKernelAddress(0xffff888000000000n);

describe('pagingShapeOf', () => {
  test('levels and frames', () => {
    expect(FOUR).toEqual({ levels: 4, topShift: 39, frameMask: 0x3ffffffff000n, userEnd: 2 ** 47 });
    expect(FIVE).toMatchObject({ levels: 5, topShift: 48, frameMask: 0xffffffffff000n });
    expect(pagingShapeOf('Processor\t: AArch64\n')).toBeNull();
    expect(pagingShapeOf('flags\t: lm\n')?.frameMask).toBe(0xffffffffff000n);
  });
});

describe('the direct map', () => {
  test('five levels walk one more; the first place goes on where the last program ended', () => {
    const page = { address: 0x7ffc12345000n, frame: 0x1234n };
    expect(directMapProgram(FOUR, page, 0, 56).text).not.toContain('>> 48');
    const { text } = directMapProgram(FIVE, page, 400, 56);
    expect(text).toContain('>> 48');
    expect(text).toContain('($i + 400) << 30');
    expect(text).toContain('(uint64)0x0000000001234000');
  });
  test('its answer', () => {
    expect(parseDirectMap(['parent 77', 'base ffff888000000000'], 77)).toBe(BASE);
    expect(parseDirectMap(['parent 77'], 77)).toBeNull();
    expect(() => parseDirectMap(['parent 78', 'base ffff888000000000'], 77)).toThrow(
      'is not the program that jtrace has started',
    );
  });
});

test('page tables: one look ends, more follow forks; numbers only', () => {
  const values = { pid: asPid(4711), memoryDescriptor: 19, base: BASE, paging: FOUR, start: 4096, end: 2 ** 47 };
  const once = pageTablesProgram({ ...values, intervalMs: null }, DIALECT).text;
  expect(once).toContain('->fdt->fd + 152)');
  expect(once).not.toContain('task_newtask');
  const often = pageTablesProgram({ ...values, intervalMs: 20 }, DIALECT).text;
  expect(often).toContain('(uint64)20000000');
  expect(often).toContain('task_newtask /pid == 4711 && ');
});

describe('the page cache', () => {
  const files = [
    { descriptor: 20, firstPage: 0, endPage: 8, isLayered: false },
    { descriptor: 21, firstPage: 4, endPage: 6, isLayered: true },
  ];
  const ready = `P ready ${String(process.pid)} 576`;
  test('runs by file; the kind before the first page is none', () => {
    expect(pageCacheProgram(files, DIALECT).text).toContain('@slot[(uint64)1] = (uint64)168;');
    const lines = [ready, 'C 0 0 0 3', 'C 0 0 2 1', 'C 0 2 9 0', 'C 1 4 4 3', 'C 1 4 6 2', 'P end'];
    expect(parsePageCache(lines, files)).toEqual([
      [
        { firstPage: 0, endPage: 2, kind: 'cached' },
        { firstPage: 2, endPage: 8, kind: 'none' },
      ],
      [{ firstPage: 4, endPage: 6, kind: 'noted' }],
    ]);
  });
  test('lines that were lost, and another kernel’s nodes: not known', () => {
    expect(parsePageCache([ready, 'C 0 0 2 1', 'C 0 3 8 0', 'C 1 4 6 1'], files)).toEqual([
      null,
      [{ firstPage: 4, endPage: 6, kind: 'cached' }],
    ]);
    expect(parsePageCache([ready.replace('576', '320'), 'C 0 0 8 1', 'C 1 4 6 1'], files)).toEqual([null, null]);
  });
});

test('reads: what they said beside the tables', () => {
  const program = pageReadsProgram({ pid: asPid(1), base: BASE, paging: FIVE, addresses: [4096, 8192], timeMs: 50 }, DIALECT);
  expect(program.text).toContain('@page[(uint64)1] = (uint64)8192;');
  const lines = [
    'P ready',
    'V 0 1 1 1 0',
    'V 1 0 0 0 0',
    'V 2 0 1 0 1',
    'V 3 1 0 0 0',
    'V 4 1 1 0 1',
    'V 5 0 0 1 1',
    'V 6 1 1 1 1',
    '@next: 6',
  ];
  expect(parsePageReads(lines)).toEqual({ read: 7, readable: 2, unreadable: 2, silent: 1, contradicted: 2 });
});
