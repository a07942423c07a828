// Numbers of processes and threads as their own pid namespace counts them: what a JVM in a container calls its threads (gettid), the
// names of its perf map and hsperf files. From the NSpid line of /proc: one number per nested namespace, the innermost last.
// Source: proc_pid_status(5), pid_namespaces(7); task_state() of fs/proc/array.c.

import type { Pid } from '../../model/units.ts';
import { readProc } from './read-proc.ts';

/** About 60 short lines; the longest (Groups, Cpus_allowed) have some thousand bytes on big machines. */
export const MAX_STATUS_BYTES = 16 * 1024;

/** Numbers from our own namespace to the innermost, of the text of a status file; empty: the kernel (before 4.1) does not tell. */
export function namespaceIds(status: string): readonly number[] {
  const line = /^NSpid:((?:\s+\d+)+)$/m.exec(status)?.[1] ?? '';
  return line.trim() === '' ? [] : line.trim().split(/\s+/).map(Number);
}

/** A process's number in its own pid namespace (`/tmp/perf-7.map` of process 4711); null when it is gone. */
export function pidInside(pid: Pid): number | null {
  const status = readProc(`/proc/${pid}/status`, MAX_STATUS_BYTES);
  return status === null ? null : (namespaceIds(status.toString('latin1')).at(-1) ?? pid);
}
