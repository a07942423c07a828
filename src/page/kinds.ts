// Kinds of frames in words, for legend, tooltips and table. The colours are in page.css, by the same names. A new kind does not
// compile until it is here.

import type { FrameKind, MarkerKind } from '../model/frame.ts';

export const KIND_LABELS: Readonly<Record<FrameKind, string>> = {
  interpreted: 'interpreted',
  c1: 'C1',
  c2: 'C2',
  inlined: 'inlined',
  'java-native': 'Java native',
  stub: 'stub',
  native: 'native',
  vm: 'VM',
  kernel: 'kernel',
  marker: 'unfinished',
};

export const KIND_MEANINGS: Readonly<Record<FrameKind, string>> = {
  interpreted: 'Java, run by the interpreter',
  c1: 'Java, compiled by C1 (quick compiler)',
  c2: 'Java, compiled by C2 (optimizing compiler)',
  inlined: 'Java, compiled into the method that calls it',
  'java-native': 'a native method of Java: the way from Java into a library',
  stub: 'code that HotSpot generated and that is no method',
  native: 'a function of a library or program',
  vm: 'a function of the Java VM itself',
  kernel: 'a function of the kernel',
  marker: 'no code: something is missing here; its name says why',
};

export const MARKER_MEANINGS: Readonly<Record<MarkerKind, string>> = {
  'native-gap': 'native frames here could not be walked, or are left out',
  unfinished: 'the stack could not be walked further',
  unresolved: 'there is a frame, its name is not known',
};

/** The kinds of a bit mask, e.g. `C2, also interpreted and C1`. */
export function kindText(kinds: readonly FrameKind[], kind: number, seen: number): string {
  const main = kinds[kind] ?? 'marker';
  const others = kinds.filter((_, index) => index !== kind && (seen & (1 << index)) !== 0).map((other) => KIND_LABELS[other]);
  return others.length === 0 ? KIND_MEANINGS[main] : `mostly ${KIND_LABELS[main]}; also ${others.join(', ')}`;
}
