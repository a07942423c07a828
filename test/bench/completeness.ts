// How many stacks of Java threads are complete, per workload and JDK: `npm run measure -- --jdk 11,17` (`all`: every JDK at hand). No other
// profiler, no costs: those are measured on one JDK. With --write-docs the table between the markers in docs/accuracy.md.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jdkHome, type JdkVersion } from '../support/jdks.ts';
import { REPOSITORY } from '../support/repository.ts';
import { markdownTable } from './markdown-table.ts';
import { type CaptureFigures, measureCapture } from './measure-capture.ts';
import { leastJdk, startWorkload } from './workload-process.ts';

/** Of the samples of Java threads, in each workload on each JDK. */
const GOAL_COMPLETE_SHARE = 0.999;
const DOCUMENT = join(REPOSITORY, 'docs/accuracy.md');
const [BEGIN, END] = ['<!-- completeness:begin -->', '<!-- completeness:end -->'];

export interface CompletenessRow {
  readonly workload: string;
  readonly jdk: JdkVersion;
  readonly capture: CaptureFigures;
}

export interface CompletenessSettings {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly threads: number;
  readonly rateHz: number;
}

/** One row for each workload that runs on the JDK; what failed is told and leaves its row out. */
export async function measureCompleteness(
  jdk: JdkVersion,
  workloads: readonly string[],
  settings: CompletenessSettings,
  onRow: (row: CompletenessRow) => void,
): Promise<string[]> {
  const home = jdkHome(jdk);
  if (home === null) return [`JDK ${jdk} is not here: test/tools/debian-programs jdk ${jdk}`];
  const failures: string[] = [];
  for (const workload of workloads.filter((name) => leastJdk(name) <= jdk)) {
    try {
      const running = await startWorkload(workload, settings.threads, settings.warmUpSeconds, javaOf(home, workload));
      try {
        const capture = await measureCapture(running.pid, settings.seconds, settings.rateHz);
        onRow({ workload, jdk, capture });
        const share = shareOf(capture);
        if (!(share >= GOAL_COMPLETE_SHARE)) failures.push(`${workload} on JDK ${jdk}: complete ${percent(share)}`);
      } finally {
        await running.stop();
      }
    } catch (error) {
      failures.push(`${workload} on JDK ${jdk}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failures;
}

/** A JDK's own compiler only for what an older one cannot compile: class files are kept, and used by all. */
function javaOf(home: string, workload: string): Readonly<Record<string, string>> {
  const java = { JAVA: join(home, 'bin/java') };
  return leastJdk(workload) > 17 ? { ...java, JAVAC: join(home, 'bin/javac') } : java;
}

export function renderCompleteness(rows: readonly CompletenessRow[]): string {
  return markdownTable({
    head: ['workload', 'JDK', 'samples of Java threads', 'complete', 'approximate', 'unfinished', 'lost'],
    rows: rows.map(({ workload, jdk, capture }) => [
      workload,
      String(jdk),
      String(capture.javaSamples),
      percent(shareOf(capture)),
      reasonsText(capture.approximateReasons),
      reasonsText(capture.unfinishedReasons),
      String(capture.lostEvents + capture.brokenSamples),
    ]),
  });
}

/** Throws when the markers are not there. */
export function writeCompleteness(rows: readonly CompletenessRow[], settings: CompletenessSettings): void {
  if (!existsSync(DOCUMENT)) throw new Error(`no ${DOCUMENT}`);
  const text = readFileSync(DOCUMENT, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${DOCUMENT} has no markers ${BEGIN} and ${END}`);
  const all = Object.entries(settings).map(([name, value]) => `${name} ${String(value)}`).join(', '); // prettier-ignore
  const made = `\n\nMeasured ${new Date().toISOString().slice(0, 10)}; ${all}.\n\n${renderCompleteness(rows)}\n\n`;
  writeFileSync(DOCUMENT, text.slice(0, begin + BEGIN.length) + made + text.slice(end));
}

function shareOf({ javaSamples, complete }: CaptureFigures): number {
  return javaSamples === 0 ? 0 : complete / javaSamples;
}

/** Rounded down: 99.99 % is not "100". */
function percent(share: number): string {
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

function reasonsText(reasons: Readonly<Record<string, number>>): string {
  const texts = Object.entries(reasons).map(([reason, count]) => `${reason} ${count}`);
  return texts.length === 0 ? '0' : texts.join(', ');
}
