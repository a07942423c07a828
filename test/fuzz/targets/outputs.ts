// Profiles whose every name is hostile, in every output format.

import type { Frame, FrameKind } from '../../../src/model/frame.ts';
import { asPid, asTid } from '../../../src/model/units.ts';
import { createProfileBuilder } from '../../../src/profile/profile-builder.ts';
import { frame, recording, runFacts } from '../../support/recordings.ts';
import { hostileName } from '../hostile-values.ts';
import { checkAllOutputs } from '../oracles/check-outputs.ts';
import { checkProfile } from '../oracles/check-profile.ts';
import type { Random } from '../random.ts';
import type { FuzzCase, FuzzTarget, Mutation, Subject } from '../target.ts';

const KINDS: readonly FrameKind[] = [
  'interpreted',
  'c1',
  'c2',
  'inlined',
  'java-native',
  'stub',
  'native',
  'vm',
  'kernel',
  'marker',
];
const MAX_SAMPLES = 6;
const MAX_FRAMES = 6;

class OutputsSubject implements Subject {
  /** Each mutation is a sample: thread, weight, time, and three texts a frame. */
  make(random: Random): FuzzCase {
    const mutations = Array.from({ length: random.between(0, MAX_SAMPLES) }, (): Mutation => {
      const frames = Array.from({ length: random.between(1, MAX_FRAMES) }, () => [random.pick(KINDS) ?? 'c2', hostileName(random), random.oneIn(2) ? hostileName(random) : '', random.below(70_000)]); // prettier-ignore
      return ['sample', hostileName(random), random.pick([0, 1, 2, 1000, 2 ** 40]), random.below(1e9), ...frames.flat()];
    });
    return { base: hostileName(random), mutations: [...mutations, ['options', random.below(16)]] };
  }

  run({ base, mutations }: FuzzCase): string {
    const builder = createProfileBuilder('samples');
    let bits = 0;
    for (const [kind, name, weight, timeNs, ...frames] of mutations) {
      if (kind === 'options') bits = Number(name);
      else builder.add({ pid: asPid(7), tid: asTid(Number(timeNs) % 5), timeNs: Number(timeNs), pc: 0, weight: Number(weight) }, { frames: framesOf(frames), outcome: { kind: 'unfinished', reason: 'bad-frame', detail: String(name) }, hasJava: true }); // prettier-ignore
      if (kind === 'sample') builder.nameThread(asPid(7), asTid(Number(timeNs) % 5), String(name));
    }
    const profile = builder.build();
    checkProfile(profile);
    const target = {
      pid: asPid(7),
      mainClass: base,
      program: base,
      container: base,
      jdkVersion: base,
      vmFlags: [{ name: base, value: base, note: base }],
    };
    const facts = { title: base, run: { ...runFacts(99), kernel: base, bpftraceVersion: base, targets: [target] } };
    const options = { byThread: (bits & 1) !== 0, lines: (bits & 2) !== 0, native: (bits & 12) !== 0 };
    checkAllOutputs(recording(profile, facts), options);
    return profile.samples.stack.length === 0 ? 'no samples' : 'samples';
  }
}

function framesOf(parts: readonly (string | number)[]): Frame[] {
  const frames: Frame[] = [];
  for (let i = 0; i + 3 < parts.length; i += 4) {
    const kind = KINDS.find((one) => one === parts[i]) ?? 'c2';
    const library = String(parts[i + 2]);
    frames.push(frame(String(parts[i + 1]), { kind, library, signature: library, line: Number(parts[i + 3]), marker: kind === 'marker' ? 'unresolved' : null })); // prettier-ignore
  }
  return frames;
}

export const OUTPUTS: FuzzTarget = {
  name: 'outputs',
  does: 'names, titles, flags and threads in every output format, on a terminal, in a difference',
  weight: 4,
  limits: { steps: 3_000_000, blockBytes: 4 << 20, allocatedBytes: 64 << 20 },
  open: () => new OutputsSubject(),
};
