// A process that is no JVM → the row an operator sees: its program, what it was called with, threads, CPU, user, container.

import type { PlainProcess } from '../../model/process.ts';
import type { Pid } from '../../model/units.ts';
import { containerOf } from './container-of.ts';
import { cpuSinceStart, readCommandLine } from './describe-jvm.ts';
import { userIdOf } from './process-owner.ts';
import { readProcessStat } from './process-stat.ts';
import { readProcLink } from './read-proc.ts';

/** Fills the row; null when the process ended meanwhile. CPU is averaged since its start. */
export function describePlain(pid: Pid, nameOfUser: (uid: number) => string): PlainProcess | null {
  const stat = readProcessStat(pid);
  const argv = readCommandLine(pid);
  const uid = userIdOf(pid);
  if (stat === null || argv === null || uid === null) return null;
  const [calledAs = '', ...args] = argv;
  return {
    pid,
    startTicks: stat.startTicks,
    vm: 'none',
    program: programPath(pid) ?? stat.comm,
    comm: stat.comm,
    calledAs,
    args,
    threads: stat.threads,
    cpu: { percent: cpuSinceStart(stat), over: 'since-start' },
    user: nameOfUser(uid),
    container: containerOf(pid),
  };
}

/** Its program's path inside its root, also of a file that was replaced or deleted since; null when it cannot be told. */
export function programPath(pid: Pid): string | null {
  return readProcLink(`/proc/${pid}/exe`)?.replace(/ \(deleted\)$/, '') ?? null;
}
