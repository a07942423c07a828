// A whole measurement → docs/measurements/workloads.json (raw) and the tables of "Against async-profiler" in docs/accuracy.md, between
// their markers; the prose around the markers is a person's.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../support/repository.ts';
import { renderTables, SHOWN_DIFFERENCES, type WorkloadResult } from './report.ts';

export interface Measurement {
  readonly machine: {
    readonly kernel: string;
    readonly cpus: number;
    readonly bpftrace: string;
    readonly asyncProfiler: string | null;
  };
  readonly settings: Readonly<Record<string, number>>;
  readonly results: readonly WorkloadResult[];
}

const FOLDER = join(REPOSITORY, 'docs/measurements');
const [BEGIN, END] = ['<!-- workloads:begin -->', '<!-- workloads:end -->'];
/** Where the tables go: the first that has the markers. */
const DOCUMENTS = [join(REPOSITORY, 'docs/accuracy.md'), join(FOLDER, 'workloads.md')];

export function writeMeasurements(measurement: Measurement): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'workloads.json'), `${JSON.stringify(shortened(measurement), null, 1)}\n`);
  const document = DOCUMENTS.find((path) => existsSync(path) && markers(readFileSync(path, 'utf8')) !== null);
  if (document === undefined) throw new Error(`no document has the markers ${BEGIN} and ${END}`);
  const text = readFileSync(document, 'utf8');
  const place = markers(text);
  if (place === null) throw new Error(`${document} lost its markers`);
  writeFileSync(document, `${text.slice(0, place.start)}\n${tables(measurement)}\n${text.slice(place.end)}`);
}

/** Without the thousands of names that differ by a sample or two. */
function shortened(measurement: Measurement): Measurement {
  const results = measurement.results.map((result): WorkloadResult => {
    if (result.overlap === null) return result;
    return { ...result, overlap: { ...result.overlap, differences: result.overlap.differences.slice(0, SHOWN_DIFFERENCES) } };
  });
  return { ...measurement, results };
}

function markers(text: string): { readonly start: number; readonly end: number } | null {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  return begin < 0 || end < begin ? null : { start: begin + BEGIN.length, end };
}

function tables({ machine, settings, results }: Measurement): string {
  const settingsText = Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(', '); // prettier-ignore
  const profiler = machine.asyncProfiler ?? 'no async-profiler';
  return `\nKernel ${machine.kernel}, ${machine.cpus} CPUs, ${machine.bpftrace}, ${profiler}; ${settingsText}.\n\n${renderTables(results)}\n`;
}
