// A million distinct frames and samples, in a `.jtrace` and back.

import { expect, test } from 'vitest';
import type { Profile } from '../../src/model/profile.ts';
import { asPid, asTid } from '../../src/model/units.ts';
import { decodeRecording } from '../../src/recording/decode.ts';
import { encodeRecording } from '../../src/recording/encode.ts';
import { FACTS, frameOf } from '../support/sample-recordings.ts';

test('a million distinct frames and samples', () => {
  const rows = 1_000_000;
  const index = Array.from({ length: rows }, (_, i) => i);
  const profile: Profile = {
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
  const file = Buffer.concat([...encodeRecording(profile, FACTS)]);
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
