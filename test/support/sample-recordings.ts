// Recordings for tests: any that fast-check makes up, and one that is drawn.

import fc from 'fast-check';
import { anyText } from './any-text.ts';
import type { Frame, FrameKind, StackOutcome } from '../../src/model/frame.ts';
import type { Profile } from '../../src/model/profile.ts';
import type { Recording, RecordingFacts } from '../../src/model/recording.ts';
import { asPid, asTid } from '../../src/model/units.ts';
import { createProfileBuilder, type ProfileBuilder } from '../../src/profile/profile-builder.ts';

export const RUN: NonNullable<RecordingFacts['run']> = {
  targets: [
    {
      pid: asPid(4711),
      mainClass: 'org.acme.Main',
      program: '',
      jdkVersion: '17.0.9',
      container: 'docker 1f2e3d4c5b6a',
      vmFlags: [{ name: 'UseSerialGC', value: 'true', note: '' }],
    },
  ],
  isWholeMachine: false,
  kernel: '6.1.0',
  bpftraceVersion: 'bpftrace v0.17.0',
  rateHz: 99,
  event: null,
  durationMs: 10_000,
  end: 'duration',
  lostEvents: 0,
  brokenSamples: 0,
  reduction: null,
};

export const FACTS: RecordingFacts = {
  source: 'jtrace',
  title: 'org.acme.Main',
  startedAtMs: 1_700_000_000_000,
  startNs: 0,
  hasTimes: true,
  run: RUN,
  problems: [],
};

export function frameOf(name: string, parts: Partial<Frame> = {}): Frame {
  return { kind: 'c2', name, signature: '', bci: 0, line: 0, library: '', lineApproximate: false, marker: null, ...parts };
}

const anyFrame = fc.record<Frame>({
  name: fc.oneof(fc.constantFrom('a/B.c', 'd;e', '</script>'), anyText({ maxLength: 6 })),
  kind: fc.constantFrom<FrameKind>('interpreted', 'c1', 'kernel', 'native', 'marker'),
  signature: fc.constantFrom('', '()V'),
  bci: fc.integer({ min: -1, max: 3 }),
  line: fc.nat(2),
  library: fc.constantFrom('', '/usr/lib/libc.so.6'),
  lineApproximate: fc.boolean(),
  marker: fc.constantFrom(null, 'native-gap', 'unfinished', 'unresolved'),
});
const anyOutcome = fc.constantFrom<StackOutcome>(
  { kind: 'complete' },
  { kind: 'unfinished', reason: 'too-deep', detail: 'x' },
  { kind: 'approximate', reasons: ['reread-page', 'reread-anchor'] },
);
const anySample = fc.record({
  frames: fc.array(anyFrame, { minLength: 1, maxLength: 6 }),
  outcome: anyOutcome,
  tid: fc.nat(3),
  timeNs: fc.nat({ max: 2 ** 50 }),
  pc: fc.nat({ max: 2 ** 47 }),
  weight: fc.nat(9),
});
export type AnySample = typeof anySample extends fc.Arbitrary<infer Sample> ? Sample : never;

export const anySamples: fc.Arbitrary<readonly AnySample[]> = fc.array(anySample, { maxLength: 20 });

/** Adds one of them, and names its thread. */
export function addSample(builder: ProfileBuilder, { frames, outcome, tid, timeNs, pc, weight }: AnySample): void {
  builder.add({ pid: asPid(7), tid: asTid(tid), timeNs, pc, weight }, { frames, outcome, hasJava: true });
  builder.nameThread(asPid(7), asTid(tid), `thread ${String(tid)} ${String(weight)}`);
}

/** What the samples say, one by one, whatever the tables they stand in. */
export function samplesOf({ profile }: Recording): readonly unknown[] {
  const { stack, timeNs, pc, thread, weight, outcome } = profile.samples;
  return stack.map((leaf, i) => {
    const frames: (Frame | undefined)[] = [];
    for (let at = leaf; at >= 0; at = profile.stacks.prefix[at] ?? -1)
      frames.push(profile.frames.frames[profile.stacks.frame[at] ?? -1]);
    return {
      frames,
      timeNs: timeNs[i],
      pc: pc[i],
      thread: profile.threads[thread[i] ?? -1]?.tid,
      weight: weight[i],
      outcome: profile.outcomes[outcome[i] ?? -1],
    };
  });
}

export const builderOf = (samples: readonly AnySample[]): ProfileBuilder => {
  const builder = createProfileBuilder('samples');
  for (const sample of samples) addSample(builder, sample);
  return builder;
};

/** A profile of which no frame, stack or sample is like another: for the size of files. */
export function distinctProfile(rows: number): Profile {
  const index = Array.from({ length: rows }, (_, i) => i);
  return {
    frames: { frames: index.map((i) => frameOf(`some/pkg/Class${String(i >> 5)}.method`, { line: i & 1023 })) },
    stacks: { prefix: index.map((i) => i - 1 - (i % 3)).map((i) => Math.max(-1, i)), frame: index },
    samples: {
      stack: index,
      timeNs: index.map((i) => 5e14 + i * 10_101_010),
      pc: index.map((i) => 0x7f00_0000_0000 + i * 16),
      thread: index.map(() => 0),
      weight: index.map(() => 1),
      outcome: index.map(() => 0),
    },
    threads: [{ pid: asPid(1), tid: asTid(1), name: 'main' }],
    outcomes: [{ kind: 'complete' }],
    weightUnit: 'samples',
  };
}
