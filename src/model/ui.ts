// What a running use may tell the operator, and nothing of how: src/cli draws it, tests collect it.

import type { CallTree } from './call-tree.ts';
import type { OperatorError } from './errors.ts';
import type { LoadedObjects } from './loaded.ts';
import type { TargetChoice } from './process.ts';
import type { ScriptEvent } from './script.ts';
import type { FactsOfMaps, ScriptResult } from './script-result.ts';
import type { ProfileSummary } from './summary.ts';

/** A moment of a run, for the progress line. */
export interface ProgressState {
  readonly phase: 'starting' | 'sampling' | 'finishing';
  readonly elapsedMs: number;
  /** null: until the target ends. */
  readonly totalMs: number | null;
  readonly samples: number;
  readonly lost: number;
  readonly unfinished: number;
}

/** `detail` is shown with -v only, `note` not with -q, `warning` always. */
export type MessageLevel = 'detail' | 'note' | 'warning';

export interface Ui {
  /** Redraws the progress line; cheap to call often. Nothing in a pipe. */
  progress(state: ProgressState): void;
  /** One line to standard error. The text may hold the target's: it is escaped here. */
  message(level: MessageLevel, text: string): void;
  /** The table of JVMs to choose from; the run then ends with EXIT.usage. */
  choose(choice: Extract<TargetChoice, { readonly kind: 'several' }>): void;
  /** The result: table of the hottest and summary, or the JSON; ends the progress line. */
  summary(summary: ProfileSummary): void;
  /** The call tree of a profile, before its summary. */
  tree(tree: CallTree): void;
  /** An error that did not stop the run from giving what it had. */
  problem(error: OperatorError): void;
  /** The generated program, as it is (`--print-program`). */
  program(text: string): void;
}

/** A use that runs a bpftrace program of the user's. */
export interface ScriptUi extends Ui {
  /** Maps are shown while it runs: the program is asked to print them. */
  readonly isLive: boolean;
  /** It begins; what is known of its maps. */
  begin(facts: FactsOfMaps): void;
  /** Shows it at once, if it is for the user: texts, maps and values; with --json all. */
  script(event: ScriptEvent): void;
  /** What bpftrace had loaded (`--show-loaded`), as last looked at. */
  loaded(objects: LoadedObjects): void;
  /** It has ended. */
  end(result: ScriptResult, exitCode: number): void;
}

/** Asked of every use: `stop` is aborted by the first SIGINT or SIGTERM, and the run then reports what it has. */
export interface RunControl {
  readonly stop: AbortSignal;
}
