// Walked samples → a profile as a run builds it, whole; and of some cases one of the outputs of it.

import { pointOf } from '../../../src/model/registers.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import { createProfileBuilder } from '../../../src/profile/profile-builder.ts';
import type { WalkedSample } from '../../../src/unwind/walk-target.ts';
import type { Mutation } from '../target.ts';
import { checkOneOutput } from './check-outputs.ts';
import { checkProfile } from './check-profile.ts';

export interface NamedWalk {
  readonly walked: WalkedSample;
  /** The thread's. */
  readonly name: string;
}

/** An `output` among the mutations chooses which one; without it none is made. */
export function checkResolved(sample: RawSample, walks: readonly NamedWalk[], mutations: readonly Mutation[]): void {
  const { pid, tid, timeNs, registers, ticks } = sample;
  const builder = createProfileBuilder('samples');
  walks.forEach(({ walked, name }, i) => {
    builder.add(
      { pid, tid, timeNs: timeNs + i, pc: registers === null ? 0 : pointOf(registers).pc, weight: ticks },
      walked.stack,
    );
    builder.nameThread(pid, tid, name);
  });
  const profile = builder.build();
  checkProfile(profile);
  const output = mutations.find(([kind]) => kind === 'output')?.[1];
  if (output !== undefined) checkOneOutput(profile, Number(output));
}
