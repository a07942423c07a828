// Units of a `.jtrace` file, one after the other → the columns of a profile. Throws Damage on anything that points nowhere.

import type { ApproximateReason, Frame, FrameKind, MarkerKind, StackOutcome, UnfinishedReason } from '../model/frame.ts';
import type { Profile, ProfileThread } from '../model/profile.ts';
import { MAX_WEIGHT } from '../model/recording-limits.ts';
import { sampleColumns } from '../model/sample-columns.ts';
import { asPid, asTid } from '../model/units.ts';
import { columnOf, type Fields, fieldsOf, listOf, textOf, wholeOf, wordOf } from './checked.ts';
import { MAX_ID } from './decode-facts.ts';
import { MAX_LINE_CHARACTERS, MAX_NAME_CHARACTERS, MAX_ROWS, MAX_STRING_CHARACTERS, MAX_UNIT_ROWS } from './limits.ts';
import { Damage } from './units.ts';

const KINDS: Readonly<Record<FrameKind, true>> = {
  interpreted: true, c1: true, c2: true, inlined: true, 'java-native': true, stub: true, native: true, vm: true, kernel: true, marker: true,
}; // prettier-ignore
const MARKERS: Readonly<Record<MarkerKind, true>> = { 'native-gap': true, unfinished: true, frozen: true, unresolved: true };
const UNFINISHED: Readonly<Record<UnfinishedReason, true>> = {
  'no-registers': true, 'stack-unreadable': true, 'stack-cut': true, 'stack-lost': true, 'no-unwind-info': true,
  'unknown-code': true, 'code-changed': true, 'bad-frame': true, 'no-progress': true, 'too-deep': true, 'too-costly': true, deoptimizing: true,
  'vm-not-ready': true, 'unsupported-vm': true, '32-bit-code': true,
  'return-hijacked': true, 'target-exited': true, bug: true,
}; // prettier-ignore
/** Before call frame information was read, stacks ended where frame pointers did. */
const reasonToday = (reason: unknown): unknown => (reason === 'no-frame-pointer' ? 'no-unwind-info' : reason);
const APPROXIMATE: Readonly<Record<ApproximateReason, true>> = {
  'reread-page': true,
  'reread-anchor': true,
  'unvalidated-step': true,
  'native-gap': true,
};
const OUTCOMES: Readonly<Record<StackOutcome['kind'], true>> = { complete: true, approximate: true, unfinished: true };
const WEIGHT_UNITS: Readonly<Record<Profile['weightUnit'], true>> = { samples: true, nanoseconds: true, bytes: true };
/** Bytecode indexes and lines are below 2^16; other tools' lines may be more. */
const MAX_POSITION = 2 ** 31 - 1;
/** Reasons of one approximate stack: there are four. */
const MAX_REASONS = 16;

export class DecodedTables {
  readonly #strings: string[] = [];
  readonly #frames: Frame[] = [];
  readonly #stacks = { prefix: [] as number[], frame: [] as number[] };
  readonly #threads: ProfileThread[] = [];
  readonly #outcomes: StackOutcome[] = [];
  readonly #samples = sampleColumns();
  readonly #weightUnit: Profile['weightUnit'];
  #nameCharacters = 0;
  #lastTimeNs = 0;

  constructor(weightUnit: unknown) {
    this.#weightUnit = wordOf(weightUnit, WEIGHT_UNITS, 'the unit of weights');
  }

  get profile(): Profile {
    return {
      frames: { frames: this.#frames },
      stacks: this.#stacks,
      samples: this.#samples,
      threads: this.#threads,
      outcomes: this.#outcomes,
      weightUnit: this.#weightUnit,
    };
  }

  /** Tables stand in a unit in any order; they are read in that of what they point to. */
  add({ strings, frames, stacks, threads, outcomes, samples }: Fields): void {
    if (strings !== undefined) this.#addStrings(strings);
    if (frames !== undefined) this.#addFrames(fieldsOf(frames, 'frames'));
    if (stacks !== undefined) this.#addStacks(fieldsOf(stacks, 'stacks'));
    if (threads !== undefined) this.#addThreads(threads);
    if (outcomes !== undefined) this.#addOutcomes(outcomes);
    if (samples !== undefined) this.#addSamples(fieldsOf(samples, 'samples'));
  }

  #addStrings(strings: unknown): void {
    for (const value of listOf(strings, MAX_ROWS.strings - this.#strings.length, 'strings')) {
      const text = textOf(value, MAX_STRING_CHARACTERS, 'a name');
      this.#nameCharacters += text.length;
      if (this.#nameCharacters > MAX_NAME_CHARACTERS) throw new Damage('it has more names than any recording');
      this.#strings.push(text);
    }
  }

  #addFrames(table: Fields): void {
    const count = countOf(table, this.#frames.length, MAX_ROWS.frames, 'frames');
    const strings = this.#strings;
    const textColumn = (name: string): number[] => columnOf(table, name, count, indexBelow(strings.length));
    const [kind, name, signature, library, marker] = [
      textColumn('kind'),
      textColumn('name'),
      textColumn('signature'),
      textColumn('library'),
      textColumn('marker'),
    ];
    const bci = columnOf(table, 'bci', count, between(-1, MAX_POSITION));
    const line = columnOf(table, 'line', count, between(0, MAX_POSITION));
    const approximate = columnOf(table, 'lineApproximate', count, between(0, 1));
    const text = (column: readonly number[], i: number): string => strings[column[i] ?? -1] ?? '';
    for (let i = 0; i < count; i += 1) {
      this.#frames.push({
        kind: wordOf(text(kind, i), KINDS, 'the kind of a frame'),
        name: text(name, i),
        signature: text(signature, i),
        bci: bci[i] ?? -1,
        line: line[i] ?? 0,
        library: text(library, i),
        lineApproximate: approximate[i] === 1,
        marker: text(marker, i) === '' ? null : wordOf(text(marker, i), MARKERS, 'a marker'),
      });
    }
  }

