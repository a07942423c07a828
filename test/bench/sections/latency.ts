// How long one waits for jtrace: from the command to the first sample, from the end of the duration to the finished page, to the exit.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording } from '../../../src/app/open-recording.ts';
import { hrtimeMs, runPlainJtrace } from '../plain-jtrace.ts';
import type { Section, SectionOptions, SectionResult } from '../section.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { startWorkload } from '../workload-process.ts';

/** From the end of the duration to the page, warm. */
const GOAL_PAGE_SECONDS = 0.5;
const WORKLOADS = ['h2', 'tomcat'];
const RATE_HZ = 99;

interface Waits {
  readonly firstSample: number;
  readonly page: number;
  readonly exit: number;
}

export const LATENCY_SECTION: Section = {
  name: 'latency',
  what: 'seconds from the command to the first sample, from the end to the page and the exit',
  measure,
};

async function measure({ quick, log }: SectionOptions): Promise<SectionResult> {
  const data: { workload: string; waits: Waits[] }[] = [];
  for (const workload of quick ? ['deeprec'] : WORKLOADS) {
    const running = await startWorkload(workload, 2, quick ? 2 : 10);
    try {
      // The first one warms the machine's caches, and is not counted.
      const rounds = quick ? 1 : 5;
      const waits: Waits[] = [];
      for (let round = 0; round <= rounds; round += 1) {
        log(`${workload}, run ${String(round + 1)} of ${String(rounds + 1)}`);
        const wait = await measureWaits(running.pid, quick ? 2 : 5);
        if (round > 0) waits.push(wait);
      }
      data.push({ workload, waits });
    } finally {
      await running.stop();
    }
  }
  const spreads = data.map(({ workload, waits }) => {
    const of = (key: keyof Waits): Spread => spreadOf(waits.map((wait) => wait[key]));
    return { workload, firstSample: of('firstSample'), page: of('page'), exit: of('exit') };
  });
  return {
    tables: [
      {
        head: ['workload', 'command to first sample', 'end to page', 'end to exit'],
        rows: spreads.map(({ workload, firstSample, page, exit }) => [workload, ...[firstSample, page, exit].map(spreadText)]),
      },
    ],
    notes: [
      `Seconds: median (least to most). The goal for the page is ${String(GOAL_PAGE_SECONDS)} s.`,
      ...spreads
        .filter(({ page }) => page.median > GOAL_PAGE_SECONDS)
        .map(({ workload, page }) => `Missed on ${workload}: ${page.median.toFixed(2)} s.`),
    ],
    data,
  };
}

async function measureWaits(pid: number, seconds: number): Promise<Waits> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-bench-'));
  try {
    // The page comes first: what is written after it does not delay it.
    const [page, recording] = [join(folder, 'x.html'), join(folder, 'x.jtrace')];
    const startMs = hrtimeMs();
    const run = await runPlainJtrace(pid, { seconds, rateHz: RATE_HZ, flags: ['-o', page, '-o', recording] });
    const { profile, facts } = await openRecording(recording);
    const firstMs = profile.samples.timeNs.reduce((least, timeNs) => Math.min(least, timeNs), Infinity) / 1e6;
    const endMs = (facts.startedAtMs ?? NaN) + run.summary.durationMs;
    return {
      firstSample: (firstMs - startMs) / 1000,
      page: (statSync(page).mtimeMs - endMs) / 1000,
      exit: (run.exitedAtMs - endMs) / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function spreadText({ median, least, most }: Spread): string {
  return `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
}
