// Perf maps as Node and .NET write them, growing, with code made anew in old places, and as nobody should.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PerfMap } from '../../../../src/target/perf-map/perf-map.ts';

function mapOf(...pieces: string[]): PerfMap {
  const map = new PerfMap();
  for (const piece of pieces) map.add(Buffer.from(piece));
  return map;
}

test('names may hold blanks; numbers may have a prefix', () => {
  const map = mapOf('7f10 20 JS:~ /srv/a b.js:1:1\n0x7f40 0x10 void [App] Main::Run()\n');
  expect(map.find(0x7f10)).toEqual({ name: 'JS:~ /srv/a b.js:1:1', start: 0x7f10, sizeBytes: 0x20 });
  expect(map.find(0x7f2f)?.name).toBe('JS:~ /srv/a b.js:1:1');
  expect(map.find(0x7f30)).toBeNull();
  expect(map.find(0x7f4f)?.name).toBe('void [App] Main::Run()');
  expect(map.find(0)).toBeNull();
});

test('a map that grows: a line is taken when it is whole', () => {
  const map = mapOf('1000 10 first\n2000 10 sec');
  expect(map.find(0x2000)).toBeNull();
  map.add(Buffer.from('ond\n3000'));
  expect(map.find(0x2000)?.name).toBe('second');
  expect(map.lines).toBe(2);
});

test('what was made last counts, where it covers the address', () => {
  const map = mapOf('1000 100 old\n1000 40 new\n1080 10 inner\n0ff0 20 newest\n');
  expect(map.find(0x1000)?.name).toBe('newest');
  expect(map.find(0x1010)?.name).toBe('new');
  expect(map.find(0x1085)?.name).toBe('inner');
  expect(map.find(0x1050)).toBeNull(); // the old one was replaced as a whole
});

test('lines that are none are left out', () => {
  const map = mapOf(
    'hello\n\n 1000 10 x\n1000 0 empty\n1000 10\n1000 10 \nfffffffffffffffff 1 long\n2000 ffffffffff huge\n3000 10 good\n',
  );
  expect(map.lines).toBe(1);
  expect(map.find(0x3000)?.name).toBe('good');
});

test('a name without end is cut', () => {
  expect(mapOf(`1000 10 ${'x'.repeat(100_000)}\n`).find(0x1000)?.name).toHaveLength(1024);
});

test('any bytes, in any pieces', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom('1000 10 a\n', '1004 8 b\n').map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.nat(0x2000), (pieces, address) => {
      const map = new PerfMap();
      for (const each of pieces) map.add(each);
      const found = map.find(address);
      if (found !== null) expect(found.start <= address && address < found.start + found.sizeBytes).toBe(true);
    }),
  );
});
