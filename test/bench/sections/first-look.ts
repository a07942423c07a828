// What the first look at a JVM takes, in a process that has seen none: nothing kept from earlier runs, and with what a run before kept.

import { mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isRecord } from '../../support/is-record.ts';
import { runOnDist } from '../run-on-dist.ts';
import type { Section, SectionOptions, SectionResult } from '../section.ts';
import { spreadOf } from '../statistics.ts';
import { startWorkload } from '../workload-process.ts';

const GOAL_COLD_MS = 300;
const GOAL_KEPT_MS = 50;

interface Look {
  readonly cold: boolean;
  readonly attachedMs: number;
  readonly totalMs: number;
  readonly cpuMs: number;
}

export const FIRST_LOOK_SECTION: Section = {
  name: 'first-look',
  what: 'milliseconds until a JVM is known: tables, symbols, call frame tables; with and without the cache',
  measure,
};

async function measure({ quick, log }: SectionOptions): Promise<SectionResult> {
  const running = await startWorkload('deeprec', 1, 3);
  // Not in /tmp, where the cache would be another user's to replace.
  const home = mkdtempSync(join(homedir(), '.jtrace-bench-'));
  const looks: Look[] = [];
  try {
    for (let round = 0; round < (quick ? 1 : 15); round += 1) {
      log(`round ${String(round + 1)}`);
      rmSync(join(home, '.cache'), { recursive: true, force: true });
      looks.push(await look(running.pid, home, true), await look(running.pid, home, false));
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
    await running.stop();
  }
  const rows = [true, false].map((cold) => {
    const of = (key: 'attachedMs' | 'totalMs' | 'cpuMs') =>
      spreadOf(looks.filter((one) => one.cold === cold).map((one) => one[key]));
    const text = (key: 'attachedMs' | 'totalMs' | 'cpuMs'): string => {
      const { median, least, most } = of(key);
      return `${median.toFixed(0)} (${least.toFixed(0)} to ${most.toFixed(0)})`;
    };
    const goal = cold ? GOAL_COLD_MS : GOAL_KEPT_MS;
    return {
      cells: [cold ? 'nothing kept' : 'from the cache', text('attachedMs'), text('totalMs'), text('cpuMs'), String(goal)],
      missed: of('totalMs').median > goal,
    };
  });
  return {
    tables: [{ head: ['', 'libjvm and the VM', 'with libc', 'CPU', 'goal'], rows: rows.map(({ cells }) => cells) }],
    notes: [
      'Milliseconds: median (least to most), each time in a new process; starting Node itself is left out.',
      ...rows.filter(({ missed }) => missed).map(({ cells }) => `Missed: ${cells[0] ?? ''}.`),
    ],
    data: looks,
  };
}

async function look(pid: number, home: string, cold: boolean): Promise<Look> {
  const said: unknown = JSON.parse(await runOnDist('first-look-worker.ts', [String(pid), home]));
  if (!isRecord(said) || said['state'] !== 'ready' || said['libc'] !== true) throw new Error(`no look: ${JSON.stringify(said)}`);
  return { cold, attachedMs: Number(said['attachedMs']), totalMs: Number(said['totalMs']), cpuMs: Number(said['cpuMs']) };
}
