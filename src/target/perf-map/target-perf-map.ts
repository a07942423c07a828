// A process → the names of the code it generates, from /tmp/perf-PID.map: inside its own root, by its number in its own pid namespace,
// and only if the file is its user's or root's, as perf asks it, and one that it may read itself: a link may lead to any of root's. Read when an address is not found, at most once a second, and then only
// what has been added. Leaves out jitdump (jit-PID.dump), which moves code: its names would need the time of each sample.

import { closeSync, fstatSync, readSync } from 'node:fs';
import type { Pid } from '../../model/units.ts';
import { pidInside } from '../processes/namespace-ids.ts';
import { openInTargetRoot } from '../processes/open-in-root.ts';
import { userIdOf } from '../processes/process-owner.ts';
import { PerfMapRoom } from './perf-map-room.ts';
import { type GeneratedFunction, MAX_PERF_MAP_BYTES, PerfMap } from './perf-map.ts';

const REFRESH_MS = 1000;
/** A large map takes longer to read: of jtrace's time it may have so much. */
const REFRESH_COST_FACTOR = 20;
const PIECE_BYTES = 1024 * 1024;
/** What one look may take before it leaves the rest to the next: lines that are none cost time and no room. 64 MiB of others take less. */
const MAX_REFRESH_MS = 1000;
/** Of a process that ended, for samples on their way: larger ones go at once. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

const sharedRoom = new PerfMapRoom();

export class TargetPerfMap {
  readonly #pid: Pid;
  readonly #isAlive: () => boolean;
  readonly #room: PerfMapRoom;
  #map = new PerfMap();
  /** Device and inode of the file that was read. */
  #file = '';
  #nextRefreshMs = 0;

  /** `isAlive`: whether the number is still that process's. */
  constructor(pid: Pid, isAlive: () => boolean, room = sharedRoom) {
    this.#pid = pid;
    this.#isAlive = isAlive;
    this.#room = room;
  }

  /** `nowMs`: any clock that goes on. */
  functionAt(address: number, nowMs = performance.now()): GeneratedFunction | null {
    const known = this.#map.find(address);
    if (known !== null || nowMs < this.#nextRefreshMs || !this.#room.hasTime(nowMs)) return known;
    const beganMs = performance.now();
    this.#refresh();
    const found = this.#map.find(address);
    const tookMs = performance.now() - beganMs;
    this.#room.spendMs(tookMs);
    this.#nextRefreshMs = nowMs + Math.max(REFRESH_MS, REFRESH_COST_FACTOR * tookMs);
    return found;
  }

  /** The process is closed: nothing more is read, and of a large map nothing kept. */
  close(): void {
    if (this.#nextRefreshMs === Infinity) return;
    this.#nextRefreshMs = Infinity;
    this.#room.useBytes(-this.#map.costBytes);
    if (this.#map.costBytes > MAX_KEPT_BYTES) this.#map = new PerfMap();
  }

  #refresh(): void {
    const fd = openPerfMap(this.#pid);
    if (fd === null) return;
    try {
      const { dev, ino, size } = fstatSync(fd);
      if (!isItsOwn(fd, this.#pid) || !this.#isAlive()) return;
      const file = `${String(dev)}:${String(ino)}`;
      if (file !== this.#file || size < this.#map.length) {
        this.#room.useBytes(-this.#map.costBytes);
        this.#map = new PerfMap();
      }
      this.#file = file;
      readFrom(fd, this.#map, this.#room);
    } catch {
      // It was taken away while it was read.
    } finally {
      closeSync(fd);
    }
  }
}

/** May take a piece more than there is room for: what lines cost is known when they are read. */
function readFrom(fd: number, map: PerfMap, room: PerfMapRoom): void {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  const untilMs = performance.now() + MAX_REFRESH_MS;
  do {
    const wanted = Math.min(piece.length, room.leftBytes, MAX_PERF_MAP_BYTES - map.length);
    const got = wanted <= 0 ? 0 : readSync(fd, piece, 0, wanted, map.length);
    if (got === 0) return;
    const before = map.costBytes;
    map.add(piece.subarray(0, got));
    room.useBytes(map.costBytes - before);
  } while (performance.now() < untilMs);
}

/** Whether there is one that would be read: of the process's own user, or root's. */
export function hasPerfMap(pid: Pid): boolean {
  const fd = openPerfMap(pid);
  if (fd === null) return false;
  try {
    return isItsOwn(fd, pid);
  } finally {
    closeSync(fd);
  }
}

function openPerfMap(pid: Pid): number | null {
  const inside = pidInside(pid);
  return inside === null ? null : openInTargetRoot(pid, `/tmp/perf-${String(inside)}.map`, { asProcess: true });
}

/** Anybody may put a file of that name into /tmp. */
function isItsOwn(fd: number, pid: Pid): boolean {
  const { uid } = fstatSync(fd);
  return uid === 0 || uid === userIdOf(pid);
}
