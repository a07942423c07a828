// Runs of labs that come with jtrace, for learners without root: templates/labs/recorded/ID.json, written by `npm run labs -- --record`.

import { existsSync, readFileSync } from 'node:fs';
import { OperatorError } from '../../model/errors.ts';
import type { LabMachine, Measurements } from '../../model/lab.ts';

const FOLDER = new URL('../../../templates/labs/recorded/', import.meta.url);

/** What a step showed. */
export type Shown =
  | { readonly kind: 'program'; readonly text: string }
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'output' | 'measured'; readonly lines: readonly string[] };

export interface RecordedRun {
  readonly machine: LabMachine;
  readonly measurements: Measurements;
  /** By the key of the step. */
  readonly steps: Readonly<Record<string, readonly Shown[]>>;
}

/** Throws an OperatorError where there is none. */
export function recordedRun(lab: string): RecordedRun {
  const url = new URL(`${lab}.json`, FOLDER);
  if (!existsSync(url))
    throw new OperatorError('environment', `no run of ${lab} is recorded`, 'run it on a machine where you are root');
  // Part of the package, as its code is.
  return JSON.parse(readFileSync(url, 'utf8')) as RecordedRun;
}
