// Whether a bpftrace has attached all its probes. It says so only from 0.27 on, and a probe that would tell is one that the learner did not write: but
// once all are attached it waits for events, in epoll_wait, and not before (bpftrace/src/bpftrace.cpp, BPFtrace::run: attach, then poll).

import { readFileSync } from 'node:fs';

/** epoll_wait, epoll_pwait, epoll_pwait2 on x86-64; epoll_pwait, epoll_pwait2 on arm64 (include/uapi/asm-generic/unistd.h). */
const EPOLL_CALLS: Readonly<Partial<Record<NodeJS.Architecture, readonly number[]>>> = { x64: [232, 281, 441], arm64: [22, 441] };

/** Whether it waits just now: of one that has much to do, another look may tell. */
export function waitsForEvents(pid: number): boolean {
  try {
    const call = Number.parseInt(readFileSync(`/proc/${String(pid)}/syscall`, 'utf8'), 10);
    return EPOLL_CALLS[process.arch]?.includes(call) === true;
  } catch {
    return false;
  }
}
