// Threads of a process that wait in a system call, and where each of them made it: proc_pid_syscall(5), as far as it may be read.

import { readdirSync } from 'node:fs';
import { asAddress, asTid, type Address, type Pid, type Tid } from '../model/units.ts';
import { readProc } from './processes/read-proc.ts';

export interface BlockedThread {
  readonly tid: Tid;
  readonly pc: Address;
  readonly sp: Address;
}

/** A number and eight words of up to 18 characters. */
const MAX_SYSCALL_BYTES = 256;

/** At most so many, the oldest first. */
export function blockedThreads(pid: Pid, most: number): BlockedThread[] {
  const threads: BlockedThread[] = [];
  for (const name of namesOfThreads(pid)) {
    if (threads.length >= most) break;
    const thread = blockedThread(pid, asTid(Number(name)));
    if (thread !== null) threads.push(thread);
  }
  return threads;
}

/** null: it runs, or is gone. */
function blockedThread(pid: Pid, tid: Tid): BlockedThread | null {
  const text = readProc(`/proc/${String(pid)}/task/${String(tid)}/syscall`, MAX_SYSCALL_BYTES)?.toString('latin1') ?? '';
  const [sp, pc] = [/ (0x[0-9a-f]{1,12}) 0x[0-9a-f]{1,12}\n$/u, / (0x[0-9a-f]{1,12})\n$/u].map((word) => word.exec(text)?.[1]);
  return sp === undefined || pc === undefined ? null : { tid, pc: asAddress(Number(pc)), sp: asAddress(Number(sp)) };
}

function namesOfThreads(pid: Pid): readonly string[] {
  try {
    return readdirSync(`/proc/${String(pid)}/task`);
  } catch {
    return [];
  }
}
