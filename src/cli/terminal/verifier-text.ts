// An explained log of the verifier → text for a terminal: why the program was refused and what to do, then the lines that led
// there, each with what it says.

import { displayWidth, wrapWords } from '../../outputs/display-width.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { type ExplainedLine, readableLine } from '../../verifier/explain-line.ts';
import type { ExplainedLog, Finding, FindingRegister } from '../../verifier/explain-log.ts';
import type { Theme } from './theme.ts';

/** Lines before the refusal that are shown: mostly the last few instructions, and what was known at them. */
const SHOWN_BEFORE = 12;
/** Where there is no refusal: the end of the log. */
const SHOWN_AT_END = 20;
/** More than a state of eight frames has, which is the longest line. */
const MAX_LINE_CHARS = 20_000;
/** A state has up to a hundred places; who reads more wants --all. */
const MOST_WORDS = 12;
const INDENT = '  ';
const DEEPER = '      ';

interface VerifierTextOptions {
  /** For sentences. */
  readonly columns: number;
  /** For lines of the log; null: however long they are. */
  readonly logColumns: number | null;
  readonly isWhole: boolean;
  readonly theme: Theme;
}

export function renderVerifierLog(log: ExplainedLog, options: VerifierTextOptions): readonly string[] {
  const { theme, columns } = options;
  const told = log.lines.filter(({ text }) => text.trim() !== '');
  const shown = options.isWhole ? told : shownLines(told, log.findings);
  const isAll = shown.length === told.length && log.skipped === 0;
  const heading = log.findings.length === 0 ? 'The end of the log:' : 'The lines that led there:';
  const counts = countLines(log, told.length - shown.length);
  return [
    ...(log.findings.length === 0
      ? [...noRefusal(log, options), '']
      : log.findings.flatMap((finding) => findingLines(finding, options))),
    theme.heading(isAll || options.isWhole ? 'The log, line by line:' : heading),
    ...shown.flatMap((line) => lineText(line, options)),
    ...(counts.length === 0 ? [] : ['', ...counts.flatMap((line) => wrapWords(line, columns, '', 'kept'))]),
  ];
}

function findingLines(
  { message, instruction, source, register, line }: Finding,
  options: VerifierTextOptions,
): readonly string[] {
  const part = (label: string, text: string): readonly string[] =>
    text === '' ? [] : hanging(`${label}: ${escapeForTerminal(text, MAX_LINE_CHARS)}`, options.columns);
  return [
    ...logLines(readableLine(line.text), '', options).map((one) => options.theme.error(one)),
    ...part('What it means', message.means),
    ...part('Where', instruction === null ? '' : instructionText(instruction)),
    ...part('Source', source === null ? '' : source.text.trim().replace(/^;\s*/u, '')),
    ...(register === null ? [] : part(register.name, registerWords(register))),
    ...part('What to do', message.remedy),
    ...part('Kernels', message.kernels),
    '',
  ];
}

/** `3: (bf) r2 = r0`, without the state behind it. */
function instructionText({ text }: ExplainedLine): string {
  return readableLine(text).replace(/\s{0,200}(?:;| \d{1,7}: (?:frame\d{1,2}: ?)?(?=R\d|fp-)).*$/su, '');
}

function registerWords({ words, setBy }: FindingRegister): string {
  const from = setBy === null ? '' : `last set by ${instructionText(setBy)}`;
  return words === '' || from === '' ? `${words}${from}` : `${words}; ${from}`;
}

function noRefusal({ followed }: ExplainedLog, { columns }: VerifierTextOptions): readonly string[] {
  return wrapWords(
    followed === null
      ? 'No message of a refusal is known here. The log does not end with "processed … insns": perhaps its end is missing ' +
          '(BPFTRACE_LOG_SIZE makes it longer).'
      : 'No message of a refusal is known here: the program was taken, or refused with words that jtrace does not know; they stand ' +
          `before "processed ${String(followed)} insns".`,
    columns,
    '',
    'kept',
  );
}

/** Around the first refusal, or at the end. */
function shownLines(told: readonly ExplainedLine[], findings: readonly Finding[]): readonly ExplainedLine[] {
  const [first] = findings;
  if (first === undefined) return told.slice(-SHOWN_AT_END);
  const at = told.findIndex((line) => line.at === first.line.at);
  return told.slice(Math.max(0, at - SHOWN_BEFORE), at + 2);
}

function lineText({ text, kind, words }: ExplainedLine, options: VerifierTextOptions): readonly string[] {
  const { columns, isWhole, theme } = options;
  const head = logLines(text, INDENT, options).map((line) => (kind === 'message' ? theme.error(line) : line));
  // The message is explained above.
  if (kind === 'message' || words.length === 0) return head;
  const told =
    isWhole || words.length <= MOST_WORDS
      ? words
      : [...words.slice(0, MOST_WORDS), `… ${String(words.length - MOST_WORDS)} more`];
  return [
    ...head,
    ...told.flatMap((word) =>
      wrapWords(escapeForTerminal(word, MAX_LINE_CHARS), columns, DEEPER, 'kept').map((one) => theme.hint(one)),
    ),
  ];
}

/** What is left out or not understood is told: nobody is to think that this is all. */
function countLines({ unknown, skipped, lines }: ExplainedLog, hidden: number): readonly string[] {
  const count = (number: number, what: string): string => `${String(number)} ${number === 1 ? 'line' : 'lines'} ${what}`;
  return [
    ...(skipped === 0
      ? []
      : [count(skipped, `before the last ${String(lines.length)} ${skipped === 1 ? 'was' : 'were'} not read.`)]),
    ...(hidden === 0 ? [] : [`${count(hidden, 'more')}: --all shows every one.`]),
    ...(unknown === 0 ? [] : [`Not explained: ${count(unknown, 'of the text, printed by others or not known to jtrace.')}`]),
  ];
}

/** A line of the log, as it is; on a terminal broken where it must be. */
function logLines(text: string, indent: string, { logColumns }: VerifierTextOptions): readonly string[] {
  const line = escapeForTerminal(text.replaceAll('\t', ' ').trimEnd(), MAX_LINE_CHARS);
  if (logColumns === null || displayWidth(indent + line) <= logColumns) return [`${indent}${line}`];
  const [first = '', ...rest] = broken(line.trimStart(), logColumns - displayWidth(indent) - INDENT.length);
  return [`${indent}${first}`, ...rest.map((one) => `${indent}${INDENT}${one}`)];
}

/** Behind blanks and commas where there are such, else anywhere. */
function broken(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/[^ ,]*[ ,]+|[^ ,]+/gu) ?? []) {
    if (line !== '' && displayWidth((line + word).trimEnd()) > columns) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
    while (displayWidth(line.trimEnd()) > columns) {
      const cut = fitting(line, columns);
      lines.push(cut);
      line = line.slice(cut.length);
    }
  }
  return [...lines, ...(line.trim() === '' ? [] : [line.trimEnd()])];
}

/** The longest beginning that fits; at least one letter. */
function fitting(text: string, columns: number): string {
  let fits = '';
  for (const char of text) {
    if (fits !== '' && displayWidth(fits + char) > columns) break;
    fits += char;
  }
  return fits;
}

function hanging(text: string, columns: number): readonly string[] {
  const lines = broken(text, columns - 2 * INDENT.length);
  return lines.map((line, index) => `${index === 0 ? INDENT : INDENT + INDENT}${line}`);
}
