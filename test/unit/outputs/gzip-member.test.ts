import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gzipMember } from '../../../src/outputs/gzip-member.ts';

const zipped = (pieces: readonly (string | Uint8Array)[]): Buffer => Buffer.concat([...gzipMember(pieces)]);

test('what comes out is what went in, however it was cut', () => {
  const piece = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array(), fc.constant('x'.repeat(300_000)), fc.constant(''));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const plain = Buffer.concat(pieces.map((one) => Buffer.from(one)));
      expect(gunzipSync(zipped(pieces)).equals(plain)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('one member, as browsers want it: nothing follows its trailer', async () => {
  const bytes = zipped(['a'.repeat(1_000_000), new Uint8Array(1_000_000)]);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  expect((await new Response(stream).arrayBuffer()).byteLength).toBe(2_000_000);
  expect(bytes.length).toBeLessThan(20_000);
});

test('the same bytes at any time', () => {
  expect(zipped(['abc']).toString('hex')).toBe(zipped(['a', 'bc']).toString('hex'));
  expect(zipped(['abc']).subarray(4, 8).toString('hex')).toBe('00000000');
});
