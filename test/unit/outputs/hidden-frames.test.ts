// Hidden frames: their weight is their callers', no sample is lost, and it is the same profile that folded text shows.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldedLines } from '../../../src/outputs/folded.ts';
import { visibleProfile } from '../../../src/outputs/hidden-frames.ts';
import { assertProfileIntegrity } from '../../support/assert-profile-integrity.ts';
import { anySamples, builderOf } from '../../support/sample-recordings.ts';
import { drawProfile } from '../profile/draw-profile.ts';

const SHOWN = { byThread: false, lines: false, native: false };
const folded = (profile: Parameters<typeof foldedLines>[0], native: boolean): string[] => [
  ...foldedLines(profile, { ...SHOWN, native }),
];

test('what is hidden counts for its caller; a stack of nothing else has a frame that stands for it', () => {
  const profile = drawProfile([
    { stack: 'memcpy/native < A.a < call_helper/vm < start/native' },
    { stack: 'sys_read/kernel < read/native < A.a < call_helper/vm < start/native' },
    { stack: 'collect/vm < start/native' },
  ]);
  const visible = visibleProfile(profile, SHOWN);
  assertProfileIntegrity(visible);
  expect(folded(visible, true)).toEqual(['A.a 1', 'A.a;sys_read_[k] 1', '[native] 1']);
  expect(visibleProfile(profile, { ...SHOWN, native: true })).toBe(profile);
});

test('any profile: as folded text shows it', () => {
  fc.assert(
    fc.property(anySamples, (samples) => {
      const profile = builderOf(samples).build();
      const visible = visibleProfile(profile, SHOWN);
      assertProfileIntegrity(visible);
      expect(folded(visible, true).sort()).toEqual(folded(profile, false).sort());
    }),
  );
});
