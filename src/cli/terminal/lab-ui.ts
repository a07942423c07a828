// A lab on the terminal: its texts, what runs in view, questions to the learner, verdicts. Everything goes to standard output but what is said beside
// the lab.

import { createInterface, type Interface } from 'node:readline';
import { readAnswer } from '../../labs/judge.ts';
import type { LabWords } from '../../labs/words.ts';
import { OperatorError } from '../../model/errors.ts';
import type { Answer, CheckResult, LabText, LineText, QuestionText } from '../../model/lab.ts';
import type { LabUi, ListedLab } from '../../model/lab-ui.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { shellQuote } from '../shell-quote.ts';
import { hanging, literal, markdownLines, type MarkdownLook } from './markdown-text.ts';
import type { Streams } from './streams.ts';
import { createTheme } from './theme.ts';

const TEXT_COLUMNS = 80;
const MIN_COLUMNS = 40;
const TAB_COLUMNS = 8;
const MOST_TRIES = 3;
/** Of a program's line. */
const MAX_LINE_CHARS = 400;
const MAX_COMMAND_CHARS = 4000;

export interface LabTerminal extends LabUi {
  close(): void;
}

export function createLabUi(words: LabWords, input: NodeJS.ReadableStream, { stdout, stderr, env }: Streams): LabTerminal {
  const theme = createTheme(stdout, env);
  const look: MarkdownLook = { code: theme.frame.native, emphasis: theme.heading };
  const columns = Math.min(TEXT_COLUMNS, Math.max(MIN_COLUMNS, stdout.columns ?? TEXT_COLUMNS));
  const page = { words, columns, look };
  const print = (...lines: readonly string[]): void => void stdout.write(`${lines.join('\n')}\n`);
  const answers = new TypedLines(input);
  return {
    list: (labs) =>
      print(...labs.flatMap((lab) => listLines(lab, page).map((line, index) => (index === 0 ? theme.heading(line) : line)))),
    heading: (text) =>
      print(
        '',
        ...hanging(text, columns, '', { code: theme.heading, emphasis: theme.heading }).map((line) => theme.heading(line)),
      ),
    text: (markdown) => {
      if (markdown !== '') print('', ...markdownLines(markdown, columns, look));
    },
    program: (text, explained) => print('', ...programLines(text, explained, columns, { look, dim: theme.hint })),
    command: (argv) => print('', theme.heading(escapeForTerminal(`$ ${argv.map(shellQuote).join(' ')}`, MAX_COMMAND_CHARS))),
    output: (lines) => {
      if (lines.length > 0) print(...lines.map((line) => `  ${escaped(withoutTabs(line))}`));
    },
    measured: (lines) => print(...lines.map((line) => theme.frame.interpreted(`→ ${escaped(line)}`))),
    ask: (question, stop) => ask(question, stop, { ...page, print, prompt: (text) => void stdout.write(text), answers }),
    answers: (title, judged, questions) => {
      if (judged.length === 0) return;
      const heading = title === 'predictions' ? words.predicted : words.answered;
      print('', theme.heading(heading), ...judged.flatMap((answer) => answerLines(answer, questions, page)));
    },
    checks: (results, text, elsewhere) => {
      const heading = elsewhere === null ? words.checks : words.checksElsewhere.replace('{machine}', () => elsewhere);
      print('', theme.heading(escaped(heading)), ...results.flatMap((result) => checkLines(result, text, page)));
    },
    sources: (sources) =>
      print('', theme.heading(words.sources), ...sources.flatMap((source) => hanging(source, columns, '- ', look))),
    exercise: (text, command) => {
      const how = words.exerciseCommand.replace('{command}', () => command);
      print('', theme.heading(words.exercise), '', ...markdownLines(text, columns, look), '', how);
    },
    note: (text) => void stderr.write(`jtrace: ${escaped(text)}\n`),
    close: () => answers.close(),
  };
}

interface PageLook {
  readonly words: LabWords;
  readonly columns: number;
  readonly look: MarkdownLook;
}

interface AskLook extends PageLook {
  readonly print: (...lines: readonly string[]) => void;
  readonly prompt: (text: string) => void;
  readonly answers: TypedLines;
}

/** Of what commands print: grep and bpftool have tabs, which would be shown as \t. */
const withoutTabs = (text: string): string =>
  text.split('\t').reduce((before, after) => before.padEnd((Math.floor(before.length / TAB_COLUMNS) + 1) * TAB_COLUMNS) + after);

const escaped = (text: string): string => escapeForTerminal(text, MAX_LINE_CHARS);

