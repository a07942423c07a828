import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_MAPPINGS, parseMaps } from '../../../src/target/maps.ts';

const one = (line: string): unknown => parseMaps(`${line}\n`)[0] ?? null;

describe('parseMaps', () => {
  it('reads what the kernel prints', () => {
    expect(one('7f0feba52000-7f0fec7aa000 r-xp 00252000 fe:00 5062660                    /usr/lib/libjvm.so')).toEqual({
      start: 0x7f0feba52000, end: 0x7f0fec7aa000, permissions: 'r-xp', fileOffsetBytes: 0x252000,
      path: '/usr/lib/libjvm.so', deleted: false, fileId: 'fe:00:5062660',
    }); // prettier-ignore
  });

  it('takes every kind of name', () => {
    const path = (rest: string): unknown => {
      const [found] = parseMaps(`1000-2000 rw-p 00000000 00:00 0 ${rest}`);
      return [found?.path, found?.deleted];
    };
    expect(path('')).toEqual(['', false]);
    expect(path('                         [heap]')).toEqual(['[heap]', false]);
    expect(path('/lib/a.so (deleted)')).toEqual(['/lib/a.so', true]);
    expect(path('/lib/a.so (deleted) (deleted)')).toEqual(['/lib/a.so (deleted)', true]);
    expect(path('/memfd:x (deleted)')).toEqual(['/memfd:x', true]);
    expect(path('[anon:x (deleted)]')).toEqual(['[anon:x (deleted)]', false]);
    expect(path('/a\\012b')).toEqual(['/a\nb', false]);
    expect(path('/a\\101b')).toEqual(['/a\\101b', false]); // the kernel escapes nothing else
    expect(path('/a  b ')).toEqual(['/a  b ', false]);
    expect(path('/\u001b[31m;"<&')).toEqual(['/\u001b[31m;"<&', false]);
    expect(path('anon_inode:[perf_event]')).toEqual(['anon_inode:[perf_event]', false]);
  });

  it('leaves out lines that are no mappings', () => {
    expect(parseMaps('hello\n\n1000-2000 rwxp 0 0:0\nxyz-1 r--p 0 0:0 0\n1000-2000 r--p 0 0:0 0 /x')).toHaveLength(1);
  });

  it('ends at its limit', () => {
    expect(parseMaps('1000-2000 r--p 0 0:0 0\n'.repeat(MAX_MAPPINGS + 5))).toHaveLength(MAX_MAPPINGS);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef-: rwxp/\\\n()d')) }), (text) => {
        for (const { start, end } of parseMaps(text)) expect(Number.isNaN(start + end)).toBe(false);
      }),
    );
  });
});
