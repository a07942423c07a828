// One profile of a program (test/programs/Counted…, counted-…) while it does pieces of work of known number, and what came of it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parseFolded } from '../../support/folded-text.ts';
import { startJtrace, until } from '../../support/run-jtrace.ts';
import type { ReadyProcess } from '../processes/ready-process.ts';

export interface Profiled {
  readonly stacks: ReturnType<typeof parseFolded>;
  /** By the program's own clock, all work together. */
  readonly tookNs: number;
  /** Summary and messages. */
  readonly said: string;
  readonly recording: string;
}

let runs = 0;

/** Profiles `process` while it does its work; the profile's files go into `folder`. */
export async function profiledWork(
  folder: string,
  process: ReadyProcess,
  works: readonly string[],
  bpftrace: string,
  ...args: readonly string[]
): Promise<Profiled> {
  const path = join(folder, `work-${String(runs++)}`);
  const outputs = ['-o', `${path}.folded`, '-o', `${path}.jtrace`];
  const run = startJtrace(['profile', String(process.pid), '-v', '-d', '5m', '--bpftrace', bpftrace, ...outputs, ...args]);
  try {
    await run.said('jtrace: sampling');
    let tookNs = 0;
    for (const work of works) tookNs += await timeOf(process, work);
    run.child.kill('SIGINT');
    const { status, stdout, stderr } = await run.ended;
    expect(status, stderr).toBe(0);
    const recording = `${path}.jtrace`;
    return { tookNs, stacks: parseFolded(readFileSync(`${path}.folded`, 'utf8')), said: stdout + stderr, recording };
  } finally {
    await run.stop();
  }
}

async function timeOf(process: ReadyProcess, work: string): Promise<number> {
  let output = '';
  const hear = (data: Buffer): void => void (output += data.toString());
  process.child.stdout?.on('data', hear);
  process.child.stdin?.write(`${work}\n`);
  const tookNs = await until(`${work} is done`, () => {
    const [, ns] = /DONE (\d+)\n/.exec(output) ?? [];
    return ns === undefined ? null : Number(ns);
  });
  process.child.stdout?.off('data', hear);
  return tookNs;
}
