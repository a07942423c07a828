// Recordings of different events are neither put together nor compared.

import { expect, test } from 'vitest';
import { requireOneEvent } from '../../../src/profile/one-event.ts';
import { mergeRecordings } from '../../../src/profile/merge.ts';
import type { Recording } from '../../../src/model/recording.ts';
import { frame, profileOf, recording, runFacts } from '../../support/recordings.ts';

function of(counts: string | null): Recording {
  const run = { ...runFacts(counts === null ? 99 : 0), event: counts === null ? null : { name: counts, counts } };
  return recording(profileOf([[frame('a')]]), { title: counts ?? 'ticks', run });
}

test('two kinds are refused by their names', () => {
  expect(() => mergeRecordings([of('blocked'), of(null)])).toThrow('blocked is of the event blocked, ticks of cpu');
  expect(() => requireOneEvent([of('page faults'), of('blocked')], ['a.jtrace', 'b.jtrace'])).toThrow(
    'a.jtrace is of the event page faults, b.jtrace of blocked',
  );
});

test('one kind stays it', () => {
  expect(mergeRecordings([of('page faults'), of('page faults')]).facts.run?.event).toEqual({
    name: 'page faults',
    counts: 'page faults',
  });
});
