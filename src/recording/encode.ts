// A recording → the units of a `.jtrace` file (docs/jtrace-format.md), all at once or as it grows: each call writes what is new
// since the last. Text is kept once, columns of one value are written as that value, times as differences.
// Assumes columns that only grow; threads may get other names.

import type { Frame } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import type { RecordingFacts } from '../model/recording.ts';
import { MAX_WEIGHT } from '../model/recording-limits.ts';
import type { TargetFacts } from '../model/summary.ts';
import { FORMAT_VERSION, MAX_FLAGS, MAX_LINE_CHARACTERS, MAX_PROBLEMS, MAX_ROWS, MAX_STRING_CHARACTERS, MAX_TARGETS, UNIT_CHARACTERS, UNIT_LINES, UNIT_ROWS } from './limits.ts'; // prettier-ignore
import { packUnit } from './units.ts';

/** A column: its values, or the one value that all rows have. */
type Column = number | readonly number[];

export class RecordingEncoder {
  /** Rows already written of each table. */
  readonly #done = { frames: 0, stacks: 0, outcomes: 0, samples: 0 };
  readonly #strings = new Map<string, number>();
  readonly #threadNames: string[] = [];
  /** Facts as last written, without what changes all the time. */
  #facts = '';
  #lastTimeNs = 0;
  #textBytes = 0;
  #moreThreads = false;
  #begun = false;

  /**
   * Units of what is new in `profile`, each to be written before the next is asked for. `isEnd`: nothing comes after. Facts are
   * written when they say something new besides how long the run has been.
   */
  *units(profile: Profile, facts: RecordingFacts, isEnd: boolean): Generator<Uint8Array> {
    for (let isFirst = true; isFirst || this.#hasMore(profile); isFirst = false) {
      const unit = this.#unit(profile, isFirst ? this.#newFacts(facts, isEnd) : null);
      if (isEnd && !this.#hasMore(profile)) unit['end'] = true;
      if (Object.keys(unit).length === 0) continue;
      const text = `${JSON.stringify(unit)}\n`;
      this.#textBytes += Buffer.byteLength(text);
      yield packUnit(text);
    }
  }

  /** Of all units so far, unpacked. */
  get textBytes(): number {
    return this.#textBytes;
  }

  #hasMore({ frames, stacks, outcomes, samples }: Profile): boolean {
    const done = this.#done;
    return (
      this.#moreThreads ||
      done.frames < frames.frames.length ||
      done.stacks < stacks.prefix.length ||
      done.outcomes < outcomes.length ||
      done.samples < samples.stack.length
    );
  }

