// What the numbers were measured on, and whether the machine had time for it.

import { cpus, loadavg, release, totalmem } from 'node:os';
import { execFileSync } from 'node:child_process';
import { findBpftrace } from '../../src/bpftrace/find.ts';

export interface MachineFacts {
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly bpftrace: string;
  readonly jdk: string;
  readonly node: string;
  /** Runnable threads of the last minute, at the start. */
  readonly load: number;
  readonly date: string;
}

/** More than this for each CPU: others work, too. */
const IDLE_LOAD_PER_CPU = 0.3;

export async function readMachineFacts(): Promise<MachineFacts> {
  const bpftrace = await findBpftrace({ path: null, searchPath: process.env['PATH'] });
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    bpftrace: bpftrace.versionText,
    jdk: jdkVersion(),
    node: process.version,
    load: loadavg()[0] ?? 0,
    date: new Date().toISOString().slice(0, 10),
  };
}

function jdkVersion(): string {
  try {
    const text = execFileSync(process.env['JAVA'] ?? 'java', ['-Xinternalversion'], { encoding: 'utf8' });
    return /\(([^)]*)\) for/.exec(text)?.[1] ?? text.slice(0, 80);
  } catch {
    return 'none';
  }
}

export function machineText(facts: MachineFacts): string {
  const { cpu, memoryGib, kernel, bpftrace, jdk, node, load, date } = facts;
  return `${date}; ${String(facts.cpus)} CPUs (${cpu}), ${String(memoryGib)} GiB, Linux ${kernel}, ${bpftrace}, JDK ${jdk}, Node ${node}; load at the start ${load.toFixed(2)}.`;
}

/** null: nobody else worked here. */
export function busyWarning({ load, cpus: count }: Pick<MachineFacts, 'load' | 'cpus'>): string | null {
  if (load <= IDLE_LOAD_PER_CPU * count) return null;
  return `The machine was not idle (load ${load.toFixed(2)} on ${String(count)} CPUs): these numbers show that, too.`;
}
