// The result of a program → the data of its page: a flame graph for each map keyed by a stack, bars for histograms, tables for the
// rest; the program's text, what it wrote, and the facts.

import type { MapEntry, MapSnapshot } from '../../model/script.ts';
import type { PageFact, PageFactRow } from '../page-data.ts';
import { pageDataOf } from '../page-data-of.ts';
import { bucketLabels } from './bucket-labels.ts';
import { largestFirst } from './largest-first.ts';
import { mapStacks, type MapStacks } from './map-stacks.ts';
import { areNumbers, keyCells, shown, tableOf, valueCells } from './page-cells.ts';
import type { PageHistogram, ScriptPageData, ScriptPageMap } from './script-page-data.ts';
import type { FactsOfMaps, MapFacts, ScriptResult } from '../../model/script-result.ts';
import { stacksProfile } from './stacks-profile.ts';

/** A browser shows as many rows without trouble; of more nobody reads the end. */
const MAX_ROWS = 5000;
/** Each is a drawing of some thirty rows. */
const MAX_HISTOGRAMS = 200;
/** What the program wrote; the end tells most. */
const MAX_OUTPUT_LINES = 2000;
const OPTIONS = { byThread: false, lines: false, native: true };

export function scriptPageDataOf(result: ScriptResult): ScriptPageData {
  const { source, maps, mapFacts, text } = result;
  const output = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  return {
    version: 1,
    page: 'script',
    title: shown(source.name),
    subtitle: `${seconds(result.durationMs)} · ${counted(result.probes, 'probe')} · bpftrace ${version(result)}`,
    warnings: warnings(result, output.length),
    maps: pageMaps(maps, mapFacts),
    program: source.text.replace(/\n$/, '').split('\n').map(shownLine),
    output: output.slice(-MAX_OUTPUT_LINES).map(shownLine),
    facts: facts(result),
  };
}

function warnings({ lostEvents, omittedCharacters }: ScriptResult, outputLines: number): readonly string[] {
  const lines = [];
  if (lostEvents > 0)
    lines.push(`${counted(lostEvents, 'event')} lost on the way from the kernel: what was printed is not all of it.`);
  if (omittedCharacters > 0 || outputLines > MAX_OUTPUT_LINES) lines.push('Of the output only the newest lines are here.');
  return lines;
}

function facts(result: ScriptResult): readonly PageFact[] {
  const plain = (text: string): PageFactRow => ({ text, count: null, sub: false });
  const { lostEvents, messages } = result;
  const lost =
    lostEvents === 0 ? plain('nothing') : { text: 'events lost on their way from the kernel', count: lostEvents, sub: false };
  const all = [
    { label: 'Program', rows: [plain(shown(result.source.name))] },
    { label: 'Ran', rows: [plain(`${seconds(result.durationMs)}, ${counted(result.probes, 'probe')}`)] },
    { label: 'bpftrace', rows: [plain(version(result))] },
    { label: 'Lost', rows: [lost] },
    { label: 'Messages', rows: messages.map((message) => plain(shown(message))) },
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

/** Maps of one value each stand in one table, in the place of the first. */
function pageMaps(maps: readonly MapSnapshot[], mapFacts: FactsOfMaps): readonly ScriptPageMap[] {
  const single = maps.flatMap((map) => (isSingle(map) ? [{ name: map.name, value: map.entries[0]?.value }] : []));
  const rows = single.flatMap(({ name, value }) => (value === undefined ? [] : [[shown(name), ...valueCells(value)]]));
  const columns = ['Map', 'Value'].map((head, column) => ({ head, isKey: column === 0, isNumber: areNumbers(rows, column) }));
  const table: ScriptPageMap = { kind: 'table', name: 'Single values', note: '', columns, rows, isAmounts: false };
  const first = maps.find(isSingle);
  return maps.flatMap((map) => (map === first ? [table] : isSingle(map) ? [] : pageParts(map, mapFacts.get(map.name))));
}

function isSingle({ entries: [first, ...others] }: MapSnapshot): boolean {
  return first?.key === null && others.length === 0 && ['number', 'text', 'tuple'].includes(first.value.kind);
}

/** A graph shows one number of each stack: of those with more to say (stats, histograms) all of it follows. */
function pageParts(map: MapSnapshot, known: MapFacts | undefined): readonly ScriptPageMap[] {
  const name = shown(map.name);
  const stacks = mapStacks(map, known);
  const kinds = new Set(map.entries.map(({ value }) => value.kind));
  if (stacks === null) return [numbers(name, map, known)];
  const unit = kinds.has('histogram') ? 'values' : (known?.unit ?? '');
  const drawn = graph(name, stacks, unit === '' ? `in ${name}` : shown(unit));
  return kinds.has('histogram') || kinds.has('stats') ? [drawn, numbers(`${name} in numbers`, map, known)] : [drawn];
}

/** As bars or as a table. */
function numbers(name: string, map: MapSnapshot, known: MapFacts | undefined): ScriptPageMap {
  const all = largestFirst(map.entries);
  const unit = known === undefined || known.unit === '' ? '' : `In ${shown(known.unit)}.`;
  if (all.some(({ value }) => value.kind === 'histogram')) {
    const histograms = all.slice(0, MAX_HISTOGRAMS).map((entry) => histogram(entry, known));
    return { kind: 'histograms', name, note: sentences(unit, moreNote(all.length - histograms.length, 'histogram')), histograms };
  }
  const rows = all.slice(0, MAX_ROWS);
  const { columns, cells } = tableOf(rows, known);
  const note = all.length === 0 ? 'The map is empty.' : sentences(unit, moreNote(all.length - rows.length, 'row'));
  return { kind: 'table', name, note, columns, rows: cells, isAmounts: columns.at(-1)?.isNumber === true };
}

function graph(name: string, stacks: MapStacks, unit: string): ScriptPageMap {
  const facts = { source: 'folded', title: name, startedAtMs: null, startNs: 0, hasTimes: false, run: null, problems: [] } as const; // prettier-ignore
  const data = pageDataOf({ profile: stacksProfile(stacks), facts }, OPTIONS);
  const note =
    stacks.leftOut === 0
      ? ''
      : `${counted(stacks.leftOut, 'entry', 'entries')} left out: a value of 0 or less, or a key that cannot be told apart.`;
  return { kind: 'graph', name, note, data: { ...data, unit, facts: [], reasons: [], advice: [] } };
}

function histogram(entry: MapEntry, known: MapFacts | undefined): PageHistogram {
  const { value } = entry;
  const buckets = value.kind === 'histogram' ? value.buckets : [];
  const labels = bucketLabels(buckets);
  const most = buckets.reduce((largest, { count }) => (count > largest ? count : largest), 1n);
  return {
    key: keyCells(entry, known).join(', '),
    bars: buckets.map(({ count }, index) => ({
      label: labels[index] ?? '',
      count: String(count),
      percentOfLargest: Number((count * 1000n) / most) / 10,
    })),
  };
}

function moreNote(more: number, noun: string): string {
  return more === 0 ? '' : `${counted(more, `smaller ${noun}`)} left out.`;
}

function sentences(...all: readonly string[]): string {
  return all.filter((one) => one !== '').join(' ');
}

function version({ bpftraceVersion }: ScriptResult): string {
  return shown(bpftraceVersion.replace(/^bpftrace v?/, ''));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${String(count)} ${count === 1 ? noun : plural}`;
}

/** Tabs are part of how a program looks. */
function shownLine(line: string): string {
  return line.split('\t').map(shown).join('\t');
}
