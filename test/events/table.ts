// Outcomes of all events on all JDKs → the table of docs/events.md, and back: what the table says of one.

import type { Outcome } from './try-event.ts';

export const BEGIN = '<!-- events and JDKs: begin (written by npm run events -- --write-docs) -->';
export const END = '<!-- events and JDKs: end -->';

/** Columns: `17`, `17 stripped`. */
export type Outcomes = ReadonlyMap<string, ReadonlyMap<string, Outcome>>;

const WORKS = 'yes';

/** Words that belong to several cells stand once, below. */
export function formatOutcomes(outcomes: Outcomes, columns: readonly string[]): string {
  const notes: string[] = [];
  const cell = (outcome: Outcome | undefined): string => {
    if (outcome === undefined) return '';
    if (outcome.kind === 'works') return WORKS;
    if (!notes.includes(outcome.words)) notes.push(outcome.words);
    return `${outcome.kind === 'less' ? 'less' : 'no'} (${String(notes.indexOf(outcome.words) + 1)})`;
  };
  const rows = [...outcomes].map(
    ([event, of]) => `| \`${event}\` | ${columns.map((column) => cell(of.get(column))).join(' | ')} |`,
  );
  return [
    `| event | ${columns.join(' | ')} |`,
    `|---|${'---|'.repeat(columns.length)}`,
    ...rows,
    '',
    ...notes.map((words, index) => `${String(index + 1)}. ${words.replaceAll('<', '&lt;')}`),
  ].join('\n');
}

/** What the table says of an event in a column; null: nothing. */
export function outcomeInDocs(docs: string, event: string, column: string): Outcome | null {
  const text = docs.slice(docs.indexOf(BEGIN), docs.indexOf(END));
  const cells = (line: string | undefined): readonly string[] => (line ?? '').split('|').map((cell) => cell.trim());
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const at = cells(lines[0]).indexOf(column);
  const found = cells(lines.find((line) => line.startsWith(`| \`${event}\` |`)))[at];
  if (at < 0 || found === undefined || found === '') return null;
  if (found === WORKS) return { kind: 'works' };
  const [, kind, number] = /^(less|no) \((\d+)\)$/u.exec(found) ?? [];
  const [, words] = new RegExp(`^${number ?? ''}\\. (.*)$`, 'mu').exec(text) ?? [];
  if (words === undefined) return null;
  return { kind: kind === 'less' ? 'less' : 'refused', words };
}
