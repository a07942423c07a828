// Labs (`jtrace lab`): their texts, what a run of one measured, and what a learner said. Texts come from docs/labs (src/labs/parse-lab-text.ts), the
// rest from src/labs/all; both are told apart by the same keys.

/** What a step measured: plain values, for they are kept, shown and recorded. */
export type MeasuredValue = number | string | boolean | readonly number[] | readonly string[];
export type Measurements = Readonly<Record<string, MeasuredValue>>;

export interface Choice {
  readonly key: string;
  readonly text: string;
}

/** How a question is answered: one of its choices, a number, or a word (a program, too). */
export type AnswerKind = 'choice' | 'number' | 'word';

/** A prediction, or a question of the exercise. */
export interface QuestionText {
  readonly key: string;
  readonly kind: AnswerKind;
  readonly text: string;
  /** Of a question of that kind. */
  readonly choices: readonly Choice[];
}

export interface LineText {
  /** A part of one line of the step's program. */
  readonly fragment: string;
  readonly text: string;
}

export interface StepText {
  readonly key: string;
  readonly title: string;
  /** Markdown, as all texts. */
  readonly text: string;
  /** What the lines of its program do. */
  readonly lines: readonly LineText[];
}

/** All words of one lab, in one language. */
export interface LabText {
  readonly number: number;
  readonly title: string;
  /** One sentence: what it asks. */
  readonly asks: string;
  readonly question: string;
  readonly predictions: readonly QuestionText[];
  readonly steps: readonly StepText[];
  /** By the key of the check: what holds when it passes. */
  readonly checks: ReadonlyMap<string, string>;
  readonly explanation: string;
  /** Where to read on: kernel sources, papers. */
  readonly sources: readonly string[];
  readonly exercise: { readonly text: string; readonly questions: readonly QuestionText[] };
}

/** What the right answer to a question is, on this machine. */
export type Right =
  | { readonly kind: 'choice'; readonly key: string }
  /** Both bounds count as right. */
  | { readonly kind: 'number'; readonly from: number; readonly to: number }
  /** Letter case and blanks around it do not count. */
  | { readonly kind: 'word'; readonly oneOf: readonly string[] }
  /** It was not measured, or not to be told by it. */
  | { readonly kind: 'unknown' };

export interface Answer {
  readonly key: string;
  readonly given: string;
  /** null: what is right is not known here. */
  readonly isRight: boolean | null;
}

export type CheckOutcome =
  | { readonly kind: 'passed'; readonly measured: string }
  | { readonly kind: 'failed'; readonly measured: string; readonly expected: string }
  /** The machine cannot show it; says why. */
  | { readonly kind: 'not-possible'; readonly because: string };

export interface CheckResult {
  readonly key: string;
  readonly outcome: CheckOutcome;
}

export interface LabMachine {
  readonly kernel: string;
  /** '': it was not used. */
  readonly bpftraceVersion: string;
}

/** What is kept of a learner's last run of a lab. */
export interface LabRecord {
  readonly lab: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly machine: LabMachine;
  /** The measurements are those of another machine, that came with jtrace. */
  readonly isRecorded: boolean;
  readonly predictions: readonly Answer[];
  readonly measurements: Measurements;
  readonly checks: readonly CheckResult[];
  /** Of the exercise; empty: not tried yet. */
  readonly answers: readonly Answer[];
}

/** What a lab may need of a machine; each has a text and a remedy (src/labs/needs.ts). */
export type LabNeed =
  | 'root' | 'bpftrace' | 'cc' | 'swap' | 'java' | 'bpftool' | 'objdump' | 'taskset' | 'clang' | 'two-numa-nodes'; // prettier-ignore
