import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../../src/bpftrace/lines.ts';

function split(chunks: readonly Uint8Array[]): { lines: string[]; overlong: number } {
  const lines: string[] = [];
  const splitter = new LineSplitter((buffer, start, end) =>
    lines.push(Buffer.from(buffer.subarray(start, end)).toString('latin1')),
  );
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return { lines, overlong: splitter.overlong };
}

test('any cutting of any bytes gives the same lines', () => {
  const bytes = fc.array(fc.oneof(fc.constant(0x0a), fc.integer({ min: 0, max: 255 })), { maxLength: 200 });
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(20), { maxLength: 40 }), (all, cuts) => {
      const whole = Uint8Array.from(all);
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) {
        chunks.push(whole.subarray(at, at + cut));
        at = Math.min(at + cut, whole.length);
      }
      chunks.push(whole.subarray(at));
      const text = Buffer.from(whole).toString('latin1').split('\n');
      if (text.at(-1) === '') text.pop();
      expect(split(chunks).lines).toEqual(text);
    }),
  );
});

test('a line beyond the bound is dropped whole and counted, the next one is read', () => {
  const long = Buffer.alloc(1_000_000, 'x');
  const tail = Buffer.from('\nnext\n');
  expect(split([long, long, tail])).toEqual({ lines: ['next'], overlong: 1 });
  expect(split([Buffer.concat([long, tail])])).toEqual({ lines: ['next'], overlong: 1 });
  expect(split([long])).toEqual({ lines: [], overlong: 1 });
});
