// The three tools' stacks as tables: the hottest leaves with their shares, whole stacks frame by frame as each tool names them.

import type { Table } from '../section.ts';
import { countNames } from '../overlap.ts';
import { percent } from '../units.ts';
import type { ToolStacks } from './tool-stacks.ts';

/** Of each tool. */
const SHOWN_LEAVES = 5;
/** Hottest by CPU, and hottest of gdb's: what most threads wait in. */
const SHOWN_STACKS = 3;
const NOT_SEEN = '—';

export interface NamedStacks {
  readonly name: string;
  readonly stacks: ToolStacks;
}

/** Rows: the hottest of each tool, those of the first tool first; each with its rank and share in every tool. */
export function leafTable(tools: readonly NamedStacks[]): Table {
  const ranked = tools.map(({ stacks }) => {
    const counts = [...countNames(stacks.leaves)].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    return new Map(counts.map(([name, count], i) => [name, { rank: i + 1, share: count / Math.max(1, stacks.samples) }]));
  });
  const shown = new Set(ranked.flatMap((counts) => [...counts.keys()].slice(0, SHOWN_LEAVES)));
  const cell = (found: { readonly rank: number; readonly share: number } | undefined): string =>
    found === undefined ? NOT_SEEN : `${percent(found.share)} (${String(found.rank)}.)`;
  return {
    head: ['leaf function', ...tools.map(({ name }) => name)],
    rows: [...shown].map((name) => [name, ...ranked.map((counts) => cell(counts.get(name)))]),
  };
}

/**
 * One table for each of the hottest whole stacks of the sampling tools (mean of their shares), then for gdb's hottest, that is the last tool's.
 * The first row has the shares of all its samples, the others the frames, leaf first.
 */
export function stackTables(tools: readonly NamedStacks[]): readonly Table[] {
  const last = tools.at(-1);
  if (last === undefined) return [];
  const hot = hottest(tools.slice(0, -1)).slice(0, SHOWN_STACKS);
  const waiting = hottest([last]).find((key) => !hot.includes(key));
  return [...hot, ...(waiting === undefined ? [] : [waiting])].map((key) => {
    const found = tools.map(({ stacks }) => stacks.stacks.get(key));
    const depth = Math.max(...found.map((stack) => stack?.frames.length ?? 0));
    const shares = tools.map(({ stacks }, i) => (found[i] === undefined ? NOT_SEEN : percent(shareOf(stacks, key))));
    const row = (i: number): string[] => [String(i + 1), ...found.map((stack) => codeText(stack?.frames[i] ?? NOT_SEEN))];
    return {
      head: ['frame', ...tools.map(({ name }) => name)],
      rows: [['share', ...shares], ...Array.from({ length: depth }, (_, i) => row(i))],
    };
  });
}

function hottest(tools: readonly NamedStacks[]): string[] {
  const sums = new Map<string, number>();
  for (const { stacks } of tools)
    for (const key of stacks.stacks.keys()) sums.set(key, (sums.get(key) ?? 0) + shareOf(stacks, key));
  return [...sums].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([key]) => key);
}

const shareOf = ({ stacks, samples }: ToolStacks, key: string): number => (stacks.get(key)?.count ?? 0) / Math.max(1, samples);

/** Stars, brackets and bars of C++ names mean something in Markdown. */
const codeText = (name: string): string => (name === NOT_SEEN ? name : `\`${name.replaceAll('|', '\\|')}\``);
