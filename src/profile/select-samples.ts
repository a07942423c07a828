// A profile and which of its samples are kept → the profile of these alone: frames, stacks, threads and outcomes that none of them
// needs are gone, the others keep their order. Pure.

import type { Profile } from '../model/profile.ts';

/** `isKept`: 1 for each sample that stays. */
export function selectSamples(profile: Profile, isKept: Uint8Array): Profile {
  const { stacks, samples } = profile;
  const usedStacks = new Uint8Array(stacks.prefix.length);
  const usedThreads = new Uint8Array(profile.threads.length);
  const usedOutcomes = new Uint8Array(profile.outcomes.length);
  samples.stack.forEach((stack, i) => {
    if (isKept[i] !== 1) return;
    usedStacks[stack] = 1;
    usedThreads[samples.thread[i] ?? 0] = 1;
    usedOutcomes[samples.outcome[i] ?? 0] = 1;
  });
  const usedFrames = new Uint8Array(profile.frames.frames.length);
  // Parents come first: backwards, a stack is marked before its own parent is looked at.
  for (let node = stacks.prefix.length - 1; node >= 0; node -= 1) {
    if (usedStacks[node] !== 1) continue;
    usedFrames[stacks.frame[node] ?? 0] = 1;
    const parent = stacks.prefix[node] ?? -1;
    if (parent >= 0) usedStacks[parent] = 1;
  }
  const [stackAt, frameAt, threadAt, outcomeAt] = [usedStacks, usedFrames, usedThreads, usedOutcomes].map(newPlaces) as Places;
  const rows = (column: readonly number[]): number[] => column.filter((_, i) => isKept[i] === 1);
  const moved = (column: readonly number[], places: Int32Array): number[] => rows(column).map((index) => places[index] ?? -1);
  const nodes = (column: readonly number[]): number[] => column.filter((_, node) => usedStacks[node] === 1);
  return {
    frames: { frames: profile.frames.frames.filter((_, frame) => usedFrames[frame] === 1) },
    stacks: {
      prefix: nodes(stacks.prefix).map((prefix) => (prefix < 0 ? -1 : (stackAt[prefix] ?? -1))),
      frame: nodes(stacks.frame).map((frame) => frameAt[frame] ?? -1),
    },
    samples: {
      stack: moved(samples.stack, stackAt),
      timeNs: rows(samples.timeNs),
      pc: rows(samples.pc),
      thread: moved(samples.thread, threadAt),
      weight: rows(samples.weight),
      outcome: moved(samples.outcome, outcomeAt),
    },
    threads: profile.threads.filter((_, thread) => usedThreads[thread] === 1),
    outcomes: profile.outcomes.filter((_, outcome) => usedOutcomes[outcome] === 1),
    weightUnit: profile.weightUnit,
  };
}

type Places = [Int32Array, Int32Array, Int32Array, Int32Array];

/** Old index → new one; -1: gone. */
function newPlaces(used: Uint8Array): Int32Array {
  let next = 0;
  return Int32Array.from(used, (isUsed) => (isUsed === 1 ? next++ : -1));
}
