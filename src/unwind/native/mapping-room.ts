// What the mappings of all processes may take together: some hundreds of processes are open, each may have 65,530 mappings by default and
// any user as many processes as there are. Where it is too much those forget theirs that read them longest ago, and read them again when
// they are sampled. One that has ended meanwhile cannot: samples of it that are still on their way then end in `unknown-code`.

import type { Mapping } from '../../model/target.ts';

/** Of 800,000 mappings. A JVM has 300, some hundred processes have 30,000 together. */
const MAX_ALL_BYTES = 256 * 1024 * 1024;
/** One in memory, without its path, with the text that it was read from: measured 254 to 290. */
const MAPPING_BYTES = 300;

export interface MappingHolder {
  /** Lets go of its mappings. */
  forget(): void;
}

export class MappingRoom {
  #leftBytes: number;
  /** Cost by holder; the one that read longest ago first. */
  readonly #held = new Map<MappingHolder, number>();

  constructor(limitBytes = MAX_ALL_BYTES) {
    this.#leftBytes = limitBytes;
  }

  get leftBytes(): number {
    return this.#leftBytes;
  }

  /** These are what it holds now. It keeps them, however many they are; others may have to forget theirs. */
  hold(holder: MappingHolder, mappings: readonly Mapping[]): void {
    this.release(holder);
    const bytes = mappings.reduce((sum, { path }) => sum + MAPPING_BYTES + path.length, 0);
    this.#held.set(holder, bytes);
    this.#leftBytes -= bytes;
    for (const other of this.#held.keys()) {
      if (this.#leftBytes >= 0 || other === holder) return;
      this.release(other);
      other.forget();
    }
  }

  /** It holds none any more. */
  release(holder: MappingHolder): void {
    this.#leftBytes += this.#held.get(holder) ?? 0;
    this.#held.delete(holder);
  }
}