  /** The next unit: rows of a table stand behind those that they point to. */
  #unit(profile: Profile, facts: RecordingFacts | null): Record<string, unknown> {
    const unit: Record<string, unknown> = {};
    if (!this.#begun) Object.assign(unit, { jtrace: FORMAT_VERSION, weightUnit: profile.weightUnit });
    this.#begun = true;
    if (facts !== null) unit['facts'] = writtenFacts(facts);
    const [frames, strings] = this.#frames(profile.frames.frames);
    if (strings.length > 0) unit['strings'] = strings;
    if (frames !== null) unit['frames'] = frames;
    if (this.#done.frames < profile.frames.frames.length) return unit;
    const stacks = this.#stacks(profile);
    if (stacks !== null) unit['stacks'] = stacks;
    if (this.#done.stacks < profile.stacks.prefix.length) return unit;
    const threads = this.#threads(profile);
    if (threads.length > 0) unit['threads'] = threads;
    this.#moreThreads = threads.length === UNIT_LINES;
    const outcomes = profile.outcomes.slice(this.#done.outcomes, this.#done.outcomes + UNIT_LINES);
    this.#done.outcomes += outcomes.length;
    if (outcomes.length > 0) unit['outcomes'] = cutTexts(outcomes);
    if (this.#moreThreads || this.#done.outcomes < profile.outcomes.length) return unit;
    const samples = this.#samples(profile);
    if (samples !== null) unit['samples'] = samples;
    return unit;
  }

  #newFacts(facts: RecordingFacts, isEnd: boolean): RecordingFacts | null {
    const cut = cutLists(cutTexts(facts));
    const { run } = cut;
    const lasting = JSON.stringify({
      ...cut,
      run: run === null ? null : { ...run, durationMs: 0, reduction: run.reduction && { ...run.reduction, takenSamples: 0 } },
    });
    if (lasting === this.#facts && !isEnd) return null;
    this.#facts = lasting;
    return cut;
  }

  /** Some of the frames not written yet, and the texts they bring. */
  #frames(all: readonly Frame[]): [Record<string, Column> | null, readonly string[]] {
    const strings: string[] = [];
    let characters = 0;
    const text = (value: string): number => {
      const kept = value.length > MAX_STRING_CHARACTERS ? `${value.slice(0, MAX_STRING_CHARACTERS - 1)}…` : value;
      let index = this.#strings.get(kept);
      if (index === undefined) {
        index = this.#strings.size;
        this.#strings.set(kept, index);
        strings.push(kept);
        characters += kept.length;
      }
      return index;
    };
    const rows: number[][] = [];
    for (; rows.length < UNIT_ROWS && characters < UNIT_CHARACTERS; this.#done.frames += 1) {
      const frame = all[this.#done.frames];
      if (frame === undefined) break;
      const { kind, name, signature, library, bci, line, lineApproximate, marker } = frame;
      rows.push([text(kind), text(name), text(signature), text(library), bci, line, lineApproximate ? 1 : 0, text(marker ?? '')]);
    }
    if (rows.length === 0) return [null, strings];
    const column = (at: number): Column => shortened(rows.map((row) => row[at] ?? 0));
    const [kind, name, signature, library, bci, line, approximate, marker] = [0, 1, 2, 3, 4, 5, 6, 7].map(column);
    return [
      {
        count: rows.length,
        kind: kind ?? 0,
        name: name ?? 0,
        signature: signature ?? 0,
        library: library ?? 0,
        bci: bci ?? 0,
        line: line ?? 0,
        lineApproximate: approximate ?? 0,
        marker: marker ?? 0,
      },
      strings,
    ];
  }

  /** Prefixes as distances: 0 is a root, 1 the row before. */
  #stacks({ stacks }: Profile): Record<string, Column> | null {
    const from = this.#done.stacks;
    const frame = stacks.frame.slice(from, from + UNIT_ROWS);
    if (frame.length === 0) return null;
    const up = stacks.prefix.slice(from, from + UNIT_ROWS).map((prefix, i) => (prefix < 0 ? 0 : from + i - prefix));
    this.#done.stacks += frame.length;
    return { count: frame.length, up: shortened(up), frame: shortened(frame) };
  }

  /** Threads that are new or have another name: index, pid, tid, name. */
  #threads({ threads }: Profile): readonly unknown[] {
    const changed: unknown[] = [];
    for (const [index, { pid, tid, name }] of threads.entries()) {
      if (this.#threadNames[index] === name) continue;
      this.#threadNames[index] = name;
      changed.push([index, pid, tid, name]);
      if (changed.length === UNIT_LINES) break;
    }
    return cutTexts(changed);
  }

  #samples({ samples }: Profile): Record<string, Column> | null {
    const from = this.#done.samples;
    const to = Math.min(samples.stack.length, from + UNIT_ROWS);
    if (from === to) return null;
    const rows = (column: readonly number[]): Column => shortened(column.slice(from, to));
    const times = samples.timeNs.slice(from, to).map((timeNs) => {
      const whole = Math.round(timeNs);
      const difference = whole - this.#lastTimeNs;
      this.#lastTimeNs = whole;
      return difference;
    });
    this.#done.samples = to;
    return {
      count: to - from,
      stack: rows(samples.stack),
      timeNs: shortened(times),
      pc: rows(samples.pc),
      thread: rows(samples.thread),
      weight: shortened(samples.weight.slice(from, to).map((weight) => Math.min(weight, MAX_WEIGHT))),
      outcome: rows(samples.outcome),
    };
  }
}

/** The whole file in pieces. Pure. Throws before the first when no reader would take it: another tool's profile may be any size. */
export function* encodeRecording(profile: Profile, facts: RecordingFacts): Generator<Uint8Array> {
  const { length } = profile.samples.stack;
  if (length > MAX_ROWS.samples) throw new Error(`${String(length)} samples are more than a recording holds`);
  yield* new RecordingEncoder().units(profile, facts, true);
}

function shortened(values: readonly number[]): Column {
  const [first = 0] = values;
  return values.every((value) => value === first) ? first : values;
}

/** The same value, its long texts cut. */
function cutTexts<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, cutText)) as Value;
}

/** No more rows than are read: a command may have started any number of JVMs. */
function cutLists(facts: RecordingFacts): RecordingFacts {
  const { run, problems } = facts;
  const flags = (target: TargetFacts): TargetFacts => ({ ...target, vmFlags: target.vmFlags.slice(0, MAX_FLAGS) });
  const targets = run?.targets.slice(0, MAX_TARGETS).map(flags) ?? [];
  return { ...facts, run: run === null ? null : { ...run, targets }, problems: problems.slice(0, MAX_PROBLEMS) };
}

/** Of CPU ticks the event is not said: files from before there were others are the same, written again. */
function writtenFacts(facts: RecordingFacts): object {
  if (facts.run === null || facts.run.event !== null) return facts;
  const { event: _ticks, ...run } = facts.run;
  return { ...facts, run };
}

function cutText(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > MAX_LINE_CHARACTERS ? `${value.slice(0, MAX_LINE_CHARACTERS - 1)}…` : value;
}
