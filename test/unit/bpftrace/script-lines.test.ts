// Lines of any length, and messages of several lines, as they come in pieces.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LongLines } from '../../../src/bpftrace/long-lines.ts';
import { ScriptMessages } from '../../../src/bpftrace/script-messages.ts';

function split(pieces: readonly Uint8Array[], maxBytes?: number): { readonly text: string; readonly isCut: boolean }[] {
  const lines: { text: string; isCut: boolean }[] = [];
  const splitter = new LongLines((line, isCut) => lines.push({ text: Buffer.from(line).toString('latin1'), isCut }), maxBytes);
  for (const piece of pieces) {
    const reused = Uint8Array.from(piece);
    splitter.push(reused);
    reused.fill(0x2a);
  }
  splitter.end();
  return lines;
}

test('the same lines however they are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 30 })), (pieces) => {
      const all = Buffer.concat(pieces).toString('latin1');
      const wanted = all.split('\n');
      if (wanted.at(-1) === '') wanted.pop();
      expect(split(pieces).map(({ text }) => text)).toEqual(wanted);
    }),
  );
});

test('a line that is too long: its beginning, and the next ones whole', () => {
  const long = Buffer.from(`${'x'.repeat(9000)}\nnext\n`);
  const lines = split([long.subarray(0, 5000), long.subarray(5000)], 6000);
  expect(lines.map(({ text, isCut }) => [text.length, isCut])).toEqual([
    [4096, true],
    [4, false],
  ]);
});

function messages(lines: readonly string[]): string[] {
  const told: string[] = [];
  const filter = new ScriptMessages((text) => told.push(text));
  for (const line of lines) filter.line(line);
  filter.end();
  return told;
}

test('what is said of a place is one message; noise is none', () => {
  const error = ["stdin:2:7-16: ERROR: Unknown function: 'nosuch'", 'END { nosuch(5) }', '      ~~~~~~~~~'];
  const warning = [
    'stdin:1:14-21: WARNING: literal string will always be empty',
    'BEGIN { @a = 1 + "x"; }',
    '             ~~~~~~~',
  ];
  expect(
    messages([
      'WARNING: Unknown error -1: couldn\'t set RLIMIT_MEMLOCK for bpftrace. If your program is not loading, you can try "ulimit -l 8192" to fix the problem',
      ...error,
      ...warning,
      'HINT: For loops support ranges',
      'stdin:1-2: ERROR: unexpected end of file, expected {',
      'ERROR: Error attaching probe: kprobe:vfs_read',
      '',
    ]),
  ).toEqual([
    error.join('\n'),
    warning.join('\n'),
    'HINT: For loops support ranges',
    'stdin:1-2: ERROR: unexpected end of file, expected {',
    'ERROR: Error attaching probe: kprobe:vfs_read',
  ]);
});
