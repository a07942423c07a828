// One piece of work of a program of known counts (test/programs/CountedEvents.java, counted-work.c) while jtrace profiles an event of it.

import { readFileSync } from 'node:fs';
import type { ReadyProcess } from '../real/processes/ready-process.ts';
import { isRecord } from './is-record.ts';
import { startJtrace, until } from './run-jtrace.ts';

/** A sample, its frames' names leaf first. */
export interface KnownSample {
  readonly weight: number;
  readonly frames: readonly string[];
}

export interface Worked {
  /** By the program's own clock. */
  readonly tookNs: number;
  readonly samples: readonly KnownSample[];
  /** What the program printed meanwhile. */
  readonly printed: string;
  /** Summary and messages. */
  readonly said: string;
}

/** What jtrace said instead of sampling. */
export interface Refused {
  readonly status: number | null;
  readonly refusal: string;
}

/** `work`: as the program reads it. `path`: of the output, without its ending. */
export async function profileWork(
  process: ReadyProcess,
  work: readonly string[],
  path: string,
  args: readonly string[],
): Promise<Worked | Refused> {
  const output = `${path}.jsonl`;
  const run = startJtrace(['profile', String(process.pid), '-v', '-d', '5m', '-o', output, ...args]);
  try {
    const started = await run.said('jtrace: sampling').then(
      () => null,
      () => run.ended,
    );
    if (started !== null) return { status: started.status, refusal: started.stderr };
    let printed = '';
    const hear = (data: Buffer): void => void (printed += data.toString());
    process.child.stdout?.on('data', hear);
    let tookNs = 0;
    for (const piece of work) {
      printed = `${printed}${piece}\n`;
      const from = printed.length;
      process.child.stdin?.write(`${piece}\n`);
      tookNs += await until(`${piece} is done`, () => {
        const [, ns] = /DONE (\d+)\n/u.exec(printed.slice(from)) ?? [];
        return ns === undefined ? null : Number(ns);
      });
    }
    process.child.stdout?.off('data', hear);
    run.child.kill('SIGINT');
    const { status, stdout, stderr } = await run.ended;
    if (status !== 0) throw new Error(stderr);
    return {
      tookNs,
      printed,
      said: stdout + stderr,
      samples: readFileSync(output, 'utf8').split('\n').filter(Boolean).map(sampleOf),
    };
  } finally {
    await run.stop();
  }
}

/** Those with a frame of this name. */
export function samplesOf({ samples }: Pick<Worked, 'samples'>, frame: string): readonly KnownSample[] {
  return samples.filter(({ frames }) => frames.includes(frame));
}

function sampleOf(line: string): KnownSample {
  const value: unknown = JSON.parse(line);
  if (!isRecord(value) || !Array.isArray(value['frames'])) throw new Error(line);
  const frames = value['frames'].map((frame) => (isRecord(frame) ? String(frame['name']) : ''));
  return { weight: Number(value['weight']), frames };
}
