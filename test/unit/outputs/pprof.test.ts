// Read back by pprof-format, which shares nothing with our writer.

import { gunzipSync } from 'node:zlib';
import { Profile as PprofProfile } from 'pprof-format';
import { expect, test } from 'vitest';
import type { Recording } from '../../../src/model/recording.ts';
import { PPROF_FORMAT } from '../../../src/outputs/pprof.ts';
import { drawProfile } from '../profile/draw-profile.ts';
import { bytesOf, frame, HOSTILE_NAMES, hostileProfile, profileOf, recording, runFacts } from '../../support/recordings.ts';

interface ReadSample {
  /** Leaf first; lines of one location in one list. */
  readonly stack: readonly (readonly string[])[];
  readonly values: readonly number[];
  readonly labels: Readonly<Record<string, string | number>>;
}

function read(of: Recording): {
  readonly profile: PprofProfile;
  readonly samples: readonly ReadSample[];
  readonly text: (i: unknown) => string;
} {
  const profile = PprofProfile.decode(gunzipSync(bytesOf(PPROF_FORMAT, of)));
  const text = (index: unknown): string => profile.stringTable.strings[Number(index)] ?? '?';
  const nameOf = (id: unknown): string => text(profile.function.find((one) => Number(one.id) === Number(id))?.name);
  const samples = profile.sample.map(({ locationId, value, label }) => ({
    stack: locationId.map((id) =>
      (profile.location.find((one) => Number(one.id) === Number(id))?.line ?? []).map((line) => nameOf(line.functionId)),
    ),
    values: value.map(Number),
    labels: Object.fromEntries(label.map(({ key, str, num }) => [text(key), Number(str) > 0 ? text(str) : Number(num)])),
  }));
  return { profile, samples, text };
}

test('stacks leaf first, inlined frames as lines of the code they are in, labels of the thread', () => {
  const profile = drawProfile([
    { stack: 'c/inlined < b/inlined < a/c2 < main/interpreted', thread: 'x' },
    { stack: 'b/inlined < a/c2 < main/interpreted', thread: 'x' },
    { stack: 'b/inlined < a/c2 < main/interpreted', thread: 'x', weight: 4 },
    { stack: 'b/inlined < a/c2 < main/interpreted', thread: 'y' },
  ]);
  const { samples } = read(recording(profile));
  expect(samples).toEqual([
    { stack: [['c', 'b', 'a'], ['main']], values: [1], labels: { thread: 'x', tid: 101, pid: 100 } },
    { stack: [['b', 'a'], ['main']], values: [5], labels: { thread: 'x', tid: 101, pid: 100 } },
    { stack: [['b', 'a'], ['main']], values: [1], labels: { thread: 'y', tid: 102, pid: 100 } },
  ]);
});

test('the first mapping is what was profiled: pprof calls it the file', () => {
  const { profile, text } = read(recording(drawProfile([{ stack: 'a/c2 < b/native' }]), { title: 'Main' }));
  expect(profile.mapping.map(({ filename }) => text(filename))).toEqual(['Main', '[c2]', '[native]']);
  const nameless = read(recording(drawProfile([{ stack: 'a/c2' }]), { title: '' }));
  expect(nameless.profile.mapping.map(({ filename }) => nameless.text(filename))).toEqual(['[c2]']);
});

test('CPU time beside the count where the rate is known, and when it began', () => {
  const profile = drawProfile([{ stack: 'a', weight: 3 }]);
  const { profile: out, samples, text } = read(recording(profile, { run: runFacts(100), startedAtMs: 1_700_000_000_123 }));
  expect(out.sampleType.map(({ type, unit }) => [text(type), text(unit)])).toEqual([['samples', 'count'], ['cpu', 'nanoseconds']]); // prettier-ignore
  expect(samples[0]?.values).toEqual([3, 30_000_000]);
  expect(Number(out.period)).toBe(10_000_000);
  expect(Math.abs(Number(out.timeNanos) / 1e6 - 1_700_000_000_123)).toBeLessThan(0.01);
  expect(Number(out.durationNanos)).toBe(1e9);
  const bytes = read(recording({ ...profile, weightUnit: 'bytes' }));
  expect(bytes.profile.sampleType.map(({ type, unit }) => [bytes.text(type), bytes.text(unit)])).toEqual([['space', 'bytes']]);
});

test('libraries are mappings; every id that is used is there once', () => {
  const stacks = [
    [frame('memcpy', { kind: 'native', library: '/lib/libc.so.6', line: 3 }), frame('A.run', { signature: '()V', line: 12 })],
  ];
  const { profile, text } = read(recording(profileOf(stacks)));
  expect(profile.mapping.map(({ filename }) => text(filename))).toEqual(['Test', '/lib/libc.so.6', '[c2]']);
  expect(profile.function.map(({ systemName }) => text(systemName))).toEqual(['memcpy', 'A.run()V']);
  expect(profile.location.map(({ line }) => Number(line[0]?.line))).toEqual([3, 12]);
  for (const table of [profile.mapping, profile.function, profile.location]) {
    expect(table.map(({ id }) => Number(id))).toEqual(table.map((_, i) => i + 1));
  }
  expect(profile.stringTable.strings[0]).toBe('');
  expect(new Set(profile.stringTable.strings).size).toBe(profile.stringTable.strings.length);
});

test('hostile names stay names', () => {
  const { samples } = read(recording(hostileProfile()));
  expect(samples.length).toBe(2 * HOSTILE_NAMES.length);
  for (const { stack } of samples) for (const name of stack.flat()) expect(name).not.toMatch(/[\u0000-\u001f]/u);
  expect(samples.some(({ stack }) => stack[0]?.[0]?.length === 60_000)).toBe(true);
});

test('no samples are an empty profile, and the same recording gives the same bytes', () => {
  expect(read(recording(drawProfile([]))).samples).toEqual([]);
  const one = recording(hostileProfile(), { run: runFacts(99) });
  expect(bytesOf(PPROF_FORMAT, one).equals(bytesOf(PPROF_FORMAT, one))).toBe(true);
});
