// The table of `jtrace residency`: what an operator reads, within 80 columns, whatever the process calls itself and its files.

import { expect, test } from 'vitest';
import { checkText, renderResidency } from '../../../../src/cli/terminal/residency-table.ts';
import { shortBytes } from '../../../../src/cli/terminal/short-bytes.ts';
import type { MappingResidency, Residency } from '../../../../src/model/residency.ts';
import { asAddress, asPid } from '../../../../src/model/units.ts';

const MIB = 2 ** 20;

function mapping(path: string, more: Partial<MappingResidency> = {}): MappingResidency {
  return {
    mapping: {
      start: asAddress(0x7f0000000000),
      end: asAddress(0x7f0000000000 + 4 * MIB),
      permissions: 'r--p',
      fileOffsetBytes: 0,
      path,
      deleted: false,
      fileId: '08:01:42',
    },
    pageBytes: 4096, rssBytes: MIB, swapBytes: 0, hugeBytes: 0, lockedBytes: 0, flags: [],
    sizeBytes: 4 * MIB, readableBytes: MIB, residentBytes: 3 * MIB, swappedBytes: 0, absentBytes: MIB,
    causes: [{ cause: 'not-faulted-in', bytes: 2 * MIB, isResident: true }, { cause: 'not-in-memory', bytes: MIB, isResident: false }],
    ...more,
  };
} // prettier-ignore

const CHECK = { read: 10, readable: 4, unreadable: 5, silent: 1, contradicted: 0 };
const RESIDENCY: Residency = {
  pid: asPid(4711),
  label: `java ${'x'.repeat(200)}\u001b[31m`,
  mappings: [mapping(`/opt/${'deep/'.repeat(40)}\u001b]0;evil\u0007libx.so`), mapping('', { hugeBytes: 2 * MIB })],
  lookMs: 123,
  entries: 200_000,
  isForkChild: true,
  isParentKnown: false,
  isNumaBalancing: true,
  unopenedFiles: 1,
  unansweredFiles: 2,
  check: CHECK,
};

test('every line fits, nothing of a name reaches the terminal', () => {
  const lines = renderResidency(RESIDENCY, { columns: 80, all: false });
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(lines.join('\n')).not.toMatch(/\p{Cc}(?<!\n)/u);
});

test('the sums, the difference and its reason, and what is not known', () => {
  const text = renderResidency(RESIDENCY, { columns: 120, all: true }).join('\n');
  expect(text).toMatch(/^ *8M +6M +- +2M +2M {2}all$/mu);
  expect(text).toContain('4K+');
  expect(text).toContain('in memory, not readable: 2M not faulted in');
  expect(text).toMatch(/^ +4M {2}not faulted in$/mu);
  for (const told of [
    'its parent could not be looked at',
    'NUMA balancing is on',
    'Of 1 mappings',
    'Of 2 mappings',
    'Page tables read in 123 ms, 200,000 entries.',
  ])
    expect(text.replace(/\n/gu, ' ')).toContain(told);
});

test('what reads said', () => {
  expect(checkText(CHECK)).toBe(
    'Checked by reads of BPF in the process: 9 of 9 say what the page tables say (4 readable, 5 not); 1 pages hold zeros where they were read, and say nothing.',
  );
  expect(checkText({ ...CHECK, contradicted: 2 })).toContain('2 say otherwise than the page tables');
  expect(checkText({ ...CHECK, read: 0 })).toContain('was on no CPU');
});

test.each([
  [0, '-'],
  [4096, '4K'],
  [999, '999'],
  [1000, '1.0K'],
  [12.5 * MIB, '12.5M'],
  [3 * 2 ** 40, '3T'],
])('%d bytes: %s', (bytes, text) => {
  expect(shortBytes(bytes)).toBe(text);
});
