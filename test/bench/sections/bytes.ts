// How large a profile is: what bpftrace hands over, and each output, in bytes for each sample.

import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBpftrace } from '../../../src/bpftrace/find.ts';
import { runPlainJtrace } from '../plain-jtrace.ts';
import type { Section, SectionOptions, SectionResult } from '../section.ts';
import { grouped } from '../units.ts';
import { startWorkload } from '../workload-process.ts';

const WORKLOADS = ['deeprec', 'javac', 'tomcat'];
const OUTPUTS = ['jtrace', 'folded', 'html', 'pb.gz'] as const;
const RATE_HZ = 99;

interface Sizes {
  readonly workload: string;
  readonly samples: number;
  readonly rawBytes: number;
  readonly fileBytes: readonly number[];
}

export const BYTES_SECTION: Section = {
  name: 'bytes',
  what: 'bytes for each sample: from bpftrace, and in .jtrace, folded, page and pprof',
  measure,
};

async function measure({ quick, log }: SectionOptions): Promise<SectionResult> {
  const data: Sizes[] = [];
  for (const workload of quick ? ['deeprec'] : WORKLOADS) {
    const running = await startWorkload(workload, 2, quick ? 2 : 10);
    try {
      log(workload);
      data.push(await measureSizes(workload, running.pid, quick ? 2 : 20));
    } finally {
      await running.stop();
    }
  }
  return {
    tables: [
      {
        head: ['workload', 'samples', 'from bpftrace', ...OUTPUTS.map((ending) => `.${ending}`)],
        rows: data.map(({ workload, samples, rawBytes, fileBytes }) => [
          workload,
          grouped(samples),
          ...[rawBytes, ...fileBytes].map((bytes) => grouped(bytes / Math.max(1, samples))),
        ]),
      },
    ],
    notes: [
      'Bytes for each sample, of 20 s at 99 Hz: files share what samples have in common, so longer runs need less for each.',
    ],
    data,
  };
}

async function measureSizes(workload: string, pid: number, seconds: number): Promise<Sizes> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-bench-'));
  try {
    const raw = join(folder, 'raw');
    const bpftrace = await findBpftrace({ path: null, searchPath: process.env['PATH'] });
    const program = join(folder, 'bpftrace');
    writeFileSync(program, tapScript(bpftrace.path, raw));
    chmodSync(program, 0o755);
    const outputs = OUTPUTS.flatMap((ending) => ['-o', join(folder, `x.${ending}`)]);
    const run = await runPlainJtrace(pid, { seconds, rateHz: RATE_HZ, flags: ['--bpftrace', program, ...outputs] });
    const { samples, fileBytes } = run.summary;
    return { workload, samples, rawBytes: statSync(raw).size, fileBytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** bpftrace itself (same process), its output also into a file; the last run with a program on standard input is the one that stays. */
function tapScript(bpftrace: string, raw: string): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    '#!/bin/bash',
    `if [ "\${!#}" = - ]; then exec ${quoted(bpftrace)} "$@" > >(exec tee ${quoted(raw)}); fi`,
    `exec ${quoted(bpftrace)} "$@"`,
    '',
  ].join('\n');
}
