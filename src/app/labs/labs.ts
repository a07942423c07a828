// The uses of `jtrace lab` besides run and check: which labs there are, what one is about, the page of all that was done.

import { LABS } from '../../labs/labs.ts';
import type { Lab } from '../../labs/lab.ts';
import { EXIT, OperatorError } from '../../model/errors.ts';
import type { LabRecord } from '../../model/lab.ts';
import type { LabUi, ListedLab } from '../../model/lab-ui.ts';
import { reportPage } from '../../outputs/labs/report-page.ts';
import { finishOutput, sweepLeftovers } from '../output-files.ts';
import { readRecord, type RecordsFolder } from './lab-records.ts';
import { labText } from './lab-texts.ts';

export { checkExercise } from './check-exercise.ts';
export { recordsFolder } from './lab-records.ts';
export { runLab } from './run-lab.ts';

export interface LabsRequest {
  readonly language: string;
  readonly records: RecordsFolder;
}

export function listLabs({ language, records }: LabsRequest, ui: LabUi): number {
  const listed = LABS.map(({ id }): ListedLab => {
    const { number, title, asks } = labText(id, language);
    return { number, id, title, asks, state: stateOf(readRecord(records, id)) };
  });
  ui.list(listed);
  return EXIT.ok;
}

function stateOf(record: LabRecord | null): ListedLab['state'] {
  if (record === null) return 'not-run';
  if (record.isRecorded) return 'recorded';
  return record.checks.some(({ outcome }) => outcome.kind === 'failed') ? 'failed' : 'done';
}

export function showLab({ lab, language }: LabsRequest & { readonly lab: Lab }, ui: LabUi): number {
  const text = labText(lab.id, language);
  ui.heading(`${String(text.number)}. ${text.title}`);
  ui.text(text.asks);
  ui.text(text.question);
  for (const { title, text: words } of text.steps) {
    ui.heading(title);
    ui.text(words);
  }
  ui.command(['sudo', 'jtrace', 'lab', 'run', lab.id]);
  return EXIT.ok;
}

/** Throws an OperatorError when no lab was run yet, or the page could not be written. */
export async function reportLabs(
  { language, records, path }: LabsRequest & { readonly path: string },
  ui: LabUi,
): Promise<number> {
  const done = LABS.flatMap((lab) => {
    const record = readRecord(records, lab.id);
    return record === null ? [] : [{ text: labText(lab.id, language), record }];
  });
  if (done.length === 0) throw new OperatorError('usage', 'no lab was run yet', 'begin with: sudo jtrace lab run 1');
  sweepLeftovers(path);
  const { problem } = await finishOutput({ path, format: 'page', render: () => [reportPage(done, LABS.length, language)] });
  if (problem !== null) throw new OperatorError('incomplete', `${path} could not be written: ${problem}`, 'say where: -o FILE');
  ui.note(`${path} has ${String(done.length)} of ${String(LABS.length)} labs`);
  return EXIT.ok;
}
