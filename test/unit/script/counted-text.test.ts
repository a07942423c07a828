import { expect, test } from 'vitest';
import { countedTextEdits } from '../../../src/script/counted-text.ts';
import { parseScript } from '../../../src/script/program-structure.ts';
import { RewrittenScript } from '../../../src/script/rewrite.ts';

function rewritten(text: string, countsNul: boolean): string {
  return new RewrittenScript(text, [...countedTextEdits(parseScript(text), countsNul)]).text;
}

test('bpftrace that takes as many bytes as it is told', () => {
  expect(rewritten('usdt:l:p { @[jstr(uptr(arg0), arg1)] = count(); }', false)).toBe(
    'usdt:l:p { @[str(uptr(arg0), arg1)] = count(); }',
  );
});

test('bpftrace that counts a NUL', () => {
  expect(rewritten('usdt:l:p { printf("%s", jstr(*(uint64 *)@p[tid, 1], $a ? 1 : 2)); }', true)).toBe(
    'usdt:l:p { printf("%s", str(*(uint64 *)@p[tid, 1], ( $a ? 1 : 2) + 1)); }',
  );
});

test.each(['BEGIN { jstr(1); }', 'BEGIN { jstr(1, 2, 3); }', 'BEGIN { jstr(1, 2', 'BEGIN { @jstr = 1; printf("jstr(1, 2)"); }'])(
  '%s is left to bpftrace',
  (text) => {
    expect(rewritten(text, true)).toBe(text);
  },
);
