// The uses of `jtrace lab` besides run: which labs there are, what one is about, its exercise checked, the page of all that was done.

import { judgeAnswers, readAnswer } from '../../labs/judge.ts';
import type { Lab } from '../../labs/lab.ts';
import { LABS } from '../../labs/labs.ts';
import { EXIT, OperatorError } from '../../model/errors.ts';
import type { LabRecord, LabText } from '../../model/lab.ts';
import type { LabUi } from '../../model/lab-ui.ts';
import { reportPage } from '../../outputs/labs/report-page.ts';
import { labText } from './lab-texts.ts';
import { readRecord, writeRecord } from './lab-records.ts';
import { writeTextFile } from './write-text-file.ts';

export { defaultRecordsFolder } from './lab-records.ts';
export { runLab } from './run-lab.ts';

export interface LabsRequest {
  readonly language: string;
  readonly recordsFolder: string;
}

type OfLab = LabsRequest & { readonly lab: Lab };

export function listLabs({ language, recordsFolder }: LabsRequest, ui: LabUi): number {
  for (const lab of LABS) {
    const { number, title, asks } = labText(lab.id, language);
    ui.heading(`${String(number).padStart(2)}. ${title}${doneMark(readRecord(recordsFolder, lab.id))}`);
    ui.text(`\`${lab.id}\` ${asks}`);
  }
  return EXIT.ok;
}

function doneMark(record: LabRecord | null): string {
  if (record === null) return '';
  const isWhole = record.checks.every(({ outcome }) => outcome.kind !== 'failed');
  return `  [${record.isRecorded ? 'seen recorded' : isWhole ? 'done' : 'checks failed'}]`;
}

export function showLab({ lab, language }: OfLab, ui: LabUi): number {
  const text = labText(lab.id, language);
  ui.heading(`${String(text.number)}. ${text.title}`);
  ui.text(text.asks);
  ui.text(text.question);
  for (const { title, text: words } of text.steps) {
    ui.heading(title);
    ui.text(words);
  }
  ui.text(`sudo jtrace lab run ${lab.id}`);
  return EXIT.ok;
}

/** Exit code 0: all answers are right. Throws an OperatorError when the lab was not run yet, or an answer is none. */
export async function checkExercise(
  { lab, language, recordsFolder, answers }: OfLab & { readonly answers: readonly string[] },
  ui: LabUi,
): Promise<number> {
  const text = labText(lab.id, language);
  const record = readRecord(recordsFolder, lab.id);
  if (record === null)
    throw new OperatorError('usage', `${lab.id} was not run yet`, `what is right is measured: sudo jtrace lab run ${lab.id}`);
  const given = answers.length > 0 ? givenAnswers(answers, lab, text, record) : await askedAnswers(lab, text, record, ui);
  const judged = judgeAnswers(given, lab.exercise, record.measurements);
  ui.answers(judged, text.exercise.questions);
  writeRecord(recordsFolder, { ...record, answers: judged });
  const isAll = judged.length === text.exercise.questions.length && judged.every(({ isRight }) => isRight);
  return isAll ? EXIT.ok : EXIT.incomplete;
}

function givenAnswers(answers: readonly string[], lab: Lab, text: LabText, record: LabRecord): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const typed of answers) {
    const [key = '', ...rest] = typed.split('=');
    const question = text.exercise.questions.find((one) => one.key === key);
    const right = lab.exercise[key]?.(record.measurements);
    if (question === undefined || right === undefined)
      throw new OperatorError('usage', `--answer ${typed.slice(0, 60)}: no such question`, `there are: ${Object.keys(lab.exercise).join(', ')}`);
    const answer = readAnswer(rest.join('='), question, right.kind);
    if (answer === null)
      throw new OperatorError('usage', `--answer ${typed.slice(0, 60)}: not understood`, `choices are: ${question.choices.map((choice) => choice.key).join(', ') || right.kind}`); // prettier-ignore
    given.set(key, answer);
  }
  return given;
}

async function askedAnswers(lab: Lab, text: LabText, record: LabRecord, ui: LabUi): Promise<ReadonlyMap<string, string>> {
  const given = new Map<string, string>();
  ui.text(text.exercise.text);
  for (const question of text.exercise.questions) {
    const right = lab.exercise[question.key]?.(record.measurements);
    const answer = right === undefined ? null : await ui.ask(question, right.kind);
    if (answer !== null) given.set(question.key, answer);
  }
  return given;
}

export async function reportLabs({ language, recordsFolder, path }: LabsRequest & { readonly path: string }, ui: LabUi): Promise<number> {
  const done = LABS.flatMap((lab) => {
    const record = readRecord(recordsFolder, lab.id);
    return record === null ? [] : [{ text: labText(lab.id, language), record }];
  });
  if (done.length === 0) throw new OperatorError('usage', 'no lab was run yet', 'begin with: sudo jtrace lab run 1');
  await writeTextFile(path, reportPage(done, LABS.length));
  ui.note(`${path} has ${String(done.length)} of ${String(LABS.length)} labs`);
  return EXIT.ok;
}
