// What holds for every profile, wherever it came from (as test/support/assert-profile-integrity.ts, without a test runner).

import type { Profile } from '../../../src/model/profile.ts';
import { check } from '../target.ts';

export function checkProfile({ frames, stacks, samples, threads, outcomes }: Profile): void {
  check(stacks.frame.length === stacks.prefix.length, () => 'columns of stacks differ in length');
  stacks.prefix.forEach((prefix, i) => {
    check(Number.isInteger(prefix) && prefix >= -1 && prefix < i, () => `prefix ${String(prefix)} of stack ${String(i)}`);
    checkIndex(stacks.frame[i], frames.frames.length, 'frame of a stack');
  });
  const count = samples.stack.length;
  for (const name of ['stack', 'timeNs', 'pc', 'thread', 'weight', 'outcome'] as const) {
    check(
      samples[name].length === count,
      () => `the column ${name} has ${String(samples[name].length)} rows, not ${String(count)}`,
    );
  }
  for (let i = 0; i < count; i += 1) {
    checkIndex(samples.stack[i], stacks.prefix.length, 'stack of a sample');
    checkIndex(samples.thread[i], threads.length, 'thread of a sample');
    checkIndex(samples.outcome[i], outcomes.length, 'outcome of a sample');
    const weight = samples.weight[i] ?? NaN;
    check(weight >= 0 && weight <= Number.MAX_SAFE_INTEGER, () => `weight ${String(weight)}`);
    check(Number.isFinite(samples.timeNs[i]), () => `time ${String(samples.timeNs[i])}`);
  }
}

function checkIndex(index: number | undefined, below: number, what: string): void {
  check(index !== undefined && Number.isInteger(index) && index >= 0 && index < below, () => `${what}: ${String(index)}`);
}
