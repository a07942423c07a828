// Runs a small program to its end and returns what it printed: questions to the kernel, not captures.

import { runChild } from '../child/run-child.ts';
import { OperatorError } from '../model/errors.ts';
import type { BpftraceProgram } from '../model/program.ts';
import { explainFailure } from './explain-failure.ts';
import { askMachine } from './machine.ts';
import { isNoise } from './noise.ts';
import { captureMark } from './sweep.ts';

export interface RunOnceOptions {
  readonly bpftracePath: string;
  readonly program: BpftraceProgram;
  /** Start-up alone is 0.3–0.7 s, on an emulated machine 20 times that. */
  readonly timeoutMs: number;
}

/** The program's lines of standard output, without bpftrace's own. Throws an OperatorError when it did not end by itself with status 0. */
export async function runOnce(options: RunOnceOptions): Promise<readonly string[]> {
  const { program } = options;
  const result = await runChild(options.bpftracePath, [...(program.unsafe ? ['--unsafe'] : []), ...program.arguments, '-'], {
    input: program.text,
    environment: { ...program.environment, ...captureMark() },
    timeoutMs: options.timeoutMs,
  });
  const lines = result.stdout.split('\n').filter((line) => !isNoise(line));
  if (result.timedOut) {
    throw new OperatorError(
      'environment',
      `bpftrace did not answer within ${String(options.timeoutMs / 1000)} s`,
      'is the machine overloaded?',
      {
        cause: new Error(result.stderr),
      },
    );
  }
  if (result.code !== 0) {
    const words = [...lines, ...result.stderr.split('\n').filter((line) => !isNoise(line))];
    throw explainFailure({ code: result.code, signal: result.signal, startError: result.startError }, words, askMachine());
  }
  return lines;
}
