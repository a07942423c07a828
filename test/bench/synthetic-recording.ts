// A recording of a million samples that is the same every time: 50,000 distinct stacks of 30 frames, which share their beginnings as
// calls do. For measuring what works on recordings, without a JVM.

import type { Frame } from '../../src/model/frame.ts';
import { asPid, asTid } from '../../src/model/units.ts';
import { createProfileBuilder } from '../../src/profile/profile-builder.ts';
import { encodeRecording } from '../../src/recording/encode.ts';
import { frame, recording } from '../support/recordings.ts';

export interface SyntheticSize {
  readonly samples: number;
  readonly stacks: number;
}
/** Frames of each stack. */
export const SYNTHETIC_DEPTH = 30;
const THREADS = 16;
/** 99 Hz. */
const PERIOD_NS = 10_101_010;

/** Numbers that are the same every time. */
function pseudoRandom(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
}

/** The bytes of its `.jtrace` file. */
export function syntheticRecording({ samples, stacks: distinct }: SyntheticSize): Iterable<Uint8Array> {
  const next = pseudoRandom();
  const made = new Map<string, Frame>();
  const frameAt = (depth: number): Frame => {
    const name = `com/acme/pkg${String(next(4))}/Class${String(depth)}.method${String(next(3))}`;
    const known = made.get(name) ?? frame(name);
    made.set(name, known);
    return known;
  };
  const stacks: (readonly Frame[])[] = [Array.from({ length: SYNTHETIC_DEPTH }, (_, depth) => frameAt(depth))];
  while (stacks.length < distinct) {
    const caller = stacks[next(stacks.length)] ?? [];
    const keep = 3 + next(SYNTHETIC_DEPTH - 4);
    stacks.push([...caller.slice(0, keep), ...Array.from({ length: SYNTHETIC_DEPTH - keep }, (_, i) => frameAt(keep + i))]);
  }
  const leafFirst = stacks.map((oldestFirst) => [...oldestFirst].reverse());
  const builder = createProfileBuilder('samples');
  for (let i = 0; i < samples; i += 1) {
    const facts = { pid: asPid(1), tid: asTid(1 + next(THREADS)), timeNs: i * PERIOD_NS, pc: 0, weight: 1 };
    builder.add(facts, { frames: leafFirst[next(distinct)] ?? [], outcome: { kind: 'complete' }, hasJava: true });
  }
  const { profile, facts } = recording(builder.build());
  return encodeRecording(profile, facts);
}
