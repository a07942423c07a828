// Several recordings → one: frames, stacks, threads and outcomes that are the same are one again, samples stand one recording after
// the other, on one clock where all know the time of day, and weigh the same time (merge-weights.ts). Pure.

import { OperatorError } from '../model/errors.ts';
import type { Frame } from '../model/frame.ts';
import { frameKey } from '../model/frame-key.ts';
import type { Profile } from '../model/profile.ts';
import type { Recording, RecordingFacts } from '../model/recording.ts';
import { MAX_SAMPLES, MAX_THREADS, MAX_WEIGHT } from '../model/recording-limits.ts';
import { sampleColumns } from '../model/sample-columns.ts';
import { StackColumns } from '../model/stack-columns.ts';
import { mergeFacts } from './merge-facts.ts';
import { mergeWeights } from './merge-weights.ts';
import { requireOneEvent } from './one-event.ts';

/** As many as a `.jtrace` file may have are twice that. */
const MAX_MERGED_STACKS = 1 << 23;
const FILTER_HINT = 'filter each of them first: jtrace report … -o part.jtrace';

/** One recording of all; of one, itself. OperatorError when they count different things, or are too large together. */
export function mergeRecordings(recordings: readonly Recording[]): Recording {
  const [first, ...others] = recordings;
  if (first === undefined) throw new Error('nothing to merge');
  if (others.length === 0) return first;
  refuseTooMany(recordings);
  requireOneEvent(recordings, []);
  const weights = mergeWeights(recordings);
  const facts = mergeFacts(
    recordings.map((recording) => recording.facts),
    weights.problem,
  );
  const merged = new MergedTables(weights.unit);
  recordings.forEach((recording, i) => {
    merged.add(recording.profile, weights.factors[i] ?? 1, clockOf(recording.facts, facts));
  });
  return { profile: merged.profile, facts };
}

function refuseTooMany(recordings: readonly Recording[]): void {
  const samples = recordings.reduce((sum, { profile }) => sum + profile.samples.stack.length, 0);
  if (samples <= MAX_SAMPLES) return;
  const [all, most] = [samples, MAX_SAMPLES].map((count) => count.toLocaleString('en-US'));
  const message = `these recordings have ${all ?? ''} samples together, and one holds ${most ?? ''}`;
  throw new OperatorError('usage', message, FILTER_HINT);
}

/** A sample's time there → its time in the merged recording, which begins at 0. */
function clockOf(own: RecordingFacts, merged: RecordingFacts): (timeNs: number) => number {
  if (!merged.hasTimes) return () => 0;
  const { startedAtMs } = own;
  const laterNs = startedAtMs === null || merged.startedAtMs === null ? 0 : Math.round((startedAtMs - merged.startedAtMs) * 1e6);
  return (timeNs) => timeNs - own.startNs + laterNs;
}

/** Values that are kept once, by a text that tells them apart. */
class Unique<Value> {
  readonly values: Value[] = [];
  readonly #places = new Map<string, number>();

  placeOf(value: Value, key: string): number {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.values.push(value) - 1;
      this.#places.set(key, place);
    }
    return place;
  }
}

class MergedTables {
  readonly #frames = new Unique<Frame>();
  readonly #threads = new Unique<Profile['threads'][number]>();
  readonly #outcomes = new Unique<Profile['outcomes'][number]>();
  readonly #stacks = new StackColumns();
  readonly #samples = sampleColumns();
  readonly #weightUnit: Profile['weightUnit'];

  constructor(weightUnit: Profile['weightUnit']) {
    this.#weightUnit = weightUnit;
  }

  get profile(): Profile {
    return {
      frames: { frames: this.#frames.values },
      stacks: { prefix: this.#stacks.prefix, frame: this.#stacks.value },
      samples: this.#samples,
      threads: this.#threads.values,
      outcomes: this.#outcomes.values,
      weightUnit: this.#weightUnit,
    };
  }

  add(profile: Profile, factor: number, clock: (timeNs: number) => number): void {
    const frames = profile.frames.frames.map((frame) => this.#frames.placeOf(frame, frameKey(frame)));
    const threads = profile.threads.map((thread) => this.#threads.placeOf(thread, `${String(thread.pid)}/${String(thread.tid)}/${thread.name}`)); // prettier-ignore
    const outcomes = profile.outcomes.map((outcome) => this.#outcomes.placeOf(outcome, JSON.stringify(outcome)));
    const stacks = new Int32Array(profile.stacks.prefix.length);
    profile.stacks.prefix.forEach((prefix, node) => {
      const frame = frames[profile.stacks.frame[node] ?? -1] ?? -1;
      stacks[node] = this.#stacks.child(prefix < 0 ? -1 : (stacks[prefix] ?? -1), frame);
    });
    if (this.#stacks.prefix.length > MAX_MERGED_STACKS)
      throw new OperatorError('usage', 'these profiles have too many different stacks together', FILTER_HINT);
    if (this.#threads.values.length > MAX_THREADS)
      throw new OperatorError('usage', 'these profiles have too many threads together', FILTER_HINT);
    const { stack, timeNs, pc, thread, weight, outcome } = profile.samples;
    stack.forEach((leaf, i) => {
      this.#samples.stack.push(stacks[leaf] ?? -1);
      this.#samples.timeNs.push(clock(timeNs[i] ?? 0));
      this.#samples.pc.push(pc[i] ?? 0);
      this.#samples.thread.push(threads[thread[i] ?? -1] ?? -1);
      this.#samples.weight.push(Math.min((weight[i] ?? 0) * factor, MAX_WEIGHT));
      this.#samples.outcome.push(outcomes[outcome[i] ?? -1] ?? -1);
    });
  }
}
