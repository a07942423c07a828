// One run of a lab: predictions are asked, steps work in view, checks judge what was measured, and all is kept.

import { release } from 'node:os';
import { isRight, judgeAnswers, judgeChecks } from '../../labs/judge.ts';
import type { Lab, LabStep } from '../../labs/lab.ts';
import { EXIT } from '../../model/errors.ts';
import type { LabMachine, LabRecord, LabText, Measurements, StepText } from '../../model/lab.ts';
import type { LabUi } from '../../model/lab-ui.ts';
import { readRecord, type RecordsFolder, writeRecord } from './lab-records.ts';
import { labText } from './lab-texts.ts';
import { recordedRun } from './recorded-runs.ts';
import { workInRoom } from './work-in-room.ts';

export interface LabRequest {
  readonly lab: Lab;
  readonly language: string;
  /** Nothing is asked. */
  readonly isAuto: boolean;
  /** The measurements that came with jtrace, instead of this machine's. */
  readonly isRecorded: boolean;
  readonly records: RecordsFolder;
  readonly bpftracePath: string | null;
  readonly environment: NodeJS.ProcessEnv;
}

/** Exit code 0: no check failed; 1: some did. Throws OperatorErrors, also when it was broken off. */
export async function runLab(request: LabRequest, ui: LabUi, stop: AbortSignal): Promise<number> {
  const { lab, records, isRecorded } = request;
  const text = labText(lab.id, request.language);
  ui.heading(`${String(text.number)}. ${text.title}`);
  ui.text(text.asks);
  ui.text(text.question);
  const given = new Map<string, string>();
  const ask = async ({ predictions = [] }: LabStep): Promise<void> => {
    if (!request.isAuto) for (const key of predictions) await askOne(key, text, ui, given, stop);
  };
  const { machine, measurements } = isRecorded
    ? await replayed(request, text, ui, ask)
    : await worked(request, text, ui, stop, ask);
  const before = readRecord(records, lab.id);
  // What was expected in a run before is judged by what was measured now, where nothing was asked.
  const predictions =
    given.size > 0 || before === null ? given : new Map(before.predictions.map((answer) => [answer.key, answer.given]));
  const record: LabRecord = {
    lab: lab.id,
    atMs: Date.now(),
    machine,
    isRecorded,
    predictions: judgeAnswers(predictions, lab.predictions, measurements),
    measurements,
    checks: judgeChecks(lab, measurements),
    answers: (before?.answers ?? []).map((answer) => {
      const right = lab.exercise[answer.key]?.(measurements);
      return right === undefined || lab.programs?.[answer.key] !== undefined
        ? answer
        : { ...answer, isRight: isRight(answer.given, right) };
    }),
  };
  ui.answers('predictions', given.size > 0 ? record.predictions : [], text.predictions);
  ui.checks(record.checks, text, isRecorded ? machineWords(machine) : null);
  ui.text(text.explanation);
  ui.sources(text.sources);
  ui.exercise(text.exercise.text, `${lab.programs === undefined ? '' : 'sudo '}jtrace lab check ${lab.id}`);
  if (isRecorded && before !== null && !before.isRecorded)
    ui.note('your own run of this lab is kept: this recorded one takes its place nowhere');
  else writeRecord(records, record);
  return record.checks.some(({ outcome }) => outcome.kind === 'failed') ? EXIT.incomplete : EXIT.ok;
}

async function askOne(key: string, text: LabText, ui: LabUi, given: Map<string, string>, stop: AbortSignal): Promise<void> {
  const question = text.predictions.find((one) => one.key === key);
  if (question === undefined) throw new Error(`${text.title}: no prediction ${key}`);
  const answer = await ui.ask(question, stop);
  if (answer !== null) given.set(key, answer);
}

interface Worked {
  readonly machine: LabMachine;
  readonly measurements: Measurements;
}

async function worked(
  { lab, bpftracePath, environment }: LabRequest,
  text: LabText,
  ui: LabUi,
  stop: AbortSignal,
  ask: (step: LabStep) => Promise<void>,
): Promise<Worked> {
  const onStep = async (key: string): Promise<StepText> => {
    const step = lab.steps.find((one) => one.key === key);
    if (step === undefined) throw new Error(`lab ${lab.id} has no step ${key}`);
    await ask(step);
    const words = stepText(text, step);
    ui.heading(words.title);
    ui.text(words.text);
    return words;
  };
  const request = { needs: lab.needs, bpftracePath, environment };
  const { result, bpftraceVersion } = await workInRoom(request, ui, stop, onStep, (room) => lab.run(room));
  return { machine: { kernel: release(), bpftraceVersion }, measurements: result };
}

function stepText(text: LabText, { key }: LabStep): StepText {
  const words = text.steps.find((step) => step.key === key);
  if (words === undefined) throw new Error(`no text for step ${key}`);
  return words;
}

function machineWords({ kernel, bpftraceVersion }: LabMachine): string {
  return `Linux ${kernel} with ${bpftraceVersion}`;
}

async function replayed({ lab }: LabRequest, text: LabText, ui: LabUi, ask: (step: LabStep) => Promise<void>): Promise<Worked> {
  const recorded = recordedRun(lab.id);
  const where = machineWords(recorded.machine);
  ui.note(`--recorded: what follows was measured on ${where}, not on this machine`);
  for (const step of lab.steps) {
    await ask(step);
    const words = stepText(text, step);
    ui.heading(`${words.title} [RECORDED on ${where}]`);
    ui.text(words.text);
    for (const shown of recorded.steps[step.key] ?? []) {
      if (shown.kind === 'program') ui.program(shown.text, words.lines);
      else if (shown.kind === 'command') ui.command(shown.argv);
      else ui[shown.kind](shown.lines);
    }
  }
  return recorded;
}
