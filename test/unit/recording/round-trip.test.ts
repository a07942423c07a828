// Recording → `.jtrace` → recording: the same, written at once or as it grows; cut anywhere, all that was written before.

import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRecording } from '../../../src/recording/decode.ts';
import { MAX_SAMPLES } from '../../../src/model/recording-limits.ts';
import { encodeRecording, RecordingEncoder } from '../../../src/recording/encode.ts';
import { beginsAsRecording } from '../../../src/recording/units.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import { asPid, asTid } from '../../../src/model/units.ts';
import type { Profile } from '../../../src/model/profile.ts';
import { createProfileBuilder } from '../../../src/profile/profile-builder.ts';
import { assertProfileIntegrity } from '../../support/assert-profile-integrity.ts';
import {
  type AnySample,
  addSample,
  anySamples,
  builderOf,
  distinctProfile,
  FACTS,
  frameOf,
  RUN,
  samplesOf,
} from '../../support/sample-recordings.ts';

const bytesOf = (profile: Profile, facts = FACTS): Buffer => Buffer.concat([...encodeRecording(profile, facts)]);

test('any recording comes back as it was', () => {
  fc.assert(
    fc.property(anySamples, (samples) => {
      const profile = builderOf(samples).build();
      const decoded = decodeRecording(bytesOf(profile), 'x');
      expect(decoded).toEqual({ profile, facts: FACTS });
      assertProfileIntegrity(decoded.profile);
    }),
  );
});

test('written as it grows, it is the same; threads keep their last names', () => {
  fc.assert(
    fc.property(fc.array(anySamples, { maxLength: 5 }), (seconds) => {
      const [builder, encoder, units] = [createProfileBuilder('samples'), new RecordingEncoder(), [] as Uint8Array[]];
      seconds.forEach((samples, i) => {
        for (const sample of samples) addSample(builder, sample);
        units.push(...encoder.units(builder.current(), FACTS, i === seconds.length - 1));
      });
      if (seconds.length === 0) units.push(...encoder.units(builder.current(), FACTS, true));
      expect(decodeRecording(Buffer.concat(units), 'x')).toEqual({ profile: builder.build(), facts: FACTS });
    }),
  );
});

const SAMPLES: readonly AnySample[] = [1, 2, 3, 4].map((i) => ({
  frames: [frameOf(`leaf${String(i % 2)}`), frameOf('main', { line: i })],
  outcome: { kind: 'complete' },
  tid: i % 2,
  timeNs: 1_000_000_000 * i,
  pc: 4096 * i,
  weight: 1,
}));

test('cut at any byte: the units before it, and a problem that says so', () => {
  const [builder, encoder] = [createProfileBuilder('samples'), new RecordingEncoder()];
  const facts = { ...FACTS, startNs: 1_000_000_000 };
  const seconds = SAMPLES.map((sample) => {
    addSample(builder, sample);
    return Buffer.concat([...encoder.units(builder.current(), facts, sample === SAMPLES.at(-1))]);
  });
  const file = Buffer.concat(seconds);
  const whole = samplesOf(decodeRecording(file, 'x'));
  for (let cut = 0; cut < file.length; cut += 1) {
    const ends = seconds.map((_, i) => seconds.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0));
    const kept = ends.filter((end) => end <= cut).length;
    const read = () => decodeRecording(file.subarray(0, cut), 'x.jtrace');
    if (kept === 0) {
      expect(read, String(cut)).toThrow('x.jtrace ends before anything was recorded');
      continue;
    }
    const recording = read();
    expect(samplesOf(recording), String(cut)).toEqual(whole.slice(0, kept));
    expect(recording.facts.problems).toEqual([
      `the file ends early, at byte ${String(ends.includes(cut) ? cut : ends[kept - 1])} (${String(kept - 1)}.0 s after its start): jtrace still writes it, was killed, or its disk was full`,
    ]);
    expect(recording.facts.run?.end).toBe('failed');
    // A file system that had made room for what was never written.
    expect(samplesOf(decodeRecording(Buffer.concat([file.subarray(0, ends[kept - 1]), Buffer.alloc(500)]), 'x'))).toHaveLength(
      kept,
    );
  }
});

test('any byte changed: all units before it, and a problem that says so; in the first, one line', () => {
  const [builder, encoder] = [createProfileBuilder('samples'), new RecordingEncoder()];
  const units = SAMPLES.map((sample) => {
    addSample(builder, sample);
    return Buffer.concat([...encoder.units(builder.current(), FACTS, sample === SAMPLES.at(-1))]);
  });
  const file = Buffer.concat(units);
  const whole = decodeRecording(file, 'x.jtrace');
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Buffer.from(file);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      const before = units.filter((_, i) => units.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0) <= at).length;
      try {
        const read = decodeRecording(damaged, 'x.jtrace');
        if (read.facts.problems.length === 0) {
          // Bits that say nothing: time, system and level in the head of gzip, what fills the last byte of the data.
          expect(read).toEqual(whole);
          return;
        }
        expect(samplesOf(read)).toEqual(samplesOf(whole).slice(0, before));
        expect(read.facts.problems).toEqual([expect.stringMatching(/^the file (is damaged|ends early,) at byte \d+ [^\n]+$/)]);
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        expect(before).toBe(0);
        expect(error.message).toMatch(/^x\.jtrace (is damaged at byte 0 [^\n]+|ends before anything was recorded)$/);
      }
    }),
    { numRuns: 1000 },
  );
});