  #addStacks(table: Fields): void {
    const before = this.#stacks.prefix.length;
    const count = countOf(table, before, MAX_ROWS.stacks, 'stacks');
    const up = columnOf(table, 'up', count, between(0, MAX_ROWS.stacks));
    append(this.#stacks.frame, columnOf(table, 'frame', count, indexBelow(this.#frames.length)));
    up.forEach((distance, i) => {
      if (distance > before + i) throw new Damage('a stack begins before the first');
      this.#stacks.prefix.push(distance === 0 ? -1 : before + i - distance);
    });
  }

  #addThreads(threads: unknown): void {
    for (const row of listOf(threads, MAX_ROWS.threads, 'threads')) {
      const [index, pid, tid, name] = listOf(row, 4, 'a thread');
      const at = wholeOf(index, 0, Math.min(this.#threads.length, MAX_ROWS.threads - 1), 'the index of a thread');
      this.#threads[at] = {
        pid: asPid(wholeOf(pid, 0, MAX_ID, 'a pid')),
        tid: asTid(wholeOf(tid, 0, MAX_ID, 'a tid')),
        name: textOf(name, MAX_LINE_CHARACTERS, 'the name of a thread'),
      };
    }
  }

  #addOutcomes(outcomes: unknown): void {
    for (const row of listOf(outcomes, MAX_ROWS.outcomes - this.#outcomes.length, 'outcomes'))
      this.#outcomes.push(decodeOutcome(fieldsOf(row, 'an outcome')));
  }

  #addSamples(table: Fields): void {
    const samples = this.#samples;
    const count = countOf(table, samples.stack.length, MAX_ROWS.samples, 'samples');
    append(samples.stack, columnOf(table, 'stack', count, indexBelow(this.#stacks.prefix.length)));
    append(samples.pc, columnOf(table, 'pc', count, between(0, Number.MAX_SAFE_INTEGER)));
    append(samples.thread, columnOf(table, 'thread', count, indexBelow(this.#threads.length)));
    append(samples.weight, columnOf(table, 'weight', count, weightOf));
    append(samples.outcome, columnOf(table, 'outcome', count, indexBelow(this.#outcomes.length)));
    const [least, most] = [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    for (const difference of columnOf(table, 'timeNs', count, between(least, most))) {
      this.#lastTimeNs = wholeOf(this.#lastTimeNs + difference, least, most, 'a time');
      samples.timeNs.push(this.#lastTimeNs);
    }
  }
}

function decodeOutcome(row: Fields): StackOutcome {
  const kind = wordOf(row['kind'], OUTCOMES, 'an outcome');
  switch (kind) {
    case 'complete':
      return { kind };
    case 'approximate':
      return {
        kind,
        reasons: listOf(row['reasons'], MAX_REASONS, 'reasons').map((reason) => wordOf(reason, APPROXIMATE, 'a reason')),
      };
    case 'unfinished': {
      const detail = textOf(row['detail'], MAX_LINE_CHARACTERS, 'a detail');
      return { kind, reason: wordOf(reasonToday(row['reason']), UNFINISHED, 'a reason'), detail };
    }
    default:
      return kind satisfies never;
  }
}

function countOf(table: Fields, before: number, atMost: number, what: string): number {
  return wholeOf(table['count'], 0, Math.min(MAX_UNIT_ROWS, atMost - before), `the count of ${what}`);
}

const between =
  (least: number, most: number) =>
  (value: unknown, what: string): number =>
    wholeOf(value, least, most, what);
/** Whole: half a sample is none, and formats with whole numbers could not hold it. */
const weightOf = between(0, MAX_WEIGHT);
const indexBelow = (length: number): ((value: unknown, what: string) => number) => between(0, length - 1);

/** Not push(...): a unit's rows are more than a call takes. */
function append(to: number[], values: readonly number[]): void {
  for (const value of values) to.push(value);
}
