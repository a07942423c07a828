// The processes of this machine that can be profiled, JVMs or all, and their CPU use over a short span. The list is a look at a moving
// thing: a process that ends meanwhile is left out, one that starts meanwhile may be missing.

import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JvmProcess, TargetProcess } from '../../model/process.ts';
import { asPid, type Pid } from '../../model/units.ts';
import { classifyProcess } from './classify-process.ts';
import { describeJvm } from './describe-jvm.ts';
import { describePlain } from './describe-plain.ts';
import { userNames } from './process-owner.ts';
import { readProcessStat, TICKS_PER_SECOND } from './process-stat.ts';

/** Long enough for 20 clock ticks, short enough not to be felt. */
const CPU_LOOK_MS = 200;
/** Shell, sudo, npm and what they run in: nobody stands deeper. */
const MAX_ANCESTORS = 64;

/** JVMs (OpenJ9 too) and java launchers still starting, by pid; CPU averaged since their start. jtrace itself is none. */
export function listJvms(): readonly JvmProcess[] {
  return list('jvms').filter((row) => row.vm !== 'none');
}

/**
 * The same and all other user programs but jtrace itself. Rows of its ancestors have no arguments: a shell's or sudo's command line
 * holds every word that jtrace was called with.
 */
export function listProcesses(): readonly TargetProcess[] {
  const ours = ancestors();
  return list('all')
    .filter(({ pid }) => pid !== process.pid)
    .map((row) => (row.vm === 'none' && ours.has(row.pid) ? { ...row, args: [] } : row));
}

function list(which: 'jvms' | 'all'): readonly TargetProcess[] {
  const nameOfUser = userNames();
  const rows: TargetProcess[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^[1-9]\d*$/.test(name)) continue;
    const pid = asPid(Number(name));
    const found = classifyProcess(pid);
    const isJvm = found.kind === 'hotspot' || found.kind === 'openj9' || found.kind === 'starting';
    const isPlain = found.kind === 'not-a-jvm' || found.kind === 'native-image';
    const row = isJvm ? describeJvm(pid, found, nameOfUser) : isPlain && which === 'all' ? describePlain(pid, nameOfUser) : null;
    if (row !== null) rows.push(row);
  }
  return rows.sort((a, b) => a.pid - b.pid);
}

function ancestors(): ReadonlySet<Pid> {
  const found = new Set<Pid>();
  for (let pid = process.ppid; pid > 1 && found.size < MAX_ANCESTORS;) {
    found.add(asPid(pid));
    pid = readProcessStat(asPid(pid))?.parent ?? 0;
  }
  return found;
}

/** The same rows with CPU use measured by two looks 200 ms apart; those that ended between the looks are left out. */
export async function measureCpu<Row extends TargetProcess>(rows: readonly Row[]): Promise<readonly Row[]> {
  const before = rows.map((row) => readProcessStat(row.pid));
  const startMs = performance.now();
  await sleep(CPU_LOOK_MS);
  return rows.flatMap((row, index) => {
    const first = before[index];
    const second = readProcessStat(row.pid);
    const spanSeconds = (performance.now() - startMs) / 1000;
    if (first == null || second?.startTicks !== row.startTicks) return [];
    const percent = (100 * Math.max(0, second.cpuTicks - first.cpuTicks)) / TICKS_PER_SECOND / spanSeconds;
    return [{ ...row, threads: second.threads, cpu: { percent, over: 'two-looks' as const } }];
  });
}
