// What a lab shows and asks, and nothing of how: src/cli draws it, tests collect it. Texts are the package's own Markdown; output is other programs'
// and is escaped where it is drawn.

import type { Answer, CheckResult, LabText, LineText, QuestionText } from './lab.ts';

/** A lab in the list of all. */
export interface ListedLab {
  readonly number: number;
  readonly id: string;
  readonly title: string;
  readonly asks: string;
  readonly state: 'not-run' | 'done' | 'failed' | 'recorded';
}

export interface LabUi {
  list(labs: readonly ListedLab[]): void;
  /** A heading of the lab's own parts. */
  heading(text: string): void;
  text(markdown: string): void;
  /** The program that bpftrace is given, and what its lines do. */
  program(text: string, lines: readonly LineText[]): void;
  /** A command, as typed. */
  command(argv: readonly string[]): void;
  /** What a program printed. */
  output(lines: readonly string[]): void;
  /** What was measured, in the lab's own words. */
  measured(lines: readonly string[]): void;
  /** One question; null: skipped. Rejects with an OperatorError where nobody answers, and with the reason of `stop` once that is aborted. */
  ask(question: QuestionText, stop: AbortSignal): Promise<string | null>;
  answers(title: 'predictions' | 'exercise', answers: readonly Answer[], questions: readonly QuestionText[]): void;
  /** `elsewhere`: on which machine it was measured; null: on this one. */
  checks(results: readonly CheckResult[], text: LabText, elsewhere: string | null): void;
  sources(sources: readonly string[]): void;
  exercise(text: string, command: string): void;
  /** To standard error: what goes on beside the lab. */
  note(text: string): void;
}
