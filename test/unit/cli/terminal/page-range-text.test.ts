// One range as people read it, within the columns there are, whatever the process calls itself and its files.

import { expect, test } from 'vitest';
import type { RangeResult } from '../../../../src/app/looked-process.ts';
import { rangeLines } from '../../../../src/cli/terminal/page-range-text.ts';
import type { Mapping } from '../../../../src/model/target.ts';
import { asAddress, asPid } from '../../../../src/model/units.ts';
import { lookOf, START } from './page-looks.ts';

const mapping = (path: string): Mapping => ({
  start: asAddress(START),
  end: asAddress(START + 0x10000),
  permissions: 'rw-p',
  fileOffsetBytes: 0,
  path,
  deleted: false,
  fileId: '08:01:42',
});

const result = (letters: string, changes: Partial<RangeResult> = {}): RangeResult => ({
  pid: asPid(4711),
  label: 'java',
  look: lookOf(letters),
  mappings: [mapping('')],
  check: null,
  ...changes,
});

const HOSTILE = {
  label: `ja\u001b[31mva\n${'x'.repeat(300)}`,
  mappings: [mapping(`/tmp/\u001b]0;evil\u0007${'deep/'.repeat(60)}libx.so`), mapping('[heap]\u202e')],
};
const CHECK = { read: 12, readable: 4, unreadable: 7, silent: 1, contradicted: 0 };

test('all of it can be read', () => {
  expect(rangeLines(result('####'), 80).join('\n')).toMatchInlineSnapshot(`
    "Process 4711 (java), 4 pages from 0x7f1234560000:
      0x7f1234560000-0x7f1234570000 rw-p
    7f1234560000 ####
                 # readable and writable
    BPF can read all of it."
  `);
});

test('each cause once, with its bytes, and what reads said: 80 columns', () => {
  expect(rangeLines(result('##==ccss..s.', { check: CHECK }), 80).join('\n')).toMatchInlineSnapshot(`
    "Process 4711 (java), 12 pages from 0x7f1234560000:
      0x7f1234560000-0x7f1234570000 rw-p
    7f1234560000 ##==ccss..s.
                 # readable and writable; = readable, not writable; c in memory, not
                 in the page tables; s swapped out; . absent
    What BPF cannot read, and why:
         8K  not faulted in
             the content is in memory (page cache), but this process has not touched
             it; read at the exit of the system call instead of its entry, or the
             kernel’s own copy: by then it was faulted in
        12K  swapped out
             the content is in swap; read at the exit of the system call instead of
             its entry, or the kernel’s own copy: by then it was faulted in; or less
             memory pressure, mlock()
        12K  never touched
             memory without a page: never touched, or given back before jtrace
             looked; nothing is there to be read: the process would see zeros
    Checked by reads of BPF in the process: 11 of 11 say what the page tables say (4
    readable, 7 not); 1 pages hold zeros where they were read, and say nothing."
  `);
});

test('names of the process are escaped and cut: 60 columns', () => {
  expect(rangeLines(result('##cc', HOSTILE), 60).join('\n')).toMatchInlineSnapshot(`
    "Process 4711 (ja\\e[31mva\\nxx…), 4 pages from 0x7f1234560000:
      0x7f1234560000-0x7f1234570000 rw-p /tmp/\\e…ep/deep/deep/d…
      0x7f1234560000-0x7f1234570000 rw-p [heap]\\u{202e}
    7f1234560000 ##cc
                 # readable and writable; c in memory, not in
                 the page tables
    What BPF cannot read, and why:
         8K  not faulted in
             the content is in memory (page cache), but this
             process has not touched it; read at the exit of the
             system call instead of its entry, or the kernel’s
             own copy: by then it was faulted in"
  `);
});

test.each([60, 80, 160])('no line is longer than %i columns, and nothing of a name reaches the terminal', (columns) => {
  const lines = rangeLines(result('#=cnsmk. '.repeat(1000), { ...HOSTILE, check: { ...CHECK, contradicted: 3 } }), columns);
  for (const line of lines) {
    expect(line.length, line).toBeLessThanOrEqual(columns);
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
});
