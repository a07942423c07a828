// pid → what it is (src/model/process.ts ProcessClass): by /proc/PID/stat, the ELF header of its program, and the VM libraries
// among its mapped files. Two looks at most, no waiting; a process that ends meanwhile is 'gone'.

import type { ProcessClass } from '../../model/process.ts';
import { asPid, type Pid } from '../../model/units.ts';
import { readElfIdentity } from './elf-identity.ts';
import { readProcessStat } from './process-stat.ts';
import { readProc, readProcLink } from './read-proc.ts';
import { readVmMappings } from './vm-mappings.ts';

/** /proc/PID/status has about 60 short lines; the longest (Groups, Cpus_allowed) come after Tgid. */
const MAX_STATUS_BYTES = 4096;

/** Says what a pid is. Reads nothing of the target's memory. */
export function classifyProcess(pid: Pid): ProcessClass {
  const stat = readProcessStat(pid);
  if (stat === null) return { kind: 'gone' };
  const leader = threadGroupOf(pid);
  if (leader !== null && leader !== pid) return { kind: 'thread', process: leader };
  if (stat.kernelThread) return { kind: 'kernel-thread', name: stat.comm };
  if (stat.state === 'Z' || stat.state === 'X') {
    // The kernel counts the dead main thread too while others live.
    return { kind: 'zombie', liveThreads: Math.max(0, stat.threads - 1) };
  }
  const exe = `/proc/${pid}/exe`;
  const program = programName(readProcLink(exe) ?? stat.comm);
  const emulated = /^qemu-(?!system)(\w+?)(-static)?$/.exec(program)?.[1];
  if (emulated !== undefined) return { kind: 'other-architecture', architecture: `${emulated} under qemu-user` };
  const elf = readElfIdentity(exe);
  if (elf !== null && !elf.ours) return { kind: 'other-architecture', architecture: elf.architecture };
  const vm = readVmMappings(pid);
  // Gone is told by a second look: maps of a process that has just ended read as empty.
  const after = readProcessStat(pid);
  if (after?.startTicks !== stat.startTicks || after.state === 'Z' || after.state === 'X') return { kind: 'gone' };
  if (vm === null) return { kind: 'unreadable' };
  if (vm.openj9) return { kind: 'openj9' };
  if (vm.libjvm !== null) return { kind: 'hotspot', libjvmPath: vm.libjvm };
  if (vm.launcher || program === 'java') return { kind: 'starting' };
  const section = elf?.nativeImageSection ?? null;
  if (section !== null) return { kind: 'native-image', evidence: `section ${section}` };
  return { kind: 'not-a-jvm', program };
}

/** File name of a program's path as /proc/PID/exe shows it. */
export function programName(exePath: string): string {
  const path = exePath.replace(/ \(deleted\)$/, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The process a pid or tid belongs to: /proc/TID exists for threads, too, though no listing shows it. */
function threadGroupOf(pid: Pid): Pid | null {
  const status = readProc(`/proc/${pid}/status`, MAX_STATUS_BYTES)?.toString('latin1') ?? '';
  const tgid = /^Tgid:\s*(\d+)$/m.exec(status)?.[1];
  return tgid === undefined ? null : asPid(Number(tgid));
}
