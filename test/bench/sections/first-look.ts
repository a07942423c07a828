// What the first look at a JVM takes, in a process that has seen none: nothing kept from earlier runs, and with what a run before kept.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isRecord } from '../../support/is-record.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { runOnDist } from '../run-on-dist.ts';
import type { Section, SectionOptions, SectionResult } from '../section.ts';
import { spreadOf } from '../statistics.ts';
import { startWorkload } from '../workload-process.ts';

const GOAL_COLD_MS = 300;
const GOAL_KEPT_MS = 50;

/** Each with nothing kept, and again. */
const ROUNDS = 15;

type Times = 'knownMs' | 'totalMs' | 'cpuMs';

interface Look {
  readonly cold: boolean;
  readonly knownMs: number;
  readonly totalMs: number;
  readonly cpuMs: number;
}

export const FIRST_LOOK_SECTION: Section = {
  name: 'first-look',
  what: 'milliseconds until the first stack of a JVM: tables, symbols, call frame tables; with and without the cache',
  measure,
};

async function measure({ quick, log }: SectionOptions): Promise<SectionResult> {
  const running = await startWorkload('deeprec', 1, 3);
  // Not in /tmp, where the cache would be another user's to replace.
  const home = mkdtempSync(join(homedir(), '.jtrace-bench-'));
  const looks: Look[] = [];
  try {
    const recording = join(home, 'samples.jreads');
    recordSamples(running.pid, home, recording);
    const first = String((await look([String(running.pid), home, recording, '-1']))['first']);
    for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
      log(`round ${String(round + 1)}`);
      rmSync(join(home, '.cache'), { recursive: true, force: true });
      for (const cold of [true, false]) {
        const said = await look([String(running.pid), home, recording, first]);
        looks.push({
          cold,
          knownMs: Number(said['knownMs']),
          totalMs: Number(said['totalMs']),
          cpuMs: Number(said['cpuMs']),
        });
      }
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
    await running.stop();
  }
  const rows = [true, false].map((cold) => {
    const of = (key: Times) => spreadOf(looks.filter((one) => one.cold === cold).map((one) => one[key]));
    const text = (key: Times): string => {
      const { median, least, most } = of(key);
      return `${median.toFixed(0)} (${least.toFixed(0)} to ${most.toFixed(0)})`;
    };
    const goal = cold ? GOAL_COLD_MS : GOAL_KEPT_MS;
    return {
      cells: [cold ? 'nothing kept' : 'from the cache', text('knownMs'), String(goal), text('totalMs'), text('cpuMs')],
      missed: of('knownMs').median > goal,
    };
  });
  return {
    tables: [{ head: ['', 'tables, symbols, CFI', 'goal', 'to the first stack', 'CPU'], rows: rows.map(({ cells }) => cells) }],
    notes: [
      'Milliseconds: median (least to most), each time in a new process; starting Node itself is left out. First what is known of the VM, libjvm and libc, then with the walk of a first stack, of which most is code that V8 has not run before. CPU holds what V8 compiles and collects beside it.',
      ...rows.filter(({ missed }) => missed).map(({ cells }) => `Missed: ${cells[0] ?? ''}.`),
    ],
    data: looks,
  };
}

/** Some stacks of a process, as they are captured. */
function recordSamples(pid: number, home: string, recording: string): void {
  const output = join(home, 'samples.folded');
  const flags = ['-q', '-F', '19', '-d', '2s', '-o', output, '--record-reads', recording];
  const { status, stderr } = spawnSync(process.execPath, [join(REPOSITORY, 'bin/jtrace.js'), 'profile', String(pid), ...flags], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`no samples of ${String(pid)}: ${stderr}`);
}

async function look(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const said: unknown = JSON.parse(await runOnDist('first-look-worker.ts', args));
  if (!isRecord(said) || said['state'] !== 'ready' || said['libc'] !== true || said['complete'] !== true)
    throw new Error(`no look: ${JSON.stringify(said)}`);
  return said;
}
