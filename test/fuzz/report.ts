// A run → lines for people: per target what came out, and the most that any case cost.

import type { RunResult } from './run.ts';
import { FUZZ_TARGETS } from './targets/index.ts';

const MIB = 1 << 20;
const count = (value: number): string => value.toLocaleString('en-US');
const mib = (bytes: number): string => (bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0);

/** Markdown, as it stands in docs/hostile-input.md. */
export function resultText({ tallies, seconds, cpuSeconds, peakRssBytes, peakHeapBytes, findings }: RunResult): string {
  const rows = FUZZ_TARGETS.flatMap(({ name }) => {
    const tally = tallies[name];
    if (tally === undefined) return [];
    const { cases, milliseconds, steps, allocatedBytes, largestBlockBytes } = tally;
    return [`| ${name} | ${count(cases)} | ${(milliseconds / cases).toFixed(2)} | ${count(steps)} | ${mib(allocatedBytes)} | ${mib(largestBlockBytes)} | ${outcomesText(tally.outcomes)} |`];
  }); // prettier-ignore
  const all = Object.values(tallies).reduce((sum, { cases }) => sum + cases, 0);
  return [
    '| target | cases | ms a case | most steps | most MiB allocated | largest block, MiB | outcomes |',
    '|---|---:|---:|---:|---:|---:|---|',
    ...rows,
    '',
    `${count(all)} cases in ${seconds.toFixed(0)} s, ${cpuSeconds.toFixed(0)} s of CPU time, ${count(Math.round(all / cpuSeconds))} a second of it; peak ${mib(peakRssBytes)} MiB resident, ${mib(peakHeapBytes)} MiB of one thread's heap; ${String(findings.length)} findings`,
  ].join('\n');
}

const SHOWN_OUTCOMES = 16;

function outcomesText(outcomes: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, SHOWN_OUTCOMES).map(([word, times]) => `${word} ${count(times)}`);
  return [...shown, ...(sorted.length > SHOWN_OUTCOMES ? [`${String(sorted.length - SHOWN_OUTCOMES)} more`] : [])].join(', ');
}
