// A small program → whether it works here: loaded, attached and heard of within its time. What went wrong is an answer, never an error.

import { runChild } from '../child/run-child.ts';
import { OperatorError } from '../model/errors.ts';
import type { Tried } from '../model/machine-facts.ts';
import type { BpftraceProgram } from '../model/program.ts';
import { runOnce } from './run-once.ts';
import { captureMark } from './sweep.ts';

/** Of bpftrace's own words: the first say it, the rest repeats the program. */
const MAX_SAID = 4;
const MAX_SAID_CHARACTERS = 300;

export interface TryOptions {
  readonly bpftracePath: string;
  readonly timeoutMs: number;
}

/** `awaited`: the beginning of the line that shows that it did what it is for. */
export async function tryProgram(program: BpftraceProgram, awaited: string, options: TryOptions): Promise<Tried> {
  const startMs = performance.now();
  try {
    const lines = await runOnce({ ...options, program });
    if (lines.some((line) => line.startsWith(awaited))) return { kind: 'works', lines };
    return failed('the probe was attached, and nothing was heard of it', '', lines);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    // An overloaded machine is no machine that cannot.
    if (performance.now() - startMs >= options.timeoutMs) return { kind: 'too-slow', afterMs: options.timeoutMs };
    const words = error.cause instanceof Error ? error.cause.message.split('\n') : [];
    return failed(error.message, error.hint, words);
  }
}

/** Whether bpftrace finds probes by a pattern; they are the lines. */
export async function tryListing(pattern: string, { bpftracePath, timeoutMs }: TryOptions): Promise<Tried> {
  const { stdout, stderr, timedOut } = await runChild(bpftracePath, ['-l', pattern], { environment: captureMark(), timeoutMs });
  const provider = pattern.slice(0, pattern.indexOf(':') + 1);
  const lines = stdout.split('\n').filter((line) => line.startsWith(provider));
  if (lines.length > 0) return { kind: 'works', lines };
  return timedOut ? { kind: 'too-slow', afterMs: timeoutMs } : failed('bpftrace lists none', '', stderr.split('\n'));
}

function failed(message: string, hint: string, words: readonly string[]): Tried {
  const said = words.filter((word) => word.trim() !== '').map((word) => word.slice(0, MAX_SAID_CHARACTERS));
  return { kind: 'failed', message, hint, said: said.slice(0, MAX_SAID) };
}
