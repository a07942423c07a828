// On which machines labs are tried: the host, with each bpftrace at hand, and guests with other kernels, each with a bpftrace of its time. Guests are
// emulated and slow, so each runs the labs whose outcome depends on the kernel (docs/labs/README.md says which, and why).

import { LABS } from '../../src/labs/labs.ts';
import type { GuestKernel } from './guest.ts';

export interface LabMachineOfTests {
  readonly id: string;
  /** null: the host itself. */
  readonly guest: { readonly kernel: GuestKernel; readonly machine: readonly string[]; readonly words: string } | null;
  /** Which bpftrace of those at hand. */
  readonly bpftrace: number;
  /** In the table. */
  readonly labs: readonly string[];
  /** Those that tests run there. */
  readonly tested: readonly string[];
}

/** As the set-up fetches them (bpftracesAtHand). */
export const BPFTRACE_VERSIONS = ['0.17', '0.23', '0.27'] as const;

const ALL = LABS.map(({ id }) => id);
const WITHOUT_JVM = LABS.filter(({ needs }) => !needs.includes('java')).map(({ id }) => id);
/** Swap space in a guest is a file on a loop device: its disk is memory. */
const LOOP = ['--module', 'loop'];
/** Reads of user memory, the verifier, the kernel's own structs and code: what kernels differ in. */
const OF_KERNELS = ['page-not-there', 'swapped-out', 'fork-child', 'page-border', 'verifier', 'kernels-mind', 'what-is-loaded'];

function guest(kernel: GuestKernel, bpftrace: number, labs: readonly string[], tested: readonly string[]): LabMachineOfTests {
  return { id: `guest-${kernel}`, guest: { kernel, machine: LOOP, words: 'guest' }, bpftrace, labs, tested };
}

export const LAB_MACHINES: readonly LabMachineOfTests[] = [
  ...BPFTRACE_VERSIONS.map((version, bpftrace) => ({
    id: `host-${version}`,
    guest: null,
    bpftrace,
    labs: ALL,
    // All on the installed one; those without a JVM, which take longest and differ least, each on one of the later ones, too.
    tested: bpftrace === 0 ? ALL : WITHOUT_JVM.filter((_, index) => bpftrace === 1 + (index % 2)),
  })),
  // 0.17 cannot read the type information of this kernel.
  guest('5.10', 1, OF_KERNELS, ['verifier']),
  guest('6.1', 0, [...OF_KERNELS, 'one-liners', 'probe-cost'], ['one-liners', 'probe-cost']),
  guest('6.12', 1, OF_KERNELS, ['page-not-there', 'fork-child']),
  guest('sid', 2, OF_KERNELS, ['page-border', 'verifier']),
  {
    id: 'guest-6.1-numa',
    guest: { kernel: '6.1', machine: ['--numa', '2'], words: 'guest, two NUMA nodes' },
    bpftrace: 0,
    labs: ['numa-balancing'],
    tested: ['numa-balancing'],
  },
];
