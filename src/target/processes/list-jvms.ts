// All JVMs of this machine, and their CPU use over a short span. The list is a look at a moving thing: a process that ends
// meanwhile is left out, one that starts meanwhile may be missing.

import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JvmProcess } from '../../model/process.ts';
import { asPid } from '../../model/units.ts';
import { classifyProcess } from './classify-process.ts';
import { describeJvm } from './describe-jvm.ts';
import { userNames } from './process-owner.ts';
import { readProcessStat, TICKS_PER_SECOND } from './process-stat.ts';

/** Long enough for 20 clock ticks, short enough not to be felt. */
const CPU_LOOK_MS = 200;

/** JVMs (OpenJ9 too) and java launchers still starting, by pid; CPU averaged since their start. jtrace itself is none. */
export function listJvms(): readonly JvmProcess[] {
  const nameOfUser = userNames();
  const jvms: JvmProcess[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^[1-9]\d*$/.test(name)) continue;
    const pid = asPid(Number(name));
    const found = classifyProcess(pid);
    if (found.kind !== 'hotspot' && found.kind !== 'openj9' && found.kind !== 'starting') continue;
    const jvm = describeJvm(pid, found, nameOfUser);
    if (jvm !== null) jvms.push(jvm);
  }
  return jvms.sort((a, b) => a.pid - b.pid);
}

/** The same rows with CPU use measured by two looks 200 ms apart; those that ended between the looks are left out. */
export async function measureCpu(jvms: readonly JvmProcess[]): Promise<readonly JvmProcess[]> {
  const before = jvms.map((jvm) => readProcessStat(jvm.pid));
  const startMs = performance.now();
  await sleep(CPU_LOOK_MS);
  return jvms.flatMap((jvm, index) => {
    const first = before[index];
    const second = readProcessStat(jvm.pid);
    const spanSeconds = (performance.now() - startMs) / 1000;
    if (first == null || second?.startTicks !== jvm.startTicks) return [];
    const percent = (100 * Math.max(0, second.cpuTicks - first.cpuTicks)) / TICKS_PER_SECOND / spanSeconds;
    return [{ ...jvm, threads: second.threads, cpu: { percent, over: 'two-looks' as const } }];
  });
}
