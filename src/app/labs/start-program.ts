// A program under test, started: orders to its input, answers from its output, each ended by a line `done`.

import { talkToChild } from '../../child/talk-to-child.ts';
import type { LabProgram } from '../../labs/room.ts';
import { OperatorError } from '../../model/errors.ts';
import { SaidLines } from './said-lines.ts';
import { timely } from './timely.ts';

/** Some milliseconds; the verifier follows a million instructions for one, on an emulated machine in a minute. */
const ANSWER_TIMEOUT_MS = 180_000;
const DONE = 'done';

export interface ProgramStart {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: AbortSignal;
}

export interface StartedProgram {
  /** Once it is ready. Rejects with an OperatorError when it does not come to that. */
  readonly program: () => Promise<LabProgram>;
  /** It and what it has started. */
  readonly kill: () => Promise<void>;
}

/** Throws an OperatorError when it cannot be started. */
export async function startProgram({ file, args, environment, stop }: ProgramStart): Promise<StartedProgram> {
  const said = new SaidLines();
  const child = await talkToChild({
    file,
    args,
    environment,
    onStdout: (text) => said.push('stdout', text),
    onStderr: (text) => said.push('stderr', text),
  });
  const { pid } = child;
  if (pid === null) throw new OperatorError('environment', `${file} cannot be started`, 'is the disk mounted noexec?');
  void child.exited.then(() => said.end());
  const inTime = <Result>(work: Promise<Result>, who: string): Promise<Result> =>
    timely(work, { timeMs: ANSWER_TIMEOUT_MS, who, stop });
  const answered = (words: string, from: number): Promise<readonly string[]> =>
    inTime(said.answer(from, DONE), `the program under test (${words})`);
  const program: LabProgram = {
    pid,
    order: (words) => {
      const from = said.lines.length;
      child.send(`${words}\n`);
      return answered(words, from);
    },
    end: async () => {
      child.hangUp();
      await inTime(child.exited, 'the end of the program under test');
    },
  };
  return {
    program: async () => {
      await answered('its start', 0);
      return program;
    },
    kill: async () => {
      child.kill();
      await child.exited;
    },
  };
}
