// A test JVM that a probe stopped by SIGSTOP: waiting until every thread stands still, letting it go on, and reading its memory
// meanwhile. Only for processes the oracle itself started.

import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A thread inside the kernel may need a moment until it sees the signal. */
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 2;

/** Resolves when all threads are stopped; false when the process is gone or does not stop in time. */
export async function waitUntilStopped(pid: number): Promise<boolean> {
  for (const end = Date.now() + STOP_TIMEOUT_MS; Date.now() < end; await sleep(POLL_MS)) {
    const states = threadStates(pid);
    if (states === null) return false;
    if (states.every((state) => state === 'T' || state === 't' || state === 'Z' || state === 'X')) return true;
  }
  return false;
}

/** Lets it go on. */
export function resume(pid: number): void {
  process.kill(pid, 'SIGCONT');
}

function threadStates(pid: number): readonly string[] | null {
  try {
    return readdirSync(`/proc/${String(pid)}/task`).map((tid) => threadState(pid, tid));
  } catch {
    return null;
  }
}

function threadState(pid: number, tid: string): string {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/task/${tid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).charAt(0);
  } catch {
    return 'X'; // ended between listing and reading
  }
}

/** Memory of a stopped process; null where nothing is mapped. */
export interface StoppedMemory {
  bytes(address: number, length: number): Uint8Array | null;
  /** A little-endian word; low bits are lost above 2^53 (no user address is there). */
  word(address: number): number | null;
  /** Where the mapping that holds an address ends; 0: nothing is mapped there. */
  mappingEnd(address: number): number;
  close(): void;
}

/** Opens /proc/PID/mem. */
export function openStoppedMemory(pid: number): StoppedMemory {
  const file = openSync(`/proc/${String(pid)}/mem`, 'r');
  const bytes = (address: number, length: number): Uint8Array | null => {
    const into = Buffer.alloc(length);
    try {
      return readSync(file, into, 0, length, address) === length ? into : null;
    } catch {
      return null;
    }
  };
  // It stands still: its mappings do, too.
  const mappings = readFileSync(`/proc/${String(pid)}/maps`, 'latin1')
    .split('\n')
    .map((line) => (/^\S+/u.exec(line)?.[0] ?? '').split('-').map((text) => Number.parseInt(text, 16)));
  return {
    bytes,
    mappingEnd: (address) => mappings.find(([start = 0, end = 0]) => start <= address && address < end)?.[1] ?? 0,
    word(address) {
      const got = bytes(address, 8);
      return got === null ? null : Number(Buffer.from(got).readBigUInt64LE());
    },
    close() {
      closeSync(file);
    },
  };
}
