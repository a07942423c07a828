// Stacks of a program with `jstack`, by identity, as they are shown; and of identities whose stack is not there, why.

import type { UnfinishedReason } from '../model/frame.ts';
import type { WalkedFrame } from '../model/script.ts';

/** Identities that are remembered: a list of references each, as names are kept once. */
const MAX_STACKS = 100_000;
/** Beyond it they are kept again: a program that makes classes without end. */
const MAX_NAMES = 200_000;

export interface ArrivedStack {
  /** The leaf first. */
  readonly frames: readonly string[];
  /** The same with what is known of each. */
  readonly walked: readonly WalkedFrame[];
  /** Pieces that never came. */
  readonly lostChunks: number;
  /** Why it is not whole; null: it is. */
  readonly unfinished: UnfinishedReason | null;
}

/** What became of a stack that was counted and cannot be shown. */
export type MissingReason =
  | 'lost' // it was sent, and bpftrace dropped what was sent
  | 'not-sent' // more new stacks came at once than are sent
  | 'too-many' // more different stacks than are remembered
  | 'unknown'; // it may be on its way; or the program did not get to its end

/** Frames that stand for such a stack. */
export const MISSING_FRAMES: Readonly<Record<MissingReason, string>> = {
  lost: '[stack lost on its way]',
  'not-sent': '[stack not sent]',
  'too-many': '[stack not remembered]',
  unknown: '[stack did not arrive]',
};

export class ArrivedStacks {
  readonly #maxStacks: number;
  readonly #stacks = new Map<number, ArrivedStack>();
  #names = new Map<string, string>();
  #walked = new Map<string, WalkedFrame>();
  readonly #missing = new Map<number, MissingReason>();
  /** What the program knew at its end: identities it had sent, and whether they had arrived; null: it has not told. */
  #sent: ReadonlyMap<number, boolean> | null = null;
  #isSentWhole = false;

  /** `maxStacks`: for tests. */
  constructor(maxStacks = MAX_STACKS) {
    this.#maxStacks = maxStacks;
  }

  get(id: number): ArrivedStack | null {
    return this.#stacks.get(id) ?? null;
  }

  remember(id: number, stack: ArrivedStack): void {
    if (this.#stacks.size >= this.#maxStacks && !this.#stacks.has(id)) return;
    if (this.#names.size > MAX_NAMES || this.#walked.size > MAX_NAMES) {
      this.#names = new Map();
      this.#walked = new Map();
    }
    const { frames, walked } = stack;
    this.#stacks.set(id, {
      ...stack,
      frames: frames.map((name) => once(this.#names, name, name)),
      walked: walked.map(({ kind, name, library, marker }) =>
        once(this.#walked, `${kind} ${library} ${name}`, { kind, name, library, marker }),
      ),
    });
  }

  /** The program has ended, and told what it had sent. `isWhole`: all of it; its map was not full. */
  ended(sent: ReadonlyMap<number, boolean>, isWhole: boolean): void {
    this.#sent = sent;
    this.#isSentWhole = isWhole;
  }

  /** What stands for a stack that is not there; it is counted. */
  missing(id: number): string {
    const reason = this.#whyMissing(id);
    if (this.#missing.size < this.#maxStacks) this.#missing.set(id, reason);
    return MISSING_FRAMES[reason];
  }

  /** Of the stacks that are not whole, how many for which reason. */
  unfinished(): ReadonlyMap<UnfinishedReason, number> {
    return counted([...this.#stacks.values()].flatMap(({ unfinished }) => (unfinished === null ? [] : [unfinished])));
  }

  /** Of those that were to be shown and are not there, and did not come later. */
  missed(): ReadonlyMap<MissingReason, number> {
    return counted([...this.#missing].flatMap(([id, reason]) => (this.#stacks.has(id) ? [] : [reason])));
  }

  #whyMissing(id: number): MissingReason {
    if (this.#sent === null) return 'unknown';
    const hasArrived = this.#sent.get(id);
    if (hasArrived === undefined) return this.#isSentWhole ? 'not-sent' : 'unknown';
    return hasArrived ? 'too-many' : 'lost';
  }
}

function once<Value>(known: Map<string, Value>, key: string, value: Value): Value {
  const before = known.get(key);
  if (before !== undefined) return before;
  known.set(key, value);
  return value;
}

function counted<Reason>(reasons: readonly Reason[]): ReadonlyMap<Reason, number> {
  const counts = new Map<Reason, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}
