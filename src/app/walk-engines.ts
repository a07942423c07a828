// Which walks are tried for a program with `jstack`, in order, and what is said of the one that runs. A walk that the kernel's verifier does not take
// beside the rest of the program is followed by a smaller one.

import { OperatorError } from '../model/errors.ts';
import type { StackEngine } from '../model/run-request.ts';
import type { WalkEngine } from '../program/jstack.ts';

const LADDERS: Readonly<Record<StackEngine, readonly [WalkEngine, ...WalkEngine[]]>> = {
  auto: ['kernel', 'kernel-cut', 'kernel-short', 'bytes'],
  kernel: ['kernel', 'kernel-cut', 'kernel-short'],
  bytes: ['bytes'],
};

const RUNS: Readonly<Record<WalkEngine, string>> = {
  kernel: 'stacks are told apart in the kernel (engine kernel)',
  'kernel-cut': 'stacks are told apart in the kernel (engine kernel), and shown as far as their first 16 KiB go',
  'kernel-short':
    'stacks are told apart in the kernel by their innermost frames (engine kernel), and shown as far as their first 16 KiB go',
  bytes: "each event's stack is sent whole (engine bytes): for events that are rare",
};

export function walkEngines(asked: StackEngine): readonly [WalkEngine, ...WalkEngine[]] {
  return LADDERS[asked];
}

/** One line; `isRefused`: those before it were. */
export function describeEngine(engine: WalkEngine, isRefused: boolean): string {
  return isRefused ? `the kernel's verifier did not take the whole walk beside this program: ${RUNS[engine]}` : RUNS[engine];
}

/** No walk of the ladder was taken. */
export function refusedByKernel(asked: StackEngine, cause: OperatorError): OperatorError {
  const hint =
    asked === 'kernel'
      ? '--engine bytes sends each stack whole instead; or: fewer statements in the probe with jstack, fewer or shorter strings in its keys'
      : 'fewer statements in the probe with jstack, fewer or shorter strings in its keys';
  return new OperatorError('environment', "the kernel's verifier does not take this program with jstack", hint, { cause });
}
