// What a lab may need of a machine → what is said where it is missing. What is there is handed in.

import type { LabNeed } from '../model/lab.ts';

/** true, or why not. */
export type MachineHas = Readonly<Record<LabNeed, true | string>>;

export interface MissingNeed {
  readonly need: LabNeed;
  readonly because: string;
  readonly remedy: string;
}

const REMEDIES = {
  root: 'sudo jtrace lab …; without it: --recorded',
  bpftrace: 'apt-get install bpftrace',
  cc: 'apt-get install gcc libc6-dev',
  swap: 'a machine of its own (a virtual one will do): a container may not add swap space; or --recorded',
  java: 'apt-get install openjdk-17-jdk-headless',
  bpftool: 'apt-get install bpftool',
  objdump: 'apt-get install binutils',
  taskset: 'apt-get install util-linux',
  clang: 'apt-get install clang libbpf-dev',
  'two-numa-nodes': 'a virtual machine with two nodes (qemu: -numa node -numa node); or --recorded',
} as const satisfies Record<LabNeed, string>;

export function missingNeeds(needs: readonly LabNeed[], has: MachineHas): readonly MissingNeed[] {
  return needs.flatMap((need) => {
    const because = has[need];
    return because === true ? [] : [{ need, because, remedy: REMEDIES[need] }];
  });
}
