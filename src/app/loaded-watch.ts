// What a running bpftrace has loaded, looked at again and again: when it has ended by itself nothing is there to be looked at.

import { readFileSync } from 'node:fs';
import { countRuns, type RunCounting } from '../bpftrace/count-runs.ts';
import { loadedObjects, programNames } from '../bpftrace/loaded-objects.ts';
import type { LoadedObjects } from '../model/loaded.ts';

/** A program may end at once; reading some thirty small files takes a millisecond. */
const LOOK_MS = 200;

export class LoadedWatch {
  readonly #counting: RunCounting;
  readonly #names = new Map<string, string>();
  #pid: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #newest: LoadedObjects | null = null;

  private constructor(counting: RunCounting) {
    this.#counting = counting;
  }

  /** The kernel counts from here on. */
  static async start(): Promise<LoadedWatch> {
    return new LoadedWatch(await countRuns());
  }

  get countsRuns(): boolean {
    return this.#counting.isOn;
  }

  /** From here on of this bpftrace; what one before it had loaded is forgotten. */
  watch(pid: number | null): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#newest = null;
    this.#pid = pid;
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  look(): void {
    if (this.#pid === null) return;
    const found = loadedObjects(this.#pid, (tag) => this.#nameOf(tag));
    if (found !== null && found.programs.length >= (this.#newest?.programs.length ?? 0)) this.#newest = found;
  }

  /** As last looked at; null: it had loaded nothing, or ended before. */
  end(): LoadedObjects | null {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#counting.end();
    return this.#newest;
  }

  /** Each tag is looked up once: kallsyms has 5 MB. */
  #nameOf(tag: string): string {
    const known = this.#names.get(tag);
    if (known !== undefined) return known;
    for (const [of, name] of programNames(readFileSync('/proc/kallsyms', 'latin1'))) this.#names.set(of, name);
    if (!this.#names.has(tag)) this.#names.set(tag, '');
    return this.#names.get(tag) ?? '';
  }
}
