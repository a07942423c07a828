import { expect, test } from 'vitest';
import { isBacked } from '../../../src/residency/mapping-residency.ts';
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

/** Kernel 6.18, mmap with MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, one byte written; zeros left out. */
const HUGETLB = `7f5cb1600000-7f5cb1800000 rw-p 00000000 00:11 1639888                    /anon_hugepage (deleted)
Size:               2048 kB
KernelPageSize:     2048 kB
MMUPageSize:        2048 kB
Rss:                   0 kB
AnonHugePages:         0 kB
Private_Hugetlb:    2048 kB
Swap:                  0 kB
VmFlags: rd wr mr mw me de ht 
`;

test('huge pages set aside: their size and flag, and memory of its own though they have an inode', () => {
  const [huge] = parseSmaps(HUGETLB);
  expect(huge).toMatchObject({
    pageBytes: 2 << 20,
    rssBytes: 0,
    hugeBytes: 0,
    mapping: { path: '/anon_hugepage', deleted: true, fileId: '00:11:1639888' },
  });
  expect(huge?.flags).toContain('ht');
  expect(huge !== undefined && isBacked(huge)).toBe(false);
});
