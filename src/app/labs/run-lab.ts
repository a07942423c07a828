// One run of a lab: what it needs is looked for, predictions are asked, steps work in view, checks judge what was measured, and all is kept. What was
// changed of the machine is changed back, however it ends.

import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findBpftrace, type FoundBpftrace } from '../../bpftrace/find.ts';
import { judgeAnswers, judgeChecks } from '../../labs/judge.ts';
import type { Lab, LabStep } from '../../labs/lab.ts';
import { missingNeeds } from '../../labs/needs.ts';
import { EXIT, OperatorError } from '../../model/errors.ts';
import type { LabMachine, LabRecord, LabText, Measurements, StepText } from '../../model/lab.ts';
import type { LabUi } from '../../model/lab-ui.ts';
import { dialectFor } from '../../program/dialects.ts';
import { labText } from './lab-texts.ts';
import { Ledger } from './ledger.ts';
import { machineHas } from './machine-has.ts';
import { makeFolder, undoChange } from './machine-changes.ts';
import { readRecord, writeRecord } from './lab-records.ts';
import { RealRoom } from './real-room.ts';
import { recordedRun } from './recorded-runs.ts';

export interface LabRequest {
  readonly lab: Lab;
  readonly language: string;
  /** Nothing is asked. */
  readonly isAuto: boolean;
  /** The measurements that came with jtrace, instead of this machine's. */
  readonly isRecorded: boolean;
  readonly recordsFolder: string;
  readonly bpftracePath: string | null;
  readonly environment: NodeJS.ProcessEnv;
}

const LAUNCHER = fileURLToPath(new URL('../../../bin/jtrace.js', import.meta.url));

/** Exit code 0: all checks passed; 1: some did not, or it was broken off. Throws OperatorErrors. */
export async function runLab(request: LabRequest, ui: LabUi, stop: AbortSignal): Promise<number> {
  const { lab } = request;
  const text = labText(lab.id, request.language);
  ui.heading(`${String(text.number)}. ${text.title}`);
  ui.text(text.asks);
  ui.text(text.question);
  const given = new Map<string, string>();
  const ask = async ({ predictions = [] }: LabStep): Promise<void> => {
    if (!request.isAuto) for (const key of predictions) await askOne(key, lab, text, ui, given);
  };
  const { machine, measurements } = request.isRecorded
    ? await replayed(request, text, ui, ask)
    : await worked(request, text, ui, stop, ask);
  const record: LabRecord = {
    lab: lab.id,
    atMs: Date.now(),
    machine,
    isRecorded: request.isRecorded,
    predictions: judgeAnswers(given, lab.predictions, measurements),
    measurements,
    checks: judgeChecks(lab, measurements),
    answers: readRecord(request.recordsFolder, lab.id)?.answers ?? [],
  };
  ui.answers(record.predictions, text.predictions);
  ui.checks(record.checks, text);
  ui.text(text.explanation);
  ui.text(text.sources.map((source) => `- ${source}`).join('\n'));
  ui.text(text.exercise.text);
  writeRecord(request.recordsFolder, record);
  ui.note(`the exercise is checked by: jtrace lab check ${lab.id}`);
  return record.checks.some(({ outcome }) => outcome.kind === 'failed') ? EXIT.incomplete : EXIT.ok;
}

async function askOne(key: string, lab: Lab, text: LabText, ui: LabUi, given: Map<string, string>): Promise<void> {
  const question = text.predictions.find((one) => one.key === key);
  const right = lab.predictions[key]?.({});
  if (question === undefined || right === undefined) throw new Error(`lab ${lab.id} has no prediction ${key}`);
  const answer = await ui.ask(question, right.kind);
  if (answer !== null) given.set(key, answer);
}

interface Worked {
  readonly machine: LabMachine;
  readonly measurements: Measurements;
}

async function worked(
  request: LabRequest,
  text: LabText,
  ui: LabUi,
  stop: AbortSignal,
  ask: (step: LabStep) => Promise<void>,
): Promise<Worked> {
  const { lab } = request;
  const bpftrace = await requireNeeds(request);
  const ledger = await Ledger.open(undoChange, (change) => {
    ui.note(`a lab was killed before: ${change.path} is put back`);
  });
  let room: RealRoom | null = null;
  try {
    const folder = makeFolder(ledger);
    const dialect = dialectFor(bpftrace.version);
    const onStep = async (key: string): Promise<StepText> => {
      const step = lab.steps.find((one) => one.key === key);
      if (step === undefined) throw new Error(`lab ${lab.id} has no step ${key}`);
      await ask(step);
      const words = stepText(text, step);
      ui.heading(words.title);
      ui.text(words.text);
      return words;
    };
    room = new RealRoom({ ui, ledger, folder, bpftrace, dialect, ownCommand: [process.execPath, LAUNCHER], stop, onStep });
    const measurements = await lab.run(room);
    stop.throwIfAborted();
    return { machine: { kernel: release(), bpftraceVersion: bpftrace.versionText }, measurements };
  } catch (error) {
    if (stop.aborted) throw new OperatorError('incomplete', 'the lab was broken off', 'what it changed is put back; begin again when you like');
    throw error;
  } finally {
    await room?.close();
    await ledger.close(undoChange);
  }
}

/** Throws an OperatorError that names all that is missing. */
async function requireNeeds({ lab, bpftracePath, environment }: LabRequest): Promise<FoundBpftrace> {
  let found: FoundBpftrace | null = null;
  let problem: true | string = true;
  try {
    found = await findBpftrace({ path: bpftracePath, searchPath: environment['PATH'] });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    problem = error.message;
  }
  const missing = missingNeeds([...new Set(['root', 'bpftrace', ...lab.needs] as const)], machineHas(environment, problem));
  if (missing.length > 0 || found === null) {
    throw new OperatorError(
      'environment',
      `this lab cannot run here: ${missing.map(({ because }) => because).join('; ')}`,
      missing.map(({ remedy }) => remedy).join('; '),
    );
  }
  return found;
}

function stepText(text: LabText, { key }: LabStep): StepText {
  const words = text.steps.find((step) => step.key === key);
  if (words === undefined) throw new Error(`no text for step ${key}`);
  return words;
}

async function replayed(request: LabRequest, text: LabText, ui: LabUi, ask: (step: LabStep) => Promise<void>): Promise<Worked> {
  const recorded = recordedRun(request.lab.id);
  ui.note(`recorded: measured on Linux ${recorded.machine.kernel} with ${recorded.machine.bpftraceVersion}, not on this machine`);
  for (const step of request.lab.steps) {
    await ask(step);
    const words = stepText(text, step);
    ui.heading(words.title);
    ui.text(words.text);
    for (const shown of recorded.steps[step.key] ?? []) {
      if (shown.kind === 'program') ui.program(shown.text, words.lines);
      else if (shown.kind === 'command') ui.command(shown.argv);
      else ui[shown.kind](shown.lines);
    }
  }
  return recorded;
}
