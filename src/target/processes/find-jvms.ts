// JVMs among the processes, for somebody who looks again and again: one pid, or all that are not known yet, some milliseconds at a time. Reads what
// list-processes.ts reads, but of a process that is known only its stat.

import { readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { JvmProcess } from '../../model/process.ts';
import { asPid, type Pid } from '../../model/units.ts';
import { classifyProcess } from './classify-process.ts';
import { describeJvm } from './describe-jvm.ts';
import { userNames } from './process-owner.ts';
import { readProcessStat } from './process-stat.ts';

/** Then others get their turn: who reads the kernel's word of JVMs that live 20 ms. */
const AT_A_TIME_MS = 5;
/** Every VM has more; a child that a JVM has forked shows its parent's mappings until it runs its own program, and has one. */
const LEAST_THREADS = 2;

/** null: it is no JVM, or gone. `starting`: the launcher, which has not mapped libjvm yet as far as can be seen. */
export function lookAtJvm(pid: Pid): JvmProcess | null {
  const found = classifyProcess(pid);
  const isJvm = found.kind === 'hotspot' || found.kind === 'openj9' || found.kind === 'starting';
  return isJvm ? describeJvm(pid, found, userNames()) : null;
}

/** JVMs that are not known yet. */
export async function sweepForJvms(
  isKnown: (process: { readonly pid: Pid; readonly startTicks: number }) => boolean,
): Promise<readonly JvmProcess[]> {
  const found: JvmProcess[] = [];
  let turnMs = performance.now();
  for (const name of readdirSync('/proc')) {
    if (!/^[1-9]\d*$/u.test(name)) continue;
    if (performance.now() - turnMs >= AT_A_TIME_MS) {
      await turn();
      turnMs = performance.now();
    }
    const pid = asPid(Number(name));
    const stat = readProcessStat(pid);
    if (stat === null || stat.kernelThread || stat.threads < LEAST_THREADS) continue;
    if (isKnown({ pid, startTicks: stat.startTicks })) continue;
    const jvm = lookAtJvm(pid);
    if (jvm !== null && jvm.vm !== 'starting') found.push(jvm);
  }
  return found;
}
