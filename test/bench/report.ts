// Figures of the workloads → tables for a terminal and for docs/accuracy.md. Pure.

import { markdownTable } from './markdown-table.ts';
import type { CaptureFigures } from './measure-capture.ts';
import type { OverlapFigures } from './measure-overlap.ts';

/** Complete stacks of Java threads, at least. */
export const GOAL_COMPLETE_SHARE = 0.99;
/** The overlap may be this much below the noise floor: the two tools' timers differ too. */
export const GOAL_BELOW_FLOOR = 0.03;

export interface WorkloadResult {
  readonly workload: string;
  readonly capture: CaptureFigures;
  /** null: not measured, no async-profiler. */
  readonly overlap: OverlapFigures | null;
}

/** Names listed with their shares, those that differ most first. */
export const SHOWN_DIFFERENCES = 25;

const NOT_MEASURED = 'not measured';

/** Whether a workload reaches the goals, and why not. */
export function shortfalls({ capture, overlap }: WorkloadResult, enoughSamples: number): string[] {
  const found: string[] = [];
  const share = completeShare(capture);
  if (!(share >= GOAL_COMPLETE_SHARE)) found.push(`complete ${percent(share)}, goal ${percent(GOAL_COMPLETE_SHARE)}`);
  if (capture.lostEvents + capture.brokenSamples > 0)
    found.push(`lost ${capture.lostEvents} events and ${capture.brokenSamples} samples, goal 0`);
  if (overlap === null) return found;
  if (!(overlap.overlap >= overlap.floor - GOAL_BELOW_FLOOR))
    found.push(`overlap ${overlap.overlap.toFixed(3)}, goal ${(overlap.floor - GOAL_BELOW_FLOOR).toFixed(3)}`);
  const pooled = Math.min(overlap.jtraceSamples, overlap.asyncProfilerSamples);
  if (pooled < enoughSamples) found.push(`only ${pooled} pooled samples, wanted ${enoughSamples}`);
  return found;
}

function completeShare({ javaSamples, complete }: CaptureFigures): number {
  return javaSamples === 0 ? 0 : complete / javaSamples;
}

/** Markdown, which a terminal shows well enough. */
export function renderTables(results: readonly WorkloadResult[]): string {
  const capture = results.map(({ workload, capture: figures }) => [
    workload,
    String(figures.javaSamples),
    percent(completeShare(figures)),
    countsText(figures.approximate, figures.approximateReasons),
    countsText(figures.unfinished, figures.unfinishedReasons),
    `${figures.otherThreads.samples - figures.otherThreads.unfinished} of ${figures.otherThreads.samples}`,
    String(figures.lostEvents + figures.brokenSamples),
  ]);
  const cost = results.map(({ workload, capture: figures }) => [
    workload,
    percent(figures.jtraceCore),
    percent(figures.bpftraceCore),
    `${percent(figures.probeCore)} (${figures.probeUs.toFixed(0)} µs)`,
    percent(figures.jtraceCore + figures.bpftraceCore + figures.probeCore),
    `${figures.jtraceStartSeconds.toFixed(1)} s`,
  ]);
  const self = results.map(({ workload, overlap }) =>
    overlap === null
      ? [workload, NOT_MEASURED, '', '', '', '', '']
      : [
          workload,
          `${overlap.jtraceSamples} / ${overlap.asyncProfilerSamples}`,
          String(overlap.halfSize),
          overlap.floor.toFixed(3),
          overlap.overlap.toFixed(3),
          signed(overlap.overlap - overlap.floor),
          overlap.overlapAll.toFixed(3),
        ],
  );
  return [
    table(
      ['workload', 'samples of Java threads', 'complete', 'approximate', 'unfinished', 'other threads finished', 'lost'],
      capture,
    ),
    table(['workload', 'jtrace', 'bpftrace', 'probe (each)', 'all, of a core', "jtrace's start"], cost),
    table(
      ['workload', 'samples jtrace / async-profiler', 'size compared', 'floor', 'overlap', 'difference', 'overlap of all'],
      self,
    ),
  ].join('\n\n');
}

function countsText(count: number, reasons: Readonly<Record<string, number>>): string {
  if (count === 0) return '0';
  const parts = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  return `${count}: ${parts.map(([reason, samples]) => `${reason} ${samples}`).join(', ')}`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => markdownTable({ head, rows });
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const signed = (difference: number): string => `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)}`;
