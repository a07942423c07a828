// Looks at what this machine has of what labs may need. Nothing is changed; what only trying shows (may swap space be added?) is found out by the lab.

import { existsSync, readdirSync } from 'node:fs';
import type { MachineHas } from '../../labs/needs.ts';
import { programPath } from './child-environment.ts';

/** `hasBpftrace`: true, or what was wrong with it. */
export function machineHas(environment: NodeJS.ProcessEnv, hasBpftrace: true | string): MachineHas {
  const programs = (...names: readonly string[]): true | string => {
    const missing = names.filter((name) => programPath(name, environment) === null);
    return missing.length === 0 || `there is no ${missing.join(', no ')}`;
  };
  return {
    root: process.geteuid?.() === 0 || 'jtrace does not run as root',
    bpftrace: hasBpftrace,
    cc: programs('cc'),
    swap: programs('swapon', 'mkswap'),
    java: programs('java', 'javac', 'jcmd'),
    bpftool: programs('bpftool'),
    objdump: programs('objdump'),
    taskset: programs('taskset'),
    clang: libbpf(programs('clang')),
    'two-numa-nodes': numaNodes() > 1 || 'the machine has one NUMA node',
  };
}

/** Its headers, whose library the loader is linked with. */
function libbpf(clang: true | string): true | string {
  return clang === true ? existsSync('/usr/include/bpf/libbpf.h') || 'there is no libbpf to compile with' : clang;
}

function numaNodes(): number {
  try {
    return readdirSync('/sys/devices/system/node').filter((name) => /^node\d+$/.test(name)).length;
  } catch {
    return 1;
  }
}
