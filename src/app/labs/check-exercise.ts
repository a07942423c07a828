// The exercise of a lab: its questions are asked, or answered by --answer, and judged by what was measured in the learner's run. An answer that is a
// program is run.

import { judgeAnswers, readAnswer } from '../../labs/judge.ts';
import type { Lab } from '../../labs/lab.ts';
import { EXIT, OperatorError } from '../../model/errors.ts';
import type { Answer, LabRecord, LabText } from '../../model/lab.ts';
import type { LabUi } from '../../model/lab-ui.ts';
import { readRecord, type RecordsFolder, writeRecord } from './lab-records.ts';
import { labText } from './lab-texts.ts';
import { workInRoom } from './work-in-room.ts';

export interface CheckRequest {
  readonly lab: Lab;
  readonly language: string;
  readonly records: RecordsFolder;
  /** KEY=ANSWER; empty: they are asked. */
  readonly answers: readonly string[];
  readonly bpftracePath: string | null;
  readonly environment: NodeJS.ProcessEnv;
}

/** Exit code 0: all questions are answered, and none wrong: what was not measured here has no right answer. Throws an OperatorError when the lab was not run yet, or an answer is none. */
export async function checkExercise(request: CheckRequest, ui: LabUi, stop: AbortSignal): Promise<number> {
  const { lab, language, records, answers } = request;
  const text = labText(lab.id, language);
  const record = readRecord(records, lab.id);
  if (record === null)
    throw new OperatorError(
      'usage',
      `${lab.id} was not run yet`,
      `what is right is measured: sudo jtrace lab run ${lab.id} (without root: --recorded)`,
    );
  const given = answers.length > 0 ? givenAnswers(answers, lab, text) : await askedAnswers(text, ui, stop);
  const isProgram = (key: string): boolean => lab.programs?.[key] !== undefined;
  const others = judgeAnswers(new Map([...given].filter(([key]) => !isProgram(key))), lab.exercise, record.measurements);
  // A program needs what the machine may lack: the other answers are kept before it is tried.
  writeRecord(records, { ...record, answers: merged(record, others) });
  const tried: Answer[] = [];
  for (const [key, program] of [...given].filter(([key]) => isProgram(key)))
    tried.push(
      await tryProgram(request, key, program, text, ui, stop).catch((error: unknown) => untried(key, program, error, ui)),
    );
  const now = [...others, ...tried];
  ui.answers('exercise', now, text.exercise.questions);
  const all = merged(record, now);
  writeRecord(records, { ...record, answers: all });
  const isTold = ({ key, isRight }: Answer): boolean => isRight !== false && !(isRight === null && isProgram(key));
  const isAll = text.exercise.questions.every(({ key }) => all.some((answer) => answer.key === key && isTold(answer)));
  if (!isAll) ui.note(`what is right, and why: docs/labs/solutions/${lab.id}.md`);
  return isAll ? EXIT.ok : EXIT.incomplete;
}

/** Those of now, and those of before that were not given again. */
function merged({ answers }: LabRecord, now: readonly Answer[]): readonly Answer[] {
  return [...answers.filter(({ key }) => !now.some((answer) => answer.key === key)), ...now];
}

async function tryProgram(
  { lab, bpftracePath, environment }: CheckRequest,
  key: string,
  program: string,
  text: LabText,
  ui: LabUi,
  stop: AbortSignal,
): Promise<Answer> {
  const attempt = lab.programs?.[key];
  if (attempt === undefined) throw new Error(`lab ${lab.id} runs no program for ${key}`);
  const onStep = (): Promise<never> => Promise.reject(new Error('an exercise has no steps'));
  const { result } = await workInRoom({ needs: lab.needs, bpftracePath, environment }, ui, stop, onStep, (room) =>
    attempt(room, program),
  );
  ui.checks([{ key, outcome: result }], { ...text, checks: new Map() }, null);
  return { key, given: program, isRight: result.kind === 'not-possible' ? null : result.kind === 'passed' };
}

/** Where it cannot be run, the other answers are told all the same. */
function untried(key: string, given: string, error: unknown, ui: LabUi): Answer {
  if (!(error instanceof OperatorError) || error.kind !== 'environment') throw error;
  ui.note(`${key} was not run: ${error.message} (${error.hint})`);
  return { key, given, isRight: null };
}

function givenAnswers(answers: readonly string[], lab: Lab, text: LabText): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const typed of answers) {
    const [key = '', ...rest] = typed.split('=');
    const question = text.exercise.questions.find((one) => one.key === key);
    if (question === undefined)
      throw new OperatorError(
        'usage',
        `--answer ${typed.slice(0, 60)}: no such question`,
        `there are: ${Object.keys(lab.exercise).join(', ')}`,
      );
    const answer = readAnswer(rest.join('='), question);
    if (answer === null) {
      const expected = question.choices.map((choice) => choice.key).join(', ') || `a ${question.kind}`;
      throw new OperatorError('usage', `--answer ${typed.slice(0, 60)}: not understood`, `expected: ${expected}`);
    }
    given.set(key, answer);
  }
  return given;
}

async function askedAnswers(text: LabText, ui: LabUi, stop: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const given = new Map<string, string>();
  ui.text(text.exercise.text);
  for (const question of text.exercise.questions) {
    const answer = await ui.ask(question, stop);
    if (answer !== null) given.set(question.key, answer);
  }
  return given;
}
