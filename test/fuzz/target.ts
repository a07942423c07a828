// What a target of the fuzzer is: a part of jtrace that reads what others have written. A case is a base and a list of mutations, all of it
// plain JSON: it can be saved, repeated, and made smaller by leaving mutations out.

import type { CaseLimits } from './meter.ts';
import type { Random } from './random.ts';

/** A word, and numbers or texts it needs. */
export type Mutation = readonly [kind: string, ...parts: (string | number)[]];

export interface FuzzCase {
  /** What is changed: one of the target's own names. */
  readonly base: string;
  readonly mutations: readonly Mutation[];
}

/** A target with what its cases share. */
export interface Subject {
  /** A case that depends on the numbers alone. */
  make(random: Random): FuzzCase;
  /** Runs it. Gives a word for what came out; throws {@link Violation} for what must never be. */
  run(fuzzCase: FuzzCase): string | Promise<string>;
}

export interface FuzzTarget {
  readonly name: string;
  /** What is mutated, in a few words. */
  readonly does: string;
  /** How often it is chosen in a run over all targets. */
  readonly weight: number;
  readonly limits: CaseLimits;
  readonly open: () => Subject;
}

/** Something came out that must never come out. */
export class Violation extends Error {}

export function check(isTrue: boolean, what: () => string): void {
  if (!isTrue) throw new Violation(what());
}
