// What sampling costs the machine: CPU of jtrace and bpftrace, kernel time of the probe, memory; each workload at two rates.

import { countProbeTime } from '../capture-cost.ts';
import { type PlainCost, type PlainRun, runPlainJtrace } from '../plain-jtrace.ts';
import type { Section, SectionOptions, SectionResult } from '../section.ts';
import { leastJdk, startWorkload, workloadNames } from '../workload-process.ts';
import { megabytes, percent } from '../units.ts';

const RATES_HZ = [50, 99];
const THREADS = 2;

interface CaptureRow {
  readonly workload: string;
  readonly rateHz: number;
  readonly summary: PlainRun['summary'];
  readonly cost: PlainCost;
}

export const CAPTURE_SECTION: Section = {
  name: 'capture',
  what: 'CPU of jtrace and bpftrace, kernel time of the probe, memory: every workload at 50 and 99 Hz',
  measure,
};

async function measure({ quick, log }: SectionOptions): Promise<SectionResult> {
  const [seconds, warmUpSeconds] = quick ? [3, 2] : [10, 10];
  const rows: CaptureRow[] = [];
  const failures: string[] = [];
  const putBack = countProbeTime();
  process.once('exit', putBack);
  try {
    for (const workload of quick ? ['deeprec'] : workloadNames().filter((name) => leastJdk(name) <= 17)) {
      const running = await startWorkload(workload, THREADS, warmUpSeconds);
      try {
        for (const rateHz of quick ? [99] : RATES_HZ) {
          log(`${workload} at ${String(rateHz)} Hz`);
          try {
            const { cost, summary } = await runPlainJtrace(running.pid, { seconds, rateHz });
            if (cost === null) throw new Error('jtrace was not seen sampling');
            rows.push({ workload, rateHz, summary, cost });
          } catch (error) {
            // One of twelve runs: the others count all the same.
            failures.push(`${workload} at ${String(rateHz)} Hz failed: ${error instanceof Error ? error.message : String(error)}`);
          }
        }
      } finally {
        await running.stop();
      }
    }
  } finally {
    process.off('exit', putBack);
    putBack();
  }
  if (rows.length === 0) throw new Error(failures.join('; '));
  return {
    tables: [
      {
        head: ['workload', 'Hz', 'samples', 'lost', 'jtrace', 'bpftrace', 'probe', 'probe per sample', 'start, CPU', 'memory jtrace', 'memory bpftrace'],
        rows: rows.map(rowOf),
      },
    ],
    notes: ['Percent of one core while sampling; memory is the peak.', ...failures],
    data: rows,
  };
} // prettier-ignore

function rowOf({ workload, rateHz, summary, cost }: CaptureRow): string[] {
  return [
    workload,
    String(rateHz),
    String(summary.samples),
    String(summary.lost),
    percent(cost.jtraceCore),
    percent(cost.bpftraceCore),
    percent(cost.probeCore),
    `${cost.probeUsPerSample.toFixed(0)} µs`,
    `${cost.startCpuSeconds.toFixed(1)} s`,
    megabytes(cost.jtracePeakBytes),
    megabytes(cost.bpftracePeakBytes),
  ];
}
