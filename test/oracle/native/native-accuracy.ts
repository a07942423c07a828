// `npm run accuracy:native`: native stacks of jtrace against gdb's, at the very instruction that was sampled, of programs whose
// libraries keep no frame pointers. Needs root, bpftrace, gdb, and the programs. Exit 0: the goal is met; 1: not; 3: it could not run.
//   --stops N (per program; 150)   --short (12)   --only P[,P]   --verbose   --write-docs   --bpftrace PATH

import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { asPid } from '../../../src/model/units.ts';
import { readKernelSymbols } from '../../../src/target/kallsyms.ts';
import { openTarget } from '../../../src/target/open-target.ts';
import { createProcessUnwinder } from '../../../src/unwind/process-unwinder.ts';
import { captureStops } from '../stop-capture.ts';
import { resume, waitUntilStopped } from '../stopped-process.ts';
import { compareStacks, type NativeVerdict } from './compare-stacks.ts';
import { type Gdb, startGdb } from './gdb.ts';
import { formatNativeTable, rightShare, type NativeReport, writeNativeDocs } from './native-report.ts';
import { startSubject, SUBJECT_NAMES, type SubjectName } from './subjects.ts';

const GOAL_SHARE = 0.995;
const FULL_STOPS = 150;
const SHORT_STOPS = 12;
/** Lets the program move on to other code. */
const BETWEEN_STOPS_MS = 10;

const { values } = parseArgs({
  options: {
    stops: { type: 'string' },
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    json: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
    bpftrace: { type: 'string' },
  },
});

async function main(): Promise<number> {
  const stops = Number(values.stops ?? (values.short ? SHORT_STOPS : FULL_STOPS));
  const names = SUBJECT_NAMES.filter((name) => values.only === undefined || values.only.split(',').includes(name));
  const gdb = await startGdb();
  const reports: NativeReport[] = [];
  try {
    for (const name of names) {
      const verdicts = await measure(name, stops, gdb);
      reports.push({ program: name, verdicts });
      console.log(formatNativeTable([{ program: name, verdicts }]));
      for (const { kind, why } of verdicts.flatMap((verdict) => (verdict.kind === 'equal' ? [] : [verdict])))
        if (values.verbose || kind === 'different' || kind === 'jtrace-unfinished') console.log(`  ${kind}: ${why}`);
    }
  } finally {
    await gdb.close();
  }
  console.log(formatNativeTable(reports));
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(reports, null, 1));
  if (values['write-docs']) writeNativeDocs(reports, gdb.version);
  const share = rightShare(reports.flatMap(({ verdicts }) => verdicts));
  // Of 48 stops one is 2 %: the short form allows one.
  const isMet = share >= GOAL_SHARE || (values.short && wrong(reports) <= 1);
  console.log(`${(100 * share).toFixed(2)} % of the compared stacks are equal; the goal is ${String(100 * GOAL_SHARE)} %`);
  return isMet ? 0 : 1;
}

const wrong = (reports: readonly NativeReport[]): number =>
  reports.flatMap(({ verdicts }) => verdicts).filter(({ kind }) => kind === 'different' || kind === 'jtrace-unfinished').length;

async function measure(name: SubjectName, stops: number, gdb: Gdb): Promise<NativeVerdict[]> {
  const subject = await startSubject(name);
  const pid = asPid(subject.pid);
  const target = openTarget(pid);
  const verdicts: NativeVerdict[] = [];
  try {
    const unwinder = createProcessUnwinder(target, readKernelSymbols(), { reread: true });
    const isCode = (pc: number): boolean =>
      target.maps()?.some(({ start, end, permissions }) => pc >= start && pc < end && permissions.includes('x')) ?? false;
    const capture = await captureStops(pid, unwinder.locator(), values.bpftrace ?? null);
    try {
      // Threads that run Java are the other oracle's; not every stop counts, so there is an end to them.
      for (let stop = 0; verdicts.length < stops && stop < 8 * stops; stop += 1) {
        const sample = await capture.next();
        if (sample === null || !(await waitUntilStopped(pid))) throw new Error(`${name} was not stopped`);
        unwinder.attach();
        unwinder.beginBatch(performance.now());
        const walked = unwinder.resolve(sample);
        if (!walked.stack.hasJava) verdicts.push(compareStacks(walked, await gdb.stackOf(pid, sample.tid), isCode));
        if (verdicts.length < stops) resume(pid);
        await sleep(BETWEEN_STOPS_MS);
      }
    } finally {
      await capture.end();
    }
  } finally {
    target.close();
    await subject.end();
  }
  return verdicts;
}

// Handlers of 'exit' end what was started.
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) process.on(signal, () => process.exit(code)); // prettier-ignore

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error);
  process.exitCode = 3;
}