/** Throws an OperatorError where nobody answers, and the reason of `stop`. */
async function ask(
  question: QuestionText,
  stop: AbortSignal,
  { words, columns, look, print, prompt, answers }: AskLook,
): Promise<string | null> {
  print('', ...questionLines(question, columns, look));
  const asked = { choice: words.choose, number: words.enterNumber, word: words.enterWord }[question.kind];
  const expected = { choice: words.expectChoice, number: words.expectNumber, word: words.expectWord }[question.kind];
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    prompt(`${asked} (${words.skip}): `);
    const typed = await answers.next(stop);
    if (typed === null) {
      print('');
      throw new OperatorError(
        'usage',
        'standard input ended before the question was answered',
        'answers are lines of standard input; --auto asks nothing',
      );
    }
    if (typed.trim() === '') return null;
    const answer = readAnswer(typed, question);
    if (answer !== null) return answer;
    print(`${words.notUnderstood}: ${expected.replace('{n}', String(question.choices.length))}`);
  }
  print(words.leftOpen);
  return null;
}

function listLines({ number, id, title, asks, state }: ListedLab, { words, columns, look }: PageLook): readonly string[] {
  const mark = {
    'not-run': '',
    done: ` [${words.done}]`,
    failed: ` [${words.checksFailed}]`,
    recorded: ` [${words.seenRecorded}]`,
  }[state];
  const first = hanging(`${title}${mark}`, columns, `${String(number).padStart(2)}. `, PLAIN);
  return [...first, ...hanging(`\`${id}\`: ${asks}`, columns, '    ', look)];
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
  { words, columns, look }: PageLook,
): readonly string[] {
  const choice = questions.find((question) => question.key === key)?.choices.find((one) => one.key === given);
  const verdict = isRight === null ? words.unknown : isRight ? words.right : words.wrong;
  const mark = isRight === null ? '  – ' : isRight ? '  ✓ ' : '  ✗ ';
  // A choice is a sentence, and the verdict goes on with it.
  const said = choice?.text.replace(/\.$/u, '') ?? literal(escaped(given));
  return hanging(`${said}: ${verdict}`, columns, mark, look);
}

function checkLines({ key, outcome }: CheckResult, text: LabText, { words, columns, look }: PageLook): readonly string[] {
  const what = text.checks.get(key) ?? key;
  switch (outcome.kind) {
    case 'passed':
      return hanging(`${words.passed}: ${what} (${literal(escaped(outcome.measured))})`, columns, '  ✓ ', look);
    case 'failed': {
      const told = `${words.measured}: ${literal(escaped(outcome.measured))}; ${words.expected}: ${literal(escaped(outcome.expected))}`;
      return hanging(`${words.failed}: ${what} (${told})`, columns, '  ✗ ', look);
    }
    case 'not-possible':
      return hanging(`${words.notPossible}: ${what} (${literal(escaped(outcome.because))})`, columns, '  – ', look);
    default:
      return outcome satisfies never;
  }
}

const PLAIN: MarkdownLook = { code: (word) => word, emphasis: (word) => word };

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
      const code = `  ${look.code(escaped(withoutTabs(line)))}`;
      if (found === undefined) return [code];
      return [code, ...hanging(found.text, columns, '      ^ ', PLAIN).map((said) => dim(said))];
    });
}

/** Lines of an input, one at a time; null at its end. Nothing is read before it is asked for. */
class TypedLines {
  readonly #input: NodeJS.ReadableStream;
  #reader: Interface | null = null;
  #lines: AsyncIterator<string, null> | null = null;

  constructor(input: NodeJS.ReadableStream) {
    this.#input = input;
  }

  /** Rejects with the reason of `stop` once that is aborted. */
  async next(stop: AbortSignal): Promise<string | null> {
    stop.throwIfAborted();
    this.#reader ??= createInterface({ input: this.#input });
    this.#lines ??= this.#reader[Symbol.asyncIterator]() as AsyncIterator<string, null>;
    // A terminal that hangs up is the end of what is typed.
    const line = this.#lines.next().catch(() => ({ done: true as const, value: null }));
    const over = new AbortController();
    try {
      const { done, value } = await Promise.race([
        line,
        new Promise<never>((_, reject) => {
          stop.addEventListener('abort', () => reject(stop.reason as Error), { once: true, signal: over.signal });
        }),
      ]);
      return done === true ? null : value;
    } finally {
      over.abort();
    }
  }

  close(): void {
    this.#reader?.close();
  }
}