test('zcat prints it, one JSON object a line; it is told by its first bytes', () => {
  const file = bytesOf(builderOf(SAMPLES).build());
  const lines = gunzipSync(file).toString().trimEnd().split('\n').map((line) => JSON.parse(line) as unknown); // prettier-ignore
  expect(lines[0]).toMatchObject({ jtrace: 1, weightUnit: 'samples', facts: { title: 'org.acme.Main' } });
  expect(lines.at(-1)).toMatchObject({ samples: { count: 4, weight: 1 }, end: true });
  expect(beginsAsRecording(file.subarray(0, 16))).toBe(true);
  expect(beginsAsRecording(file.subarray(0, 12))).toBe(false);
});

test('names without end are cut, and stay readable', () => {
  const builder = builderOf([]);
  const [long, thread] = ['\u0001'.repeat(2_000_000), 't'.repeat(5000)];
  addSample(builder, { ...(SAMPLES[0] as AnySample), frames: [frameOf(long), frameOf(`${long}!`), frameOf('main')] });
  const profile = builder.build();
  const renamed = { ...profile, threads: profile.threads.map((row) => ({ ...row, name: thread })) };
  const decoded = decodeRecording(bytesOf(renamed, { ...FACTS, title: thread }), 'x');
  expect(decoded.profile.frames.frames.map(({ name }) => name.length)).toEqual([4, 1 << 20, 1 << 20]);
  expect([decoded.facts.title.length, decoded.profile.threads[0]?.name.length]).toEqual([1024, 1024]);
});

test('more targets, flags and problems than are read: the first ones are kept, and the file is whole', () => {
  const [target] = RUN.targets;
  if (target === undefined) throw new Error('no target');
  const vmFlags = Array.from({ length: 300 }, (_, i) => ({ name: `F${String(i)}`, value: '1', note: '' }));
  const targets = Array.from({ length: 5000 }, (_, i) => ({ ...target, pid: asPid(i), vmFlags: i === 0 ? vmFlags : [] }));
  const problems = Array.from({ length: 300 }, (_, i) => `problem ${String(i)}`);
  const { facts } = decodeRecording(bytesOf(builderOf(SAMPLES).build(), { ...FACTS, problems, run: { ...RUN, targets } }), 'x');
  expect([facts.run?.targets.length, facts.run?.targets[0]?.vmFlags.length, facts.problems.length]).toEqual([4096, 256, 256]);
});

test('a target that names all its threads with control characters: still units that are read', () => {
  const [thread] = builderOf(SAMPLES).build().threads;
  if (thread === undefined) throw new Error('no thread');
  const threads = Array.from({ length: 2000 }, (_, i) => ({ ...thread, tid: asTid(i), name: '\u0001'.repeat(5000) }));
  const detail = '\u0002'.repeat(5000);
  const outcomes = threads.map((_, i) => ({ kind: 'unfinished', reason: 'bug', detail: `${String(i)}${detail}` }) as const);
  const decoded = decodeRecording(bytesOf({ ...builderOf([]).build(), threads, outcomes }), 'x').profile;
  expect(decoded.threads.map(({ tid }) => tid)).toEqual(threads.map(({ tid }) => tid));
  expect(decoded.outcomes).toHaveLength(2000);
});

test('twenty thousand distinct frames and samples (a million: test/volume)', () => {
  const rows = 20_000;
  const profile = distinctProfile(rows);
  const file = bytesOf(profile);
  const decoded = decodeRecording(file, 'x').profile;
  expect(file.length / rows).toBeLessThan(40);
  for (const name of ['stack', 'timeNs', 'pc', 'thread', 'weight', 'outcome'] as const)
    expect(
      decoded.samples[name].every((value, i) => value === profile.samples[name][i]),
      name,
    ).toBe(true);
  expect(decoded.stacks.prefix.every((prefix, i) => prefix === profile.stacks.prefix[i])).toBe(true);
  expect(decoded.frames.frames[rows - 1]).toEqual(profile.frames.frames[rows - 1]);
});

test('more samples than any reader takes are not written', () => {
  const profile = builderOf([]).build();
  const many = { ...profile, samples: { ...profile.samples, stack: Object.assign([], { length: MAX_SAMPLES + 1 }) } };
  expect(() => encodeRecording(many, FACTS)[Symbol.iterator]().next()).toThrow(
    '33554433 samples are more than a recording holds',
  );
});

test('the budget: what was taken so far makes no facts anew; they are told in the last unit', () => {
  const [builder, encoder] = [createProfileBuilder('samples'), new RecordingEncoder()];
  const unit = (takenSamples: number, isEnd: boolean): Buffer => {
    SAMPLES.slice(takenSamples - 1, takenSamples).forEach((sample) => addSample(builder, sample));
    const run = { ...RUN, reduction: { lowestRateHz: 33, takenSamples, skippedTicks: 7 } };
    return Buffer.concat([...encoder.units(builder.current(), { ...FACTS, run }, isEnd)]);
  };
  const units = [unit(1, false), unit(2, false), unit(3, true)];
  expect(units.map((bytes) => gunzipSync(bytes).includes('takenSamples'))).toEqual([true, false, true]);
  const { reduction } = decodeRecording(Buffer.concat(units), 'x').facts.run ?? {};
  expect(reduction).toEqual({ lowestRateHz: 33, takenSamples: 3, skippedTicks: 7 });
});
