// One message about a user's program → `NAME:LINE:COLUMN: message`, the line, and carets under what is meant. Plain text: what a terminal must not see is escaped where it is written.

import type { ScriptMessage } from './translate-messages.ts';

/** A line of the user's may be megabytes: so many columns of it are shown, the meant ones among them. */
const SHOWN_COLUMNS = 120;
/** What stays visible before the meant column when the line is cut. */
const COLUMNS_BEFORE = 40;
/** As bpftrace shows them. */
const TAB = '    ';

/** `name`: what the program is called to its user. */
export function renderMessage(name: string, message: ScriptMessage): string {
  const level = message.severity === 'warning' ? 'warning: ' : '';
  if (message.position === null) return `${name}: ${level}${message.text}`;
  const { line, column } = message.position;
  const where = `${name}:${String(line)}:${String(column)}`;
  const note = message.added ? ' (in what jtrace added there)' : '';
  return [`${where}: ${level}${message.text}${note}`, ...excerptLines(message)].join('\n');
}

function excerptLines({ line, caret }: ScriptMessage): string[] {
  if (line.trim() === '') return [];
  const from = caret === null ? 0 : caret.from - 1;
  const start = line.length <= SHOWN_COLUMNS ? 0 : Math.max(0, from - COLUMNS_BEFORE);
  const end = Math.min(line.length, start + SHOWN_COLUMNS);
  const before = start > 0 ? '…' : '';
  const shown = `${before}${widened(line.slice(start, end))}${end < line.length ? '…' : ''}`;
  if (caret === null) return [shown];
  const indent = before.length + widened(line.slice(start, from)).length;
  const width = widened(line.slice(from, Math.min(caret.to - 1, end))).length;
  return [shown, `${' '.repeat(indent)}${'^'.repeat(Math.max(1, width))}`];
}

function widened(text: string): string {
  return text.replaceAll('\t', TAB);
}
