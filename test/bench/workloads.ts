// npm run measure: jtrace on the workloads of test/workloads, alone and against async-profiler (ASYNC_PROFILER=/path/to/asprof; without
// it the overlap reads "not measured"). Needs root, bpftrace, JDK 17 and the Debian packages named at the top of each workload.
//   npx tsx test/bench/workloads.ts [NAME…] [--seconds 20] [--samples 10000] [--rounds 8] [--warm-up 15]
//     [--details] [--json FILE] [--write-docs]
// With --jdk 11,17 (or all) only how many stacks are complete, on each of these JDKs (completeness.ts); --json FILE is written after each workload,
// and rows that it has already are not measured again: a run can be broken off and gone on with.
// Prints tables; exit 1 when a goal is missed. Raw results: docs/measurements/workloads.json with --write-docs.

import { cpus, release } from 'node:os';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findBpftrace } from '../../src/bpftrace/find.ts';
import { JDK_VERSIONS, parseJdkVersions } from '../support/jdks.ts';
import { type AsyncProfiler, findAsyncProfiler } from './async-profiler.ts';
import { countProbeTime } from './capture-cost.ts';
import { type CompletenessRow, measureCompleteness, renderCompleteness, writeCompleteness } from './completeness.ts';
import { measureCapture } from './measure-capture.ts';
import { measureOverlap } from './measure-overlap.ts';
import { renderTables, shortfalls, SHOWN_DIFFERENCES, type WorkloadResult } from './report.ts';
import { leastJdk, startWorkload, workloadNames } from './workload-process.ts';
import { writeMeasurements } from './write-measurements.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '20' },
    'warm-up': { type: 'string', default: '15' },
    samples: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '8' },
    threads: { type: 'string', default: '2' },
    rate: { type: 'string', default: '99' },
    jdk: { type: 'string' },
    details: { type: 'boolean', default: false },
    json: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
  },
});
const [seconds, warmUpSeconds, enoughSamples, maxRounds, threads, rateHz] = [
  values.seconds, values['warm-up'], values.samples, values.rounds, values.threads, values.rate,
].map(wholeNumber) as [number, number, number, number, number, number]; // prettier-ignore

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`not a whole number above 0: ${text}`);
  return value;
}

async function main(): Promise<number> {
  if (process.geteuid?.() !== 0) throw new Error('root is needed: jtrace runs bpftrace');
  const known = workloadNames();
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no workload ${unknown.join(', ')}; there are ${known.join(', ')}`);
  if (values.jdk !== undefined) return measureJdks(values.jdk, positionals.length > 0 ? positionals : known);
  const profiler = await findAsyncProfiler();
  if (profiler === null) console.error('ASYNC_PROFILER is not set: the overlap is not measured');
  const bpftrace = await findBpftrace({ path: null, searchPath: process.env['PATH'] });
  const results: WorkloadResult[] = [];
  const failures: string[] = [];
  const measurement = {
    machine: { kernel: release(), cpus: cpus().length, bpftrace: bpftrace.versionText, asyncProfiler: profiler?.version ?? null },
    settings: { seconds, warmUpSeconds, threads, rateHz },
    results,
  };
  for (const name of positionals.length > 0 ? positionals : known.filter((name) => leastJdk(name) <= 17)) {
    const startMs = performance.now();
    try {
      const result = await measureWorkload(name, profiler);
      results.push(result);
      failures.push(...shortfalls(result, enoughSamples).map((text) => `${name}: ${text}`));
      console.error(`${name}: measured in ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
      if (values.details) printDetails(result);
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      console.error(failures.at(-1));
    }
    // After each: what was measured is kept when a later one is broken off.
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(measurement, null, 1)}\n`);
  }
  console.log(renderTables(results));
  for (const failure of failures) console.log(failure);
  if (values['write-docs']) writeMeasurements(measurement);
  return failures.length === 0 ? 0 : 1;
}

async function measureJdks(jdks: string, workloads: readonly string[]): Promise<number> {
  const settings = { seconds, warmUpSeconds, threads, rateHz };
  const { json } = values;
  const rows = json !== undefined && existsSync(json) ? (JSON.parse(readFileSync(json, 'utf8')) as CompletenessRow[]) : [];
  const failures: string[] = [];
  for (const jdk of jdks === 'all' ? JDK_VERSIONS : parseJdkVersions(jdks)) {
    const open = workloads.filter((name) => !rows.some((row) => row.workload === name && row.jdk === jdk));
    const found = await measureCompleteness(jdk, open, settings, (row) => {
      rows.push(row);
      console.error(renderCompleteness([row]).split('\n').at(-1));
      if (values.details) printDetails({ ...row, overlap: null });
      if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, null, 1)}\n`);
    });
    failures.push(...found);
  }
  console.log(renderCompleteness(rows));
  for (const failure of failures) console.log(failure);
  if (values['write-docs']) writeCompleteness(rows, settings);
  return failures.length === 0 ? 0 : 1;
}

/** First alone, before async-profiler is loaded into the JVM; then both. */
async function measureWorkload(name: string, profiler: AsyncProfiler | null): Promise<WorkloadResult> {
  const workload = await startWorkload(name, threads, warmUpSeconds);
  try {
    const capture = await measureCapture(workload.pid, seconds, rateHz);
    const options = { seconds, rateHz, enoughSamples, maxRounds };
    const overlap = profiler === null ? null : await measureOverlap(workload.pid, profiler, options);
    return { workload: name, capture, overlap };
  } finally {
    await workload.stop();
  }
}

function printDetails({ workload, capture, overlap }: WorkloadResult): void {
  console.log(`\n${workload}: unfinished stacks`);
  for (const { samples, reason, detail, thread, top, beforeEndMs } of capture.details)
    console.log(
      `${String(samples).padStart(6)}  ${reason}: ${detail}  [${thread}]  ${beforeEndMs} ms before the end, after ${top}`,
    );
  if (overlap === null) return;
  console.log(`${workload}: shares that differ most, jtrace and async-profiler`);
  for (const { name, jtraceShare, asyncProfilerShare } of overlap.differences.slice(0, SHOWN_DIFFERENCES))
    console.log(
      `${(100 * jtraceShare).toFixed(2).padStart(7)} % ${(100 * asyncProfilerShare).toFixed(2).padStart(7)} %  ${name}`,
    );
}

// Whatever ends us, what was started and switched on is ended and put back by handlers of 'exit'.
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) process.on(signal, () => process.exit(code)); // prettier-ignore
process.on('exit', countProbeTime());

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(3);
  },
);
