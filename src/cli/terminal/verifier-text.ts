// An explained log of the verifier → text for a terminal: why the program was refused and what to do, then the lines that led there, each with what it says.

import { wrapWords } from '../../outputs/display-width.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import type { ExplainedLine, ExplainedLog, Finding } from '../../verifier/explain-log.ts';
import type { Theme } from './theme.ts';

/** Lines before the refusal that are shown: mostly the last few instructions, and what was known at them. */
const SHOWN_BEFORE = 12;
/** Where there is no refusal: the end of the log. */
const SHOWN_AT_END = 20;
const MAX_LINE_CHARS = 400;
/** A state has up to a hundred places; who reads more wants --all. */
const MOST_WORDS = 12;
const INDENT = '  ';
const DEEPER = '      ';

interface VerifierTextOptions {
  readonly columns: number;
  readonly isWhole: boolean;
  readonly theme: Theme;
}

export function renderVerifierLog(log: ExplainedLog, options: VerifierTextOptions): readonly string[] {
  const { theme } = options;
  const shown = options.isWhole ? log.lines : shownLines(log);
  return [
    ...(log.findings.length === 0 ? noRefusal(log, options) : log.findings.flatMap((finding) => findingLines(finding, options))),
    '',
    theme.heading(
      shown.length === log.lines.length
        ? 'The log, line by line:'
        : log.findings.length === 0
          ? 'The end of the log:'
          : 'The lines that led there:',
    ),
    ...shown.flatMap((line) => lineText(line, options)),
  ];
}

function findingLines(
  { message, instruction, source, line }: Finding,
  { columns, theme }: VerifierTextOptions,
): readonly string[] {
  const part = (label: string, text: string): readonly string[] => (text === '' ? [] : hanging(`${label}: ${text}`, columns));
  return [
    theme.error(escapeForTerminal(line.text.trim(), MAX_LINE_CHARS)),
    ...part('What it means', message.means),
    ...(instruction === null ? [] : part('Where', escapeForTerminal(`${instruction.text.trim()}`, MAX_LINE_CHARS))),
    ...(source === null ? [] : part('Source', escapeForTerminal(source.text.trim().replace(/^;\s*/u, ''), MAX_LINE_CHARS))),
    ...part('What to do', message.remedy),
    ...part('Kernels', message.kernels),
    '',
  ];
}

function noRefusal({ followed }: ExplainedLog, { columns }: VerifierTextOptions): readonly string[] {
  return wrapWords(
    followed === null
      ? 'No message of a refusal is known here. The log does not end with "processed … insns": perhaps its end is missing (BPFTRACE_LOG_SIZE makes it longer).'
      : `No message of a refusal is known here: the program was taken, or refused with words that jtrace does not know; they stand before "processed ${String(followed)} insns".`,
    columns,
    '',
    'kept',
  );
}

/** Around the first refusal, or at the end. */
function shownLines({ lines, findings }: ExplainedLog): readonly ExplainedLine[] {
  const told = lines.filter(({ text }) => text.trim() !== '');
  const [first] = findings;
  if (first === undefined) return told.slice(-SHOWN_AT_END);
  const at = told.findIndex((line) => line.at === first.line.at);
  return told.slice(Math.max(0, at - SHOWN_BEFORE), at + 2);
}

function lineText({ text, kind, words }: ExplainedLine, { columns, isWhole, theme }: VerifierTextOptions): readonly string[] {
  const line = escapeForTerminal(text.replaceAll('\t', ' ').trimEnd(), MAX_LINE_CHARS);
  const head = `${INDENT}${kind === 'message' ? theme.error(line) : line}`;
  // The message is explained above.
  if (kind === 'message' || words.length === 0) return [head];
  const told =
    isWhole || words.length <= MOST_WORDS
      ? words
      : [...words.slice(0, MOST_WORDS), `… ${String(words.length - MOST_WORDS)} more`];
  return [
    head,
    ...told.flatMap((word) =>
      wrapWords(escapeForTerminal(word, MAX_LINE_CHARS), columns, DEEPER, 'kept').map((one) => theme.hint(one)),
    ),
  ];
}

function hanging(text: string, columns: number): readonly string[] {
  const [first = '', ...more] = wrapWords(text, columns - INDENT.length, '', 'kept');
  return [`${INDENT}${first}`, ...more.map((line) => `${INDENT}${INDENT}${line}`)];
}
