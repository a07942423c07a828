// What a capture costs the machine: CPU time of bpftrace's threads (/proc/PID/task/*/schedstat, nanoseconds) and run time of its BPF
// programs (fdinfo of its program descriptors, counted while kernel.bpf_stats_enabled is 1; charged to whoever was interrupted).

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const STATS_SWITCH = '/proc/sys/kernel/bpf_stats_enabled';
const POLL_MS = 250;
/** setpriv, bpftrace: a child's child at most. */
const MAX_DEPTH = 3;

export interface BpftraceCost {
  readonly cpuNs: number;
  readonly probeNs: number;
  readonly probeRuns: number;
}

/** Turns the kernel's counting of BPF run time on; the function given puts back what was, and may be called twice. */
export function countProbeTime(): () => void {
  const before = readFileSync(STATS_SWITCH, 'utf8').trim();
  writeFileSync(STATS_SWITCH, '1');
  return () => {
    writeFileSync(STATS_SWITCH, before);
  };
}

/** The bpftrace below a process; null: none yet, or no more. */
export function bpftraceBelow(parentPid: number): number | null {
  return programBelow(parentPid, 'bpftrace');
}

/** A process of that name below another; null: none yet, or no more. */
export function programBelow(parentPid: number, name: string): number | null {
  return descendants(parentPid, MAX_DEPTH).find((child) => comm(child) === name) ?? null;
}

/** Follows the bpftrace below a process until it is gone; `since` is what it had used when watching began. */
export function watchBpftrace(parentPid: number): { stop(): BpftraceCost } {
  const pid = bpftraceBelow(parentPid);
  if (pid === null) throw new Error('jtrace has no bpftrace below it');
  const start = costOf(pid);
  let last = start;
  const look = (): void => {
    const now = costOf(pid);
    // Ending, it gives its programs back before it is gone: the largest numbers seen are the last true ones.
    if (now.cpuNs >= last.cpuNs && now.probeRuns >= last.probeRuns) last = now;
  };
  const timer = setInterval(look, POLL_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return {
        cpuNs: last.cpuNs - start.cpuNs,
        probeNs: last.probeNs - start.probeNs,
        probeRuns: last.probeRuns - start.probeRuns,
      };
    },
  };
}

/** What a bpftrace has used until now. */
export function costOf(pid: number): BpftraceCost {
  let cpuNs = 0;
  for (const tid of list(`/proc/${pid}/task`)) cpuNs += Number(read(`/proc/${pid}/task/${tid}/schedstat`).split(' ')[0]) || 0;
  const fdinfos = list(`/proc/${pid}/fdinfo`).map((fd) => read(`/proc/${pid}/fdinfo/${fd}`));
  return { cpuNs, ...probeTimeOf(fdinfos) };
}

/** Run time of the BPF programs among a process's descriptors. One program is open under several (one per CPU and one of its own). */
export function probeTimeOf(fdinfos: readonly string[]): { readonly probeNs: number; readonly probeRuns: number } {
  const programs = new Map<string, { readonly ns: number; readonly runs: number }>();
  for (const text of fdinfos) {
    const [id, ns, runs] = ['prog_id', 'run_time_ns', 'run_cnt'].map(
      (name) => new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1],
    );
    if (id !== undefined && ns !== undefined) programs.set(id, { ns: Number(ns), runs: Number(runs) });
  }
  let [probeNs, probeRuns] = [0, 0];
  for (const { ns, runs } of programs.values()) {
    probeNs += ns;
    probeRuns += runs;
  }
  return { probeNs, probeRuns };
}

function descendants(pid: number, depth: number): number[] {
  if (depth === 0) return [];
  const children = list(`/proc/${pid}/task`).flatMap((tid) =>
    read(`/proc/${pid}/task/${tid}/children`).split(' ').filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child, depth - 1)]);
}

const comm = (pid: number): string => read(`/proc/${pid}/comm`).trim();

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended while it was looked at
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
