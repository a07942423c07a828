// Looks at what this machine has of what labs may need. Nothing is changed; what only trying shows (may swap space be added?) is found out by the lab.

import { existsSync, readdirSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { MachineHas } from '../../labs/needs.ts';

const KPROBES = '/sys/bus/event_source/devices/kprobe';

/** `hasBpftrace`: true, or what was wrong with it. */
export function machineHas(environment: NodeJS.ProcessEnv, hasBpftrace: true | string): MachineHas {
  const program = (name: string): true | string => isOnPath(name, environment['PATH']) || `there is no ${name}`;
  return {
    root: process.geteuid?.() === 0 || 'jtrace does not run as root',
    bpftrace: hasBpftrace,
    cc: program('cc'),
    swap: isOnPath('swapon', environment['PATH']) || 'there is no swapon',
    java: program('java'),
    bpftool: program('bpftool'),
    clang: program('clang'),
    'two-numa-nodes': numaNodes() > 1 || 'the machine has one NUMA node',
    kprobes: existsSync(KPROBES) || 'this kernel has no kprobes',
    fentry: existsSync('/sys/kernel/tracing/available_filter_functions') || 'this kernel has no function tracer',
  };
}

const USUAL_PLACES = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];

function isOnPath(name: string, path: string | undefined): boolean {
  return [...(path ?? '').split(delimiter), ...USUAL_PLACES].some((folder) => isAbsolute(folder) && existsSync(join(folder, name)));
}

function numaNodes(): number {
  try {
    return readdirSync('/sys/devices/system/node').filter((name) => /^node\d+$/.test(name)).length;
  } catch {
    return 1;
  }
}
