// What holds for every profile, wherever it came from: indices in bounds, parents first, columns of one length.

import { expect } from 'vitest';
import type { Profile } from '../../src/model/profile.ts';

export function assertProfileIntegrity(profile: Profile): void {
  const { frames, stacks, samples, threads, outcomes } = profile;
  expect(stacks.frame.length).toBe(stacks.prefix.length);
  const seen = new Set<string>();
  stacks.prefix.forEach((prefix, i) => {
    const frame = stacks.frame[i] ?? -1;
    expect(Number.isInteger(prefix) && prefix >= -1 && prefix < i, `prefix of stack ${i}`).toBe(true);
    expect(frame >= 0 && frame < frames.frames.length, `frame of stack ${i}`).toBe(true);
    seen.add(`${prefix} ${frame}`);
  });
  expect(seen.size, 'stacks are unique').toBe(stacks.prefix.length);
  const columns = { stack: stacks.prefix.length, thread: threads.length, outcome: outcomes.length } as const;
  for (const name of ['stack', 'timeNs', 'pc', 'thread', 'weight', 'outcome'] as const) {
    expect(samples[name].length, name).toBe(samples.stack.length);
  }
  for (const name of ['stack', 'thread', 'outcome'] as const) {
    for (const index of samples[name]) expect(index >= 0 && index < columns[name], `${name} ${index}`).toBe(true);
  }
  expect(new Set(threads.map(({ pid, tid, name }) => `${pid}/${tid}/${name}`)).size, 'threads are unique').toBe(threads.length);
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size, 'outcomes are unique').toBe(outcomes.length);
  expect(new Set(frames.frames.map((frame) => JSON.stringify(frame))).size, 'frames are unique').toBe(frames.frames.length);
}
