// A lab on the terminal: narrow, without colour, with hostile output, and with answers that are none.

import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createLabUi } from '../../../src/cli/terminal/lab-ui.ts';
import type { Streams } from '../../../src/cli/terminal/streams.ts';
import { labWords } from '../../../src/labs/words.ts';
import type { LabText, QuestionText } from '../../../src/model/lab.ts';
import { displayWidth } from '../../../src/outputs/display-width.ts';

const NEVER = new AbortController().signal;
const QUESTION: QuestionText = {
  key: 'page',
  kind: 'choice',
  text: 'What does BPF read of a page that was mapped, and never touched by anybody at all?',
  choices: [{ key: 'zeros', text: 'Zeros: new memory is zeros, whoever looks at it.' }, { key: 'efault', text: 'The error −14.' }], // prettier-ignore
};
const TEXT = { checks: new Map([['page', 'a page that was *never* touched cannot be read: `-14`']]) } as unknown as LabText;

function terminal(columns: number, typed: string) {
  const out: string[] = [];
  const streams = {
    stdout: { columns, write: (text: string) => out.push(text) > 0 },
    stderr: { write: (text: string) => out.push(text) > 0 },
    env: {},
  } as unknown as Streams;
  const input = new PassThrough();
  input.end(typed);
  return { ui: createLabUi(labWords('en'), input, streams), said: () => out.join('') };
}

test('fits into 60 columns, and has no colour on a pipe', async () => {
  const { ui, said } = terminal(60, '2\n');
  ui.list([{ number: 1, id: 'page-not-there', title: 'The page that is not there', asks: 'Can BPF read memory that a program has and has never used?', state: 'failed' }]); // prettier-ignore
  ui.heading('A heading');
  ui.text('A paragraph that is longer than sixty columns, with `code that is long` and *emphasis*, and [a link](https://example.org).\n\n- an item that is also longer than sixty columns, so that it hangs\n\n```\n  code\n```'); // prettier-ignore
  ui.program('uprobe:/x:look_at { }', [{ fragment: 'look_at', text: 'a probe at the beginning of the function of that name, in the program itself' }]); // prettier-ignore
  expect(await ui.ask(QUESTION, NEVER)).toBe('efault');
  ui.checks([{ key: 'page', outcome: { kind: 'failed', measured: '0', expected: '-14' } }], TEXT, null);
  ui.sources(['`mm/maccess.c`, `copy_from_user_nofault`: the read, with faults switched off, as it is']);
  ui.exercise('Try it.', 'jtrace lab check page-not-there');
  ui.close();
  const lines = said().split('\n');
  expect(lines.filter((line) => displayWidth(line) > 60)).toEqual([lines.find((line) => line.includes('skips it'))].filter((line) => displayWidth(line ?? '') > 60)); // prettier-ignore
  expect(said()).not.toContain('\u001b');
  expect(said()).toContain('FAILED: a page that was never touched cannot be read');
});

test('what programs print is escaped', () => {
  const { ui, said } = terminal(80, '');
  ui.output(['\u001b]0;title\u0007', 'a\rb']);
  ui.measured(['\u001b[2J']);
  ui.note('\u001b[2J');
  ui.command(['cat', '\u001b[2J; rm']);
  ui.answers('exercise', [{ key: 'x', given: '\u001b[2J', isRight: null }], []);
  ui.checks([{ key: 'page', outcome: { kind: 'passed', measured: '\u001b[2J' } }], TEXT, '\u001b[2J');
  ui.close();
  expect(said()).not.toMatch(/[\u001b\u0007\r]/u);
});

test('garbage three times is left open; an empty line skips', async () => {
  const { ui, said } = terminal(80, 'x\n9\n\u001b[A\n\n');
  expect(await ui.ask(QUESTION, NEVER)).toBe(null);
  expect(said().match(/not understood/g)).toHaveLength(3);
  expect(said()).toContain('left open');
  expect(await ui.ask(QUESTION, NEVER)).toBe(null);
  await expect(ui.ask(QUESTION, NEVER)).rejects.toThrow('standard input ended before the question was answered');
  ui.close();
});

test('Ctrl-C at a question ends it', async () => {
  const out: string[] = [];
  const streams = {
    stdout: { write: (text: string) => out.push(text) > 0 },
    stderr: { write: () => true },
    env: {},
  } as unknown as Streams;
  const ui = createLabUi(labWords('en'), new PassThrough(), streams);
  const stop = new AbortController();
  const asked = ui.ask(QUESTION, stop.signal);
  stop.abort(new Error('SIGINT'));
  await expect(asked).rejects.toThrow('SIGINT');
  ui.close();
});
