// Runs of labs that come with jtrace, for learners without root: templates/labs/recorded/ID.json, written by `npm run labs -- --record`.

import { existsSync, readFileSync } from 'node:fs';
import { OperatorError } from '../../model/errors.ts';
import type { LabMachine, Measurements } from '../../model/lab.ts';
import type { LabUi } from '../../model/lab-ui.ts';

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

/** A UI that keeps what the steps of a lab show, by the titles under which they do, and passes it on. */
export function keepingUi(ui: LabUi): { readonly ui: LabUi; readonly shown: ReadonlyMap<string, readonly Shown[]> } {
  const shown = new Map<string, Shown[]>();
  let current: Shown[] = [];
  const keep = (one: Shown): void => void current.push(one);
  return {
    shown,
    ui: {
      ...ui,
      heading: (text) => {
        shown.set(text, (current = []));
        ui.heading(text);
      },
      program: (text, lines) => {
        keep({ kind: 'program', text });
        ui.program(text, lines);
      },
      command: (argv) => {
        keep({ kind: 'command', argv });
        ui.command(argv);
      },
      output: (lines) => {
        keep({ kind: 'output', lines: [...lines] });
        ui.output(lines);
      },
      measured: (lines) => {
        keep({ kind: 'measured', lines });
        ui.measured(lines);
      },
    },
  };
}
