// A million distinct frames and samples, in a `.jtrace` and back.

import { expect, test } from 'vitest';
import { decodeRecording } from '../../src/recording/decode.ts';
import { encodeRecording } from '../../src/recording/encode.ts';
import { distinctProfile, FACTS } from '../support/sample-recordings.ts';

test('a million distinct frames and samples', () => {
  const rows = 1_000_000;
  const profile = distinctProfile(rows);
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
