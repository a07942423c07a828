// Ends bpftraces that outlived a killed jtrace. The parent-death signal and the heartbeat make that rare; where neither worked (no
// setpriv, a stopped bpftrace), the next run does it. A leftover is known by a mark in its environment: which jtrace started it, by
// pid, start time and pid namespace. It is only ended when it runs as we do and that jtrace is gone.

import { closeSync, constants, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { MAX_STAT_BYTES, parseProcessStat } from '../model/process-stat.ts';

const MARK = 'JTRACE_CAPTURE_OF';
/** Most that is looked at of /proc/PID/environ: one of ours is small, another may be megabytes, or grow while it is read. */
const MAX_ENVIRONMENT_BYTES = 256 * 1024;
/** The Uid line is near its top; its list of groups may be long. */
const MAX_STATUS_BYTES = 4096;

/** The environment variable that marks a child of this process. */
export function captureMark(): Readonly<Record<string, string>> {
  return { [MARK]: `${String(process.pid)}:${String(startTicks(process.pid) ?? '')}:${pidNamespace()}` };
}

/** Ends leftovers; returns their pids. */
export function sweepLeftovers(): readonly number[] {
  const ended: number[] = [];
  const buffer = Buffer.alloc(MAX_ENVIRONMENT_BYTES);
  for (const name of readdirSync('/proc')) {
    if (!/^\d{1,10}$/.test(name)) continue;
    const pid = Number(name);
    // First of all: nothing of another user's process is read that it can make large.
    if (!runsAsWeDo(pid)) continue;
    const owner = ownerOf(pid, buffer);
    if (owner === null || owner.startTicks === startTicks(owner.pid)) continue;
    try {
      process.kill(pid, 'SIGKILL');
      ended.push(pid);
    } catch {
      // It ended by itself meanwhile.
    }
  }
  return ended;
}

function ownerOf(pid: number, buffer: Buffer): { readonly pid: number; readonly startTicks: number } | null {
  const environment = read(`/proc/${String(pid)}/environ`, buffer);
  if (environment === null) return null;
  for (const entry of environment.split('\0')) {
    const match = /^JTRACE_CAPTURE_OF=(\d{1,10}):(\d{1,20}):(pid:\[\d{1,20}\])$/.exec(entry);
    // A jtrace in a container counts its pids otherwise: whether it lives cannot be told from here.
    if (match !== null && match[3] === pidNamespace()) return { pid: Number(match[1]), startTicks: Number(match[2]) };
  }
  return null;
}

function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}

/** Real and effective uid are ours: no set-uid program that an ordinary user started with a forged mark. */
function runsAsWeDo(pid: number): boolean {
  const status = read(`/proc/${String(pid)}/status`, Buffer.alloc(MAX_STATUS_BYTES));
  const uids = /^Uid:\t(\d+)\t(\d+)\t/m.exec(status ?? '');
  return uids !== null && Number(uids[1]) === process.getuid?.() && Number(uids[2]) === process.geteuid?.();
}

/** With the pid it names one process for ever. null when there is none. */
function startTicks(pid: number): number | null {
  const stat = read(`/proc/${String(pid)}/stat`, Buffer.alloc(MAX_STAT_BYTES));
  return stat === null ? null : (parseProcessStat(stat)?.startTicks ?? null);
}

/** The first bytes of a /proc file, as many as one read puts into `buffer`. */
function read(path: string, buffer: Buffer): string | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0));
  } catch {
    return null; // It ended meanwhile.
  } finally {
    closeSync(fd);
  }
}
