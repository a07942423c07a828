// Distinct recorded stacks, unwound again and again from memory: frames a second of the unwinder alone, with what it remembers of code
// and methods and without.

import type { RawSample } from '../../src/model/sample.ts';
import type { TargetReader } from '../../src/model/target.ts';
import { CodeCache } from '../../src/unwind/hotspot/code-cache.ts';
import { CodeIndex } from '../../src/unwind/hotspot/code-index.ts';
import { attachHotspot, type HotspotProcess } from '../../src/unwind/hotspot/hotspot-process.ts';
import { JavaThreads } from '../../src/unwind/hotspot/java-threads.ts';
import { Methods } from '../../src/unwind/hotspot/methods.ts';
import { MemoryView } from '../../src/unwind/memory-view.ts';
import { NativeCode } from '../../src/unwind/native/native-code.ts';
import { walkSample } from '../../src/unwind/sample-walk.ts';
import type { WalkedSample, WalkTarget } from '../../src/unwind/walk-target.ts';
import type { Memo, Throughput } from './unwind-figures.ts';

/** The unwinder of one recorded process, its caches at hand. */
export class BenchUnwinder {
  readonly #reader: TargetReader;
  readonly #process: HotspotProcess;
  #target: WalkTarget;

  constructor(reader: TargetReader) {
    const attached = attachHotspot(reader);
    if (attached.kind !== 'ready') throw new Error(`the recorded VM is ${attached.kind}`);
    this.#reader = reader;
    this.#process = attached.process;
    this.#target = this.#fresh();
  }

  forget(): void {
    this.#target = this.#fresh();
  }

  beginBatch(nowMs: number): void {
    this.#target.native.beginBatch(nowMs);
    this.#target.hotspot?.code.beginBatch();
    this.#target.hotspot?.methods.beginBatch();
    this.#target.hotspot?.threads.beginBatch();
  }

  walk(sample: RawSample): WalkedSample {
    return walkSample(sample, [], this.#target);
  }

  #fresh(): WalkTarget {
    const { layout } = this.#process;
    const memory = new MemoryView(this.#reader);
    const cache = new CodeCache(memory, layout);
    cache.refresh();
    const hotspot: HotspotProcess = {
      ...this.#process,
      code: new CodeIndex(memory, layout, cache, this.#process.code.architecture),
      methods: new Methods(memory, layout),
      threads: new JavaThreads(memory, layout),
    };
    return { hotspot, notReady: null, native: new NativeCode(this.#reader), reread: null, alive: () => true };
  }
}

/** Walks all samples over and over for at least `seconds` of this thread's time. */
export function measureThroughput(
  unwinder: BenchUnwinder,
  samples: readonly RawSample[],
  memo: Memo,
  seconds: number,
): Throughput {
  let [stacks, frames] = [0, 0];
  unwinder.forget();
  const pass = (): void => {
    for (const sample of samples) {
      if (memo === 'nothing') unwinder.forget();
      if (memo !== 'proven-once') unwinder.beginBatch(sample.timeNs / 1e6);
      frames += unwinder.walk(sample).stack.frames.length;
      stacks += 1;
    }
  };
  pass(); // Compiles, and fills what may be remembered.
  [stacks, frames] = [0, 0];
  const start = process.cpuUsage();
  let used = 0;
  while (used < seconds) {
    pass();
    const { user, system } = process.cpuUsage(start);
    used = (user + system) / 1e6;
  }
  return { memo, stacks, frames, seconds: used };
}
