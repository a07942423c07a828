// Samples, one after the other, into the columns of a profile (model/profile.ts). Frames, stacks, threads and outcomes are kept
// once; a sample costs a few numbers.

import type { Frame, ResolvedStack, StackOutcome } from '../model/frame.ts';
import { frameKey } from '../model/frame-key.ts';
import { MAX_THREADS } from '../model/recording-limits.ts';
import type { Profile, ProfileThread } from '../model/profile.ts';
import { sampleColumns } from '../model/sample-columns.ts';
import { StackColumns } from '../model/stack-columns.ts';
import { asPid, asTid, type Pid, type Tid, USER_ADDRESS_END } from '../model/units.ts';

/** What a sample is besides its stack. */
export interface SampleFacts {
  readonly pid: Pid;
  readonly tid: Tid;
  readonly timeNs: number;
  /**
   * As {@link SampleTable.pc}. One outside of user space (the vsyscall page, or what a target jumped to) is not known: as a number it is
   * not exact, and no `.jtrace` file holds it.
   */
  readonly pc: number;
  readonly weight: number;
}

/**
 * Text of distinct frames that one profile keeps: a JVM's methods come to some 10 MB, a hostile target's names are without end. Frames
 * beyond it become one frame that says so.
 */
const MAX_FRAME_TEXT_CHARACTERS = 256 << 20;
const FULL = unresolvedFrame('too many names');
/**
 * Distinct stacks and beginnings of stacks: real programs have some 100,000, a target that recurses at random makes new ones
 * without end. Samples with stacks beyond it are counted under one frame that says so.
 */
const MAX_STACK_NODES = 1 << 22;
const TOO_MANY_STACKS = unresolvedFrame('too many stacks');
/** Samples of further threads are counted under one that says so, of no process. */
const TOO_MANY_THREADS = { pid: asPid(0), tid: asTid(0), name: '[too many threads]' };
/** Virtual threads are mounted on one kernel thread after the other. */
const NO_TID = asTid(0);
/** Distinct outcomes: reasons are some twenty, but details hold addresses. Further outcomes are kept without their detail. */
const MAX_OUTCOMES = 1 << 16;

function unresolvedFrame(why: string): Frame {
  return {
    kind: 'marker',
    name: `[unresolved: ${why}]`,
    signature: '',
    bci: -1,
    line: 0,
    library: '',
    lineApproximate: false,
    marker: 'unresolved',
  };
}

export interface ProfileBuilder {
  /** Adds one sample. A stack without frames is a bug: what is not known has a marker frame. */
  add(facts: SampleFacts, stack: ResolvedStack): void;
  /** Names a thread; the last name given stays. */
  nameThread(pid: Pid, tid: Tid, name: string): void;
  /** The profile so far; the builder goes on. */
  build(): Profile;
  /** The builder's own columns, not copied: they grow with it. For who remembers how far it came. */
  current(): Profile;
}

export interface ProfileBuilderOptions {
  /** For tests, this and the next three. */
  readonly maxStackNodes?: number;
  readonly maxThreads?: number;
  readonly maxOutcomes?: number;
  readonly maxFrameCharacters?: number;
  /** Samples that differ in their weight alone become one: for profiles that know no times. */
  readonly mergesEqual?: boolean;
}

