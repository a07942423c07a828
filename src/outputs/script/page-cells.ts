// Entries of a map → cells of a table, as texts that are escaped for showing.

import type { MapEntry, ScriptValue } from '../../model/script.ts';
import { escapeForTerminal } from '../escape-terminal.ts';
import { entryParts } from './key-parts.ts';
import type { PageColumn } from './script-page-data.ts';
import type { MapFacts } from '../../model/script-result.ts';
import { valueText } from './value-text.ts';

const MAX_TEXT_CHARS = 2000;

/** Keys get a column each where the program's text, or the keys themselves, tell how many there are. */
export function tableOf(
  entries: readonly MapEntry[],
  known: MapFacts | undefined,
): { readonly columns: readonly PageColumn[]; readonly cells: readonly (readonly string[])[] } {
  if (entries.length === 0) return { columns: [], cells: [] };
  const keys = entries.map((entry) => keyCells(entry, known));
  const parts = keys.every((key) => key.length === keys[0]?.length) ? (keys[0]?.length ?? 0) : 1;
  const values = entries.map(({ value }) => valueCells(value));
  const hasStats = entries.some(({ value }) => value.kind === 'stats');
  const cells = entries.map((_, row) => {
    const key = keys[row] ?? [];
    return [...(key.length === parts ? key : [key.join(', ')]), ...(values[row] ?? [])];
  });
  const heads = [
    ...Array.from({ length: parts }, (_, index) => (parts === 1 ? 'Key' : `Key ${String(index + 1)}`)),
    ...(hasStats ? ['Count', 'Average', 'Total'] : ['Value']),
  ];
  const columns = heads.map((head, column) => ({
    head,
    isKey: column < parts,
    isNumber: areNumbers(cells, column),
  }));
  return { columns, cells };
}

/** A cell for each part of a key, as far as they can be told apart; a stack has a line for each frame. */
export function keyCells(entry: MapEntry, known: MapFacts | undefined): readonly string[] {
  return entryParts(entry, known).parts.map((part) =>
    part.kind === 'stack' ? part.frames.map(shown).join('\n') : shown(part.text),
  );
}

export function valueCells(value: ScriptValue): readonly string[] {
  if (value.kind === 'stats') return [value.count, value.average, value.total].map(String);
  if (value.kind === 'stack') return [value.frames.map(shown).join('\n')];
  return [shown(valueText(value))];
}

/** Whether all of a column are whole numbers. */
export function areNumbers(rows: readonly (readonly string[])[], column: number): boolean {
  return rows.every((row) => /^-?\d+$/.test(row[column] ?? ''));
}

/** Safe to show, in one line. */
export function shown(text: string): string {
  return escapeForTerminal(text, MAX_TEXT_CHARS);
}
