import { expect, test } from 'vitest';
import { parseSmaps } from '../../../src/target/pages/smaps.ts';

const TEXT = `7f0000000000-7f0000200000 rw-p 00000000 00:00 0 
Size:               2048 kB
KernelPageSize:        4 kB
MMUPageSize:           4 kB
Rss:                2048 kB
Pss:                2048 kB
AnonHugePages:      2048 kB
ShmemPmdMapped:        0 kB
FilePmdMapped:         0 kB
Swap:                  4 kB
Locked:                8 kB
THPeligible:           1
VmFlags: rd wr mr mw me ac hg 
7f0000200000-7f0000201000 r--p 00001000 08:01 42                         /tmp/Ünicode \\012Rss: 9 kB
Rss:                   0 kB
VmFlags: rd mr mw me 
garbage
`;

test('counts, flags and names of hostile files', () => {
  const [heap, file, ...none] = parseSmaps(Buffer.from(TEXT, 'utf8').toString('latin1'));
  expect(heap).toMatchObject({ pageBytes: 4096, rssBytes: 2 << 20, hugeBytes: 2 << 20, swapBytes: 4096, lockedBytes: 8192 });
  expect(heap?.flags).toContain('hg');
  expect(file).toMatchObject({
    rssBytes: 0,
    mapping: { path: '/tmp/Ünicode \nRss: 9 kB', fileId: '08:01:42', fileOffsetBytes: 4096 },
  });
  expect(none).toEqual([]);
});
