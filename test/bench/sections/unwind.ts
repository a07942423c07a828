// How fast stacks are unwound, on recorded ones, and where jtrace's own time goes, in a replay and in a live run.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../../support/repository.ts';
import { countProbeTime } from '../capture-cost.ts';
import { type CpuProfile, readCpuProfile } from '../cpu-profile.ts';
import { runPlainJtrace } from '../plain-jtrace.ts';
import { recordedStacks } from '../record-stacks.ts';
import { runOnDist } from '../run-on-dist.ts';
import type { Section, SectionOptions, SectionResult, Table } from '../section.ts';
import { grouped, percent } from '../units.ts';
import type { UnwindFigures } from '../unwind-figures.ts';
import { startWorkload } from '../workload-process.ts';

/** Stacks of 30 frames a second and core, nothing remembered of other stacks. */
const GOAL_STACKS = 20_000;
const GOAL_FRAMES = 30;
const WORKLOADS = ['h2', 'javac', 'tomcat'];
const PROFILED_WORKLOAD = 'tomcat';
const [SHOWN_MODULES, SHOWN_FUNCTIONS] = [16, 16];
/** Fine enough for calls of 1 ms, coarse enough to cost little. */
const PROFILE_FLAGS = ['--cpu-prof', '--cpu-prof-interval', '500'];

const MEMO_TEXT = {
  nothing: 'nothing remembered',
  'proven-each': 'code and methods remembered, proven for each stack',
  'proven-once': 'code and methods remembered, proven once',
} as const;

export const UNWIND_SECTION: Section = {
  name: 'unwind',
  what: 'stacks unwound a second and core, with and without memory of others; a CPU profile of jtrace itself',
  measure,
};

async function measure({ quick, log }: SectionOptions): Promise<SectionResult> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-bench-'));
  try {
    const rows: { workload: string; figures: UnwindFigures }[] = [];
    let replayed: CpuProfile | null = null;
    for (const workload of quick ? ['fixture'] : WORKLOADS) {
      const path = quick ? join(REPOSITORY, 'test/fixtures/recordings/tiered.jtrace') : await recordedStacks(workload, log);
      log(`unwinding ${workload}`);
      rows.push({ workload, figures: await unwind(path, quick ? 0.2 : 3, []) });
      if (quick || workload !== PROFILED_WORKLOAD) continue;
      await unwind(path, 5, ['proven-each'], [...PROFILE_FLAGS, '--cpu-prof-dir', join(folder, 'replay')]);
      replayed = profileIn(join(folder, 'replay'));
    }
    const live = quick ? null : await profileLive(folder, log);
    const best = rows.map(({ workload, figures }) => ({ workload, rate: thirtyFrameRate(figures, 'proven-each') }));
    return {
      tables: [
        throughputTable(rows),
        ...(live === null ? [] : [moduleTable(`live on ${PROFILED_WORKLOAD}, 99 Hz`, live), functionTable('live', live)]),
        ...(replayed === null ? [] : [moduleTable('replay from memory', replayed)]),
      ],
      notes: [
        `Of one core. The goal is ${grouped(GOAL_STACKS)} stacks of ${String(GOAL_FRAMES)} frames a second; no stack is remembered as a whole, ever.`,
        ...best
          .filter(({ rate }) => rate < GOAL_STACKS)
          .map(({ workload, rate }) => `Missed on ${workload}, proven for each stack: ${grouped(rate)}.`),
      ],
      data: { throughput: rows, live, replayed },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function unwind(path: string, seconds: number, memos: readonly string[], nodeFlags: readonly string[] = []) {
  return JSON.parse(await runOnDist('unwind-worker.ts', [path, String(seconds), ...memos], nodeFlags)) as UnwindFigures;
}

/** While it samples: what starting costs is another matter. */
async function profileLive(folder: string, log: (text: string) => void): Promise<CpuProfile> {
  log(`profiling jtrace itself on ${PROFILED_WORKLOAD}`);
  const running = await startWorkload(PROFILED_WORKLOAD, 2, 10);
  const putBack = countProbeTime();
  process.once('exit', putBack);
  try {
    const live = join(folder, 'live');
    const nodeFlags = [...PROFILE_FLAGS, '--cpu-prof-dir', live];
    const flags = ['-o', join(folder, 'x.jtrace')];
    const { cost, summary } = await runPlainJtrace(running.pid, { seconds: 20, rateHz: 99, flags, nodeFlags });
    const fromMs = cost?.sampledFromMs;
    return profileIn(live, fromMs, fromMs === undefined ? undefined : fromMs + summary.durationMs);
  } finally {
    process.off('exit', putBack);
    putBack();
    await running.stop();
  }
}

/** Other threads of node's leave profiles of their own, smaller ones. */
function profileIn(folder: string, fromMs = -Infinity, toMs = Infinity): CpuProfile {
  const paths = readdirSync(folder).map((name) => join(folder, name));
  const [largest] = paths.sort((a, b) => statSync(b).size - statSync(a).size);
  if (largest === undefined) throw new Error('node left no CPU profile');
  return readCpuProfile(JSON.parse(readFileSync(largest, 'utf8')), fromMs, toMs);
}

function thirtyFrameRate({ throughput }: UnwindFigures, wanted: string): number {
  const found = throughput.find(({ memo }) => memo === wanted);
  return found === undefined ? NaN : found.frames / found.seconds / GOAL_FRAMES;
}

function throughputTable(rows: readonly { readonly workload: string; readonly figures: UnwindFigures }[]): Table {
  return {
    head: ['stacks of', 'distinct', 'frames, mean', 'remembered', 'stacks a second', 'frames a second', 'stacks of 30 frames a second'],
    rows: rows.flatMap(({ workload, figures }) =>
      figures.throughput.map(({ memo, stacks, frames, seconds }) => [
        workload,
        grouped(figures.distinct),
        (frames / stacks).toFixed(1),
        MEMO_TEXT[memo],
        grouped(stacks / seconds),
        grouped(frames / seconds),
        grouped(frames / seconds / GOAL_FRAMES),
      ]),
    ),
  }; // prettier-ignore
}

function moduleTable(what: string, { totalMs, byModule }: CpuProfile): Table {
  return {
    head: [`self time by module: ${what}`, 'share', 'ms'],
    rows: byModule.slice(0, SHOWN_MODULES).map(({ name, ms }) => [name, percent(ms / totalMs), grouped(ms)]),
  };
}

function functionTable(what: string, { totalMs, byFunction }: CpuProfile): Table {
  return {
    head: [`self time by function: ${what}`, 'share', 'ms'],
    rows: byFunction.slice(0, SHOWN_FUNCTIONS).map(({ name, ms }) => [name, percent(ms / totalMs), grouped(ms)]),
  };
}
