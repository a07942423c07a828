// A lab on the terminal: its texts, what runs in view, questions to the learner, verdicts. Everything goes to standard output but what is said beside
// the lab.

import { createInterface, type Interface } from 'node:readline';
import { expectedAnswer, readAnswer } from '../../labs/judge.ts';
import type { LabWords } from '../../labs/words.ts';
import { OperatorError } from '../../model/errors.ts';
import type { Answer, CheckResult, LabText, LineText, QuestionText, Right } from '../../model/lab.ts';
import type { LabUi } from '../../model/lab-ui.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { shellQuote } from '../shell-quote.ts';
import { hanging, markdownLines, type MarkdownLook } from './markdown-text.ts';
import type { Streams } from './streams.ts';
import { createTheme } from './theme.ts';

const TEXT_COLUMNS = 80;
const MIN_COLUMNS = 40;
const MOST_TRIES = 3;
/** Of a program's line. */
const MAX_LINE_CHARS = 400;

export interface LabTerminal extends LabUi {
  close(): void;
}

export function createLabUi(words: LabWords, input: NodeJS.ReadableStream, { stdout, stderr, env }: Streams): LabTerminal {
  const theme = createTheme(stdout, env);
  const look: MarkdownLook = { code: theme.frame.native, emphasis: theme.heading };
  const columns = Math.min(TEXT_COLUMNS, Math.max(MIN_COLUMNS, stdout.columns ?? TEXT_COLUMNS));
  const print = (...lines: readonly string[]): void => void stdout.write(`${lines.join('\n')}\n`);
  const escaped = (text: string): string => escapeForTerminal(text, MAX_LINE_CHARS);
  const answers = new TypedLines(input);
  return {
    heading: (text) => print('', theme.heading(text)),
    text: (markdown) => {
      if (markdown !== '') print('', ...markdownLines(markdown, columns, look));
    },
    program: (text, explained) => print('', ...programLines(text, explained, columns, { look, dim: theme.hint })),
    command: (argv) => print('', theme.heading(`$ ${argv.map(shellQuote).join(' ')}`)),
    output: (lines) => print(...lines.map((line) => `  ${escaped(line)}`)),
    measured: (lines) => print(...lines.map((line) => theme.frame.interpreted(`→ ${escaped(line)}`))),
    ask: async (question, kind) => {
      print('', ...questionLines(question, columns, look));
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        stdout.write(`${kind === 'choice' ? words.choose : kind === 'number' ? words.enterNumber : words.enterWord} (${words.skip}): `);
        const typed = await answers.next();
        if (typed === null) {
          throw new OperatorError(
            'usage',
            'standard input ended before the question was answered',
            'answers are lines of standard input; --auto asks nothing',
          );
        }
        if (typed.trim() === '') return null;
        const answer = readAnswer(typed, question, kind);
        if (answer !== null) return answer;
        print(`${words.notUnderstood}: ${expectedAnswer(question, kind)}`);
      }
      return null;
    },
    answers: (judged, questions) => {
      if (judged.length > 0) print('', theme.heading(words.predicted), ...judged.flatMap((answer) => answerLines(answer, questions, words, columns, look)));
    },
    checks: (results, text) => print('', theme.heading(words.checks), ...results.flatMap((result) => checkLines(result, text, words, columns, look))),
    note: (text) => void stderr.write(`jtrace: ${escaped(text)}\n`),
    close: () => answers.close(),
  };
}

function questionLines({ text, choices }: QuestionText, columns: number, look: MarkdownLook): readonly string[] {
  return [
    ...markdownLines(text, columns, look),
    ...choices.flatMap((choice, index) => hanging(choice.text, columns, `  ${String(index + 1)}) `, look)),
  ];
}

function answerLines(
  { key, given, isRight }: Answer,
  questions: readonly QuestionText[],
  words: LabWords,
  columns: number,
  look: MarkdownLook,
): readonly string[] {
  const choice = questions.find((question) => question.key === key)?.choices.find((one) => one.key === given);
  return hanging(`${choice?.text ?? given}: ${isRight ? words.right : words.wrong}`, columns, isRight ? '  ✓ ' : '  ✗ ', look);
}

function checkLines(
  { key, outcome }: CheckResult,
  text: LabText,
  words: LabWords,
  columns: number,
  look: MarkdownLook,
): readonly string[] {
  const what = text.checks.get(key) ?? key;
  switch (outcome.kind) {
    case 'passed':
      return hanging(`${what} (${outcome.measured})`, columns, '  ✓ ', look);
    case 'failed':
      return hanging(`${words.failed}: ${what} (${words.measured}: ${outcome.measured}; ${words.expected}: ${outcome.expected})`, columns, '  ✗ ', look); // prettier-ignore
    case 'not-possible':
      return hanging(`${words.notPossible}: ${what} (${outcome.because})`, columns, '  – ', look);
    default:
      return outcome satisfies never;
  }
}

/** A program with what its lines do below each. */
export function programLines(
  text: string,
  explained: readonly LineText[],
  columns: number,
  { look, dim }: { readonly look: MarkdownLook; readonly dim: (line: string) => string },
): readonly string[] {
  const left = [...explained];
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const at = left.findIndex(({ fragment }) => line.includes(fragment));
      const [found] = at < 0 ? [] : left.splice(at, 1);
      const code = `  ${look.code(line)}`;
      return found === undefined ? [code] : [code, ...hanging(found.text, columns, '      ', { code: (word) => word, emphasis: (word) => word }).map(dim)];
    });
}

/** Lines of an input, one at a time; null at its end. Nothing is read before it is asked for. */
class TypedLines {
  readonly #input: NodeJS.ReadableStream;
  #reader: Interface | null = null;
  #lines: AsyncIterator<string> | null = null;

  constructor(input: NodeJS.ReadableStream) {
    this.#input = input;
  }

  async next(): Promise<string | null> {
    this.#reader ??= createInterface({ input: this.#input });
    this.#lines ??= this.#reader[Symbol.asyncIterator]();
    const { done, value } = await this.#lines.next();
    return done === true ? null : value;
  }

  close(): void {
    this.#reader?.close();
  }
}
