// A process → the names of the code it generates, from /tmp/perf-PID.map: inside its own root, by its number in its own pid namespace,
// and only if the file is its user's or root's, as perf asks it. Read when an address is not found, at most once a second, and then only
// what has been added. Leaves out jitdump (jit-PID.dump), which moves code: its names would need the time of each sample.

import { closeSync, fstatSync, readSync } from 'node:fs';
import type { Pid } from '../../model/units.ts';
import { pidInside } from '../processes/namespace-ids.ts';
import { openInTargetRoot } from '../processes/open-in-root.ts';
import { userIdOf } from '../processes/process-owner.ts';
import { type GeneratedFunction, MAX_PERF_MAP_BYTES, PerfMap } from './perf-map.ts';

const REFRESH_MS = 1000;
/** A large map takes longer to read: of jtrace's time it may have so much. */
const REFRESH_COST_FACTOR = 20;
const PIECE_BYTES = 1024 * 1024;

export class TargetPerfMap {
  readonly #pid: Pid;
  readonly #isAlive: () => boolean;
  #map = new PerfMap();
  /** Device and inode of the file that was read. */
  #file = '';
  #nextRefreshMs = 0;

  /** `isAlive`: whether the number is still that process's. */
  constructor(pid: Pid, isAlive: () => boolean) {
    this.#pid = pid;
    this.#isAlive = isAlive;
  }

  /** `nowMs`: any clock that goes on. */
  functionAt(address: number, nowMs = performance.now()): GeneratedFunction | null {
    const known = this.#map.find(address);
    if (known !== null || nowMs < this.#nextRefreshMs) return known;
    const beganMs = performance.now();
    this.#refresh();
    const found = this.#map.find(address);
    this.#nextRefreshMs = nowMs + Math.max(REFRESH_MS, REFRESH_COST_FACTOR * (performance.now() - beganMs));
    return found;
  }

  #refresh(): void {
    const inside = pidInside(this.#pid);
    const fd = inside === null ? null : openInTargetRoot(this.#pid, `/tmp/perf-${String(inside)}.map`);
    if (fd === null) return;
    try {
      const { uid, dev, ino, size } = fstatSync(fd);
      // Anybody may put a file of that name into /tmp.
      if ((uid !== 0 && uid !== userIdOf(this.#pid)) || !this.#isAlive()) return;
      const file = `${String(dev)}:${String(ino)}`;
      if (file !== this.#file || size < this.#map.length) this.#map = new PerfMap();
      this.#file = file;
      readFrom(fd, this.#map);
    } catch {
      // It was taken away while it was read.
    } finally {
      closeSync(fd);
    }
  }
}

function readFrom(fd: number, map: PerfMap): void {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  while (map.length < MAX_PERF_MAP_BYTES) {
    const got = readSync(fd, piece, 0, piece.length, map.length);
    if (got === 0) return;
    map.add(piece.subarray(0, got));
  }
}
