// Stacks of threads that wait anyway, resolved before the first event: what the first stack of a process costs (symbols of its libraries, its VM's
// tables, jtrace's own code: some 150 ms) is spent while bpftrace loads its program. A JVM may have ended within that time.

import type { RawSample } from '../model/sample.ts';
import type { TargetReader } from '../model/target.ts';
import { asPid, asAddress, type Pid } from '../model/units.ts';
import { type BlockedThread, blockedThreads } from '../target/blocked-threads.ts';

/** Each meets other code: the VM's threads, the compilers', a few of the program's own. */
const MAX_THREADS = 24;
/** As much of each stack as is there, in powers of two down to the smallest. */
const [MOST_BYTES, LEAST_BYTES] = [16 * 1024, 1024];
const USER_CS = 0x33;

/** One sample for each, with the registers that are known: enough for the frames of the call that waits. */
export function samplesOfWaiting(pid: Pid, reader: Pick<TargetReader, 'read'>, nowNs: number): RawSample[] {
  return blockedThreads(pid, MAX_THREADS).flatMap((thread) => {
    const sample = sampleOf(pid, thread, reader, nowNs);
    return sample === null ? [] : [sample];
  });
}

function sampleOf(
  pid: Pid,
  { tid, pc, sp }: BlockedThread,
  reader: Pick<TargetReader, 'read'>,
  timeNs: number,
): RawSample | null {
  for (let size = MOST_BYTES; size >= LEAST_BYTES; size /= 2) {
    const bytes = new Uint8Array(size);
    if (!reader.read(sp, bytes)) continue;
    return {
      timeNs, cpu: 0, pid: asPid(pid), tid, ticks: 1, mode: 'kernel', anchor: null, kernelStack: [], comm: '',
      registers: {
        r15: 0, r14: 0, r13: 0, r12: 0, rbp: 0, rbx: 0, r11: 0, r10: 0, r9: 0, r8: 0, rax: 0, rcx: 0, rdx: 0, rsi: 0, rdi: 0,
        rip: pc, cs: USER_CS, rsp: sp,
      },
      stack: { chunks: [{ address: sp, bytes }], unreadablePages: [], end: asAddress(sp + size), cut: true, lostChunks: 0 },
    }; // prettier-ignore
  }
  return null;
}
