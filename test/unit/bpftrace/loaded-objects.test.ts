// Open files of a bpftrace, as Linux 6.18 tells of them → what it has loaded.

import { expect, test } from 'vitest';
import { fdinfoFacts, loadedObjects, mapOf, programNames, programOf } from '../../../src/bpftrace/loaded-objects.ts';

const PROGRAM = `pos:\t0\nflags:\t02000002\nprog_type:\t7\nprog_jited:\t1\nprog_tag:\te270adc55d4a91c1\nmemlock:\t4096\nprog_id:\t112632
run_time_ns:\t4672121\nrun_cnt:\t919\nrecursion_misses:\t0\nverified_insns:\t117\n`;
const MAP = `pos:\t0\nmap_type:\t5\nkey_size:\t24\nvalue_size:\t8\nmax_entries:\t4096\nmap_flags:\t0x0\nmemlock:\t459648\nmap_id:\t157356\nfrozen:\t0\n`;
/** Names a program, and is none. */
const LINK = `pos:\t0\nlink_type:\tperf\nlink_id:\t5412\nprog_tag:\te270adc55d4a91c1\nprog_id:\t112683\ntype:\t6\n`;
const KALLSYMS = `ffffffff814ca660 t __bpf_prog_ret0_warn
ffffffffc0a1b2c0 t bpf_prog_e270adc55d4a91c1_profile_hz_99_1\t[bpf]
ffffffffc0a1b2c1 t bpf_prog_6deef7357e7b4530\t[bpf]\n`;

test('a program, named by its tag', () => {
  const names = programNames(KALLSYMS);
  expect([...names]).toEqual([['e270adc55d4a91c1', 'profile_hz_99_1']]);
  expect(programOf(fdinfoFacts(PROGRAM), (tag) => names.get(tag) ?? '')).toEqual({
    id: 112632,
    type: 'perf_event',
    name: 'profile_hz_99_1',
    verifiedInstructions: 117,
    runs: 919,
    runNs: 4672121,
    bytes: 4096,
  });
});

test('a map, and what is neither', () => {
  expect(mapOf(fdinfoFacts(MAP))).toEqual({
    id: 157356,
    type: 'percpu_hash',
    keyBytes: 24,
    valueBytes: 8,
    mostEntries: 4096,
    bytes: 459648,
  });
  for (const text of [LINK, '', 'pos:\t0\n', 'prog_type:\t7\nprog_id:\tx\n'])
    expect([mapOf(fdinfoFacts(text)), programOf(fdinfoFacts(text), () => '')]).toEqual([null, null]);
});

test('kernels before 5.16 do not tell what was verified; a process without any, or gone', () => {
  expect(programOf(fdinfoFacts(PROGRAM.replace(/verified.*/u, '')), () => '')?.verifiedInstructions).toBeNull();
  expect(loadedObjects(process.pid, () => '')).toBeNull();
  expect(loadedObjects(2 ** 22, () => '')).toBeNull();
});
