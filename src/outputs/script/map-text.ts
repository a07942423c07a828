// A snapshot of a map → lines for people that scripts can read, too: each begins with the map's name and key as in bpftrace's own
// output (`@reads[java, 12]: 5`), the largest first, numbers plain and right-aligned (`sort -n`, `awk '{print $NF}'`). Stacks stand
// indented below their line, histograms below theirs.

import type { MapEntry, MapSnapshot, StackKind } from '../../model/script.ts';
import { cutEnd, cutMiddle, displayWidth, pad } from '../display-width.ts';
import { escapeForTerminal } from '../escape-terminal.ts';
import { histogramLines } from './histogram-text.ts';
import { entryParts } from './key-parts.ts';
import { largestFirst } from './largest-first.ts';
import { NO_STACK } from './map-stacks.ts';
import type { MapFacts } from '../../model/script-result.ts';
import { valueText } from './value-text.ts';

export interface MapLook {
  /** Bars are as wide; all else is cut to it where `isWhole` is false. */
  readonly columns: number;
  /** Nothing is cut: for files and pipes. */
  readonly isWhole: boolean;
  /** The largest; of the others a line says how many. */
  readonly maxEntries: number;
}

/** In a file, or in a pipe. */
export const PIPE_LOOK: MapLook = { columns: 80, isWhole: true, maxEntries: Infinity };

/** A map in pieces, for who has to fit them into a height. */
export interface MapText {
  readonly head: readonly string[];
  /** Lines of each entry, the largest first. */
  readonly entries: readonly (readonly string[])[];
  /** Entries that `maxEntries` left out. */
  readonly more: number;
}

const INDENT = '    ';
/** Between two stacks of one key, as perf's scripts have it. */
const STACK_GAP = `${INDENT}--`;
/** Stands in a key for the stack below. */
const STACK_WORD = 'stack';
/** The same where the program tells whose it is, in the program's words. */
const STACK_WORDS: Readonly<Record<StackKind, string>> = {
  'kernel-stack': 'kstack',
  'user-stack': 'ustack',
  'whole-stack': 'jstack',
};
/** Longer than any key or frame that helps; bpftrace's strings can be made longer. */
const MAX_TEXT_CHARS = 4096;
/** A key is not cut below this. */
const MIN_KEY_COLUMNS = 8;

/** All lines of a map. */
export function mapLines(map: MapSnapshot, facts: MapFacts | undefined, look: MapLook): readonly string[] {
  const { head, entries, more } = mapText(map, facts, look);
  return [...head, ...entries.flat(), ...(more > 0 ? [moreLine(more)] : [])];
}

export function moreLine(more: number): string {
  return `… ${String(more)} more`;
}

export function mapText(map: MapSnapshot, facts: MapFacts | undefined, look: MapLook): MapText {
  const all = largestFirst(map.entries);
  const entries = all.length > look.maxEntries ? all.slice(0, look.maxEntries) : all;
  const text = layOut(map.name, entries, facts, look);
  const fit = (line: string): string => (look.isWhole ? line : cutEnd(line, look.columns));
  return { head: text.head.map(fit), entries: text.entries.map((lines) => lines.map(fit)), more: all.length - entries.length };
}

function layOut(name: string, entries: readonly MapEntry[], facts: MapFacts | undefined, look: MapLook): Omit<MapText, 'more'> {
  const label = (entry: MapEntry): string => `${name}${keyText(entry, facts)}:`;
  const has = (kind: MapEntry['value']['kind']): boolean => entries.some(({ value }) => value.kind === kind);
  if (entries.length === 0) return { head: [`${name}: empty`], entries: [] };
  if (has('histogram') || has('stack') || entries.some((entry) => stacksOf(entry, facts).length > 0))
    return {
      head: [],
      entries: entries.map((entry, index) => entryLines(label(entry), entry, stacksOf(entry, facts), look, index === 0)),
    };
  const rows = entries.map(({ value }) =>
    value.kind === 'stats' ? [value.count, value.average, value.total].map(String) : [escapeText(valueText(value))],
  );
  const isRight = !has('text') && !has('tuple');
  const heads = has('stats') ? [name, 'COUNT', 'AVERAGE', 'TOTAL'] : null;
  const [head, ...lines] = aligned([heads ?? [], ...entries.map((entry, index) => [label(entry), ...(rows[index] ?? [])])], isRight, look); // prettier-ignore
  return { head: heads === null ? [] : [head ?? ''], entries: lines.map((line) => [line]) };
}

/** Rows of a key and its values; keys give way to the width. */
function aligned(rows: readonly (readonly string[])[], isRight: boolean, { columns, isWhole }: MapLook): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell))));
  const [keyColumns = 0, ...others] = widths;
  const values = isRight ? others.reduce((sum, width) => sum + 1 + width, 0) : 1 + MIN_KEY_COLUMNS;
  const least = Math.min(keyColumns, Math.max(MIN_KEY_COLUMNS, columns - values));
  const first = isWhole ? keyColumns : least;
  return rows.map(([key = '', ...cells]) =>
    [pad(isWhole ? key : cutMiddle(key, first), first, 'left'), ...cells.map((cell, index) => (isRight ? pad(cell, others[index] ?? 0, 'right') : cell))].join(' '),
  ); // prettier-ignore
}

/** The frames of its key's stacks. */
function stacksOf(entry: MapEntry, facts: MapFacts | undefined): readonly (readonly string[])[] {
  return entryParts(entry, facts).parts.flatMap((part) => (part.kind === 'stack' ? [part.frames] : []));
}

function entryLines(
  label: string,
  { value }: MapEntry,
  stacks: readonly (readonly string[])[],
  look: MapLook,
  isFirst: boolean,
): readonly string[] {
  const { columns, isWhole } = look;
  const framesText = (frames: readonly string[]): readonly string[] =>
    (frames.length === 0 ? [NO_STACK] : frames).map((frame) => frameLine(frame, look));
  const below = stacks.flatMap((frames, index) => [...(index > 0 ? [STACK_GAP] : []), ...framesText(frames)]);
  const title = (text: string): string => {
    const tail = text === '' ? '' : ` ${text}`;
    return isWhole ? label + tail : cutMiddle(label, Math.max(MIN_KEY_COLUMNS, columns - displayWidth(tail))) + tail;
  };
  const gap = isFirst || (value.kind !== 'histogram' && value.kind !== 'stack' && below.length === 0) ? [] : [''];
  if (value.kind === 'histogram') return [...gap, title(''), ...below, ...histogramLines(value.buckets, columns)];
  if (value.kind === 'stack') return [...gap, title(''), ...below, ...(below.length > 0 ? [STACK_GAP] : []), ...framesText(value.frames)]; // prettier-ignore
  return [...gap, title(escapeText(valueText(value))), ...below];
}

/** The end of a name is what tells. */
function frameLine(frame: string, { columns, isWhole }: MapLook): string {
  const text = escapeText(frame);
  return INDENT + (isWhole ? text : cutMiddle(text, Math.max(MIN_KEY_COLUMNS, columns - INDENT.length)));
}

/** `[bash, 12]`; a key whose parts cannot be told apart as it came. '' of a map without keys. */
function keyText(entry: MapEntry, facts: MapFacts | undefined): string {
  if (entry.key === null) return '';
  const words = entryParts(entry, facts).parts.map((part) =>
    part.kind === 'text' ? escapeText(part.text) : part.whose === null ? STACK_WORD : STACK_WORDS[part.whose],
  );
  return `[${words.join(', ')}]`;
}

function escapeText(text: string): string {
  return escapeForTerminal(text, MAX_TEXT_CHARS);
}
