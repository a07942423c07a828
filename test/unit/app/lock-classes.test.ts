// What a JVM does not say of the classes of its locks is told, where its locks are seen at all.

import { expect, test } from 'vitest';
import { classValues } from '../../../src/app/vm-event-capture.ts';
import type { BlockerPlace } from '../../../src/unwind/hotspot/blocker-place.ts';
import type { ClassPlaces } from '../../../src/unwind/hotspot/class-places.ts';

const BLOCKER: BlockerPlace = { threadObject: { at: 648, isHandle: true }, blocker: 76, narrow: null };
const PLACES: ClassPlaces = {
  ...{ name: 24, body: 6, length: 0 },
  header: { kind: 'whole', at: 8 },
  monitorObject: { at: 8, isHandle: true },
};
const BOTH = { monitors: true, parks: true };

test.each<[string, ClassPlaces | null, BlockerPlace | null, Readonly<Record<string, boolean>>, readonly RegExp[]]>([
  ['all is known', PLACES, BLOCKER, BOTH, []],
  ['nothing is known', null, BLOCKER, BOTH, [/^classes are not told/u]],
  ['not the monitors', { ...PLACES, monitorObject: null }, BLOCKER, BOTH, [/^classes of monitors are not told/u]],
  ['not the parks', PLACES, null, BOTH, [/parked for are not told/u]],
  ['neither', { ...PLACES, monitorObject: null }, null, BOTH, [/monitors are not told/u, /parked for are not told/u]],
  ['monitors are not seen anyway', { ...PLACES, monitorObject: null }, BLOCKER, { monitors: false, parks: true }, []],
  ['parks are not seen anyway', PLACES, null, { monitors: true, parks: false }, []],
])('%s', (_, places, blocker, there, words) => {
  const { notes } = classValues(places, () => blocker, there);
  expect(notes).toHaveLength(words.length);
  for (const [index, word] of words.entries()) expect(notes[index]).toMatch(word);
});
