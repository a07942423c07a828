// A process → a descriptor of its memory, which stays with that address space whatever becomes of the process or its number; and
// what of it tells how its pages came about.

import { closeSync, constants, openSync } from 'node:fs';
import { MAX_STAT_BYTES } from '../../model/process-stat.ts';
import { asPid, type Pid } from '../../model/units.ts';
import { OperatorError } from '../../model/errors.ts';
import { codeOf } from '../../model/file-problems.ts';
import { readProc } from '../processes/read-proc.ts';

/** PF_FORKNOEXEC, include/linux/sched.h: forked, and no program of its own begun since. */
const FORKED_FLAG = 0x40;
const FLAGS_FIELD = 6;
const PARENT_FIELD = 1;

export interface AddressSpace {
  readonly pid: Pid;
  /** Of /proc/PID/mem: nothing is read through it, programs find the page tables by it. */
  readonly descriptor: number;
  readonly isForkChild: boolean;
  readonly parent: Pid;
  close(): void;
}

/** Throws an OperatorError when there is no such process, or it is not for us. */
export function openAddressSpace(pid: Pid): AddressSpace {
  let descriptor: number;
  try {
    descriptor = openSync(`/proc/${pid}/mem`, constants.O_RDONLY);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ESRCH')
      throw new OperatorError('usage', `process ${pid} has ended`, 'ps -e lists what runs', { cause });
    throw new OperatorError(
      'environment',
      `cannot look at the memory of process ${pid}: not permitted`,
      'CAP_SYS_PTRACE is needed (docs/containers.md)',
      { cause },
    );
  }
  const stat = readProc(`/proc/${pid}/stat`, MAX_STAT_BYTES)?.toString('latin1') ?? '';
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    descriptor,
    isForkChild: (Number(fields[FLAGS_FIELD] ?? 0) & FORKED_FLAG) !== 0,
    parent: asPid(Number(fields[PARENT_FIELD] ?? 0)),
    close: () => {
      closeSync(descriptor);
    },
  };
}