export function createProfileBuilder(weightUnit: Profile['weightUnit'], options: ProfileBuilderOptions = {}): ProfileBuilder {
  const { maxStackNodes = MAX_STACK_NODES, maxThreads = MAX_THREADS, maxOutcomes = MAX_OUTCOMES, mergesEqual = false } = options;
  const { maxFrameCharacters = MAX_FRAME_TEXT_CHARACTERS } = options;
  const frames = new Interned<Frame>(frameKey, {
    hasRoom: ({ characters }) => characters <= maxFrameCharacters,
    standIn: () => FULL,
  });
  const outcomes = new Interned<StackOutcome>((outcome) => JSON.stringify(outcome), {
    hasRoom: ({ count }) => count <= maxOutcomes,
    standIn: withoutDetail,
  });
  const stacks = new StackColumns();
  const samples = sampleColumns();
  /** Last row of each pair of thread and stack, where equal ones are merged. */
  const pairs = new StackColumns();
  const rowOf: number[] = [];
  const threads: { pid: Pid; tid: Tid; name: string }[] = [];
  const threadIndex = new Map<string, number>();
  const thread = (pid: Pid, tid: Tid, virtual: string | null): number => {
    const key = `${String(pid)}/${virtual ?? String(tid)}`;
    let index = threadIndex.get(key);
    // The last row is that of all further ones; they are not remembered.
    if (index === undefined && threads.length >= maxThreads - 1) {
      if (threads.length < maxThreads) threads.push({ ...TOO_MANY_THREADS });
      return maxThreads - 1;
    }
    if (index === undefined) {
      index = threads.push(virtual === null ? { pid, tid, name: '' } : { pid, tid: NO_TID, name: virtual }) - 1;
      threadIndex.set(key, index);
    }
    return index;
  };
  /** A stack that is known already, or the one that stands for all others. */
  const findStack = (leafFirst: readonly Frame[]): number => {
    let at = leafFirst.length > 0 ? -1 : null;
    for (let i = leafFirst.length - 1; at !== null && i >= 0; i -= 1) {
      const frame = leafFirst[i];
      const known = frame === undefined ? null : frames.known(frame);
      at = known === null ? null : stacks.known(at, known);
    }
    return at ?? stacks.child(-1, frames.index(TOO_MANY_STACKS));
  };
  return {
    add(facts, stack) {
      const isFull = stacks.prefix.length + stack.frames.length > maxStackNodes;
      let at = isFull ? findStack(stack.frames) : -1;
      for (let i = stack.frames.length - 1; !isFull && i >= 0; i -= 1) {
        const frame = stack.frames[i];
        if (frame !== undefined) at = stacks.child(at, frames.index(frame));
      }
      if (at < 0) throw new Error('a sample without frames: what is not known needs a marker frame');
      const index = thread(facts.pid, facts.tid, stack.virtualThread ?? null);
      const outcome = outcomes.index(stack.outcome);
      const pc = facts.pc < USER_ADDRESS_END ? facts.pc : 0;
      if (mergesEqual) {
        const pair = pairs.child(index, at);
        const row = rowOf[pair];
        if (
          row !== undefined &&
          samples.outcome[row] === outcome &&
          samples.pc[row] === pc &&
          samples.timeNs[row] === facts.timeNs
        ) {
          samples.weight[row] = (samples.weight[row] ?? 0) + facts.weight;
          return;
        }
        rowOf[pair] = samples.stack.length;
      }
      samples.stack.push(at);
      samples.timeNs.push(facts.timeNs);
      samples.pc.push(pc);
      samples.thread.push(index);
      samples.weight.push(facts.weight);
      samples.outcome.push(outcome);
    },
    nameThread(pid, tid, name) {
      const index = thread(pid, tid, null);
      const found = threads[index];
      if (found !== undefined && index < maxThreads - 1) found.name = name;
    },
    build: () => ({
      frames: { frames: [...frames.values] },
      stacks: { prefix: [...stacks.prefix], frame: [...stacks.value] },
      samples: {
        stack: [...samples.stack],
        timeNs: [...samples.timeNs],
        pc: [...samples.pc],
        thread: [...samples.thread],
        weight: [...samples.weight],
        outcome: [...samples.outcome],
      },
      threads: threads.map((found): ProfileThread => ({ ...found })),
      outcomes: [...outcomes.values],
      weightUnit,
    }),
    current: () => ({
      frames: { frames: frames.values },
      stacks: { prefix: stacks.prefix, frame: stacks.value },
      samples,
      threads,
      outcomes: outcomes.values,
      weightUnit,
    }),
  };
}

function withoutDetail(outcome: StackOutcome): StackOutcome {
  return outcome.kind === 'unfinished' ? { ...outcome, detail: '' } : outcome;
}

/** How far values are kept. */
interface Bound<Value> {
  /** Told how many there would be, and the characters of their keys. */
  readonly hasRoom: (kept: { readonly count: number; readonly characters: number }) => boolean;
  /** What stands for a value that has no room: one of few. */
  readonly standIn: (value: Value) => Value;
}

/** Values kept once, by what they say; the same object is found without looking at it. */
class Interned<Value extends object> {
  readonly values: Value[] = [];
  readonly #key: (value: Value) => string;
  readonly #bound: Bound<Value>;
  #characters = 0;
  readonly #byKey = new Map<string, number>();
  readonly #byIdentity = new WeakMap<Value, number>();

  constructor(key: (value: Value) => string, bound: Bound<Value>) {
    this.#key = key;
    this.#bound = bound;
  }

  /** Its place; null: it has none, and gets none. */
  known(value: Value): number | null {
    return this.#byIdentity.get(value) ?? this.#byKey.get(this.#key(value)) ?? null;
  }

  index(value: Value): number {
    const known = this.#byIdentity.get(value);
    if (known !== undefined) return known;
    const key = this.#key(value);
    const characters = this.#characters + key.length;
    if (this.#byKey.has(key)) return this.#place(value, key);
    if (!this.#bound.hasRoom({ count: this.values.length + 1, characters })) {
      const other = this.#bound.standIn(value);
      return this.#place(other, this.#key(other));
    }
    this.#characters = characters;
    return this.#place(value, key);
  }

  #place(value: Value, key: string): number {
    const index = this.#byKey.get(key) ?? this.values.push(value) - 1;
    this.#byKey.set(key, index);
    this.#byIdentity.set(value, index);
    return index;
  }
}
