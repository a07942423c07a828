// Kinds of boxes in words, for legend, tooltips and table; in the order of the legend. The colours are in page.css, by the same names.
// A new kind does not compile until it is here.

import type { FrameKind } from '../model/frame.ts';
import type { BoxKind } from './box-kind.ts';

export const KIND_LABELS: Readonly<Record<Exclude<BoxKind, 'all'>, string>> = {
  interpreted: 'interpreted',
  c1: 'C1',
  c2: 'C2',
  inlined: 'inlined',
  'java-native': 'Java native',
  stub: 'stub',
  native: 'native',
  vm: 'VM',
  kernel: 'kernel',
  'native-gap': 'native gap',
  frozen: 'frozen frames',
  unresolved: 'no name',
  unfinished: 'unfinished',
  label: 'group',
};

export const KIND_MEANINGS: Readonly<Record<Exclude<BoxKind, 'all'>, string>> = {
  interpreted: 'Java, run by the interpreter',
  c1: 'Java, compiled by C1 (quick compiler)',
  c2: 'Java, compiled by C2 (optimizing compiler)',
  inlined: 'Java, compiled into the method that calls it',
  'java-native': 'a native method of Java: the way from Java into a library',
  stub: 'code that HotSpot generated and that is no method',
  native: 'a function of a library or program',
  vm: 'a function of the Java VM itself',
  kernel: 'a function of the kernel',
  'native-gap': 'native frames are missing here: nothing says how to walk them; Java frames around it are exact',
  frozen: "older frames of this virtual thread lie in the heap, not on the stack; what called them is its carrier's",
  unresolved: 'there is a frame, its name is not known',
  unfinished: 'the stack could not be walked further: its older frames are missing',
  label: 'no code: what its stacks have in common',
};

/** What code a node was, of a bit mask of kinds: e.g. `mostly C2; also interpreted, C1`. */
export function kindText(kinds: readonly FrameKind[], kind: BoxKind, seen: number): string {
  if (kind === 'all') return '';
  const others = kinds.flatMap((other, index) =>
    other !== kind && other !== 'marker' && (seen & (1 << index)) !== 0 ? [KIND_LABELS[other]] : [],
  );
  return others.length === 0 ? KIND_MEANINGS[kind] : `mostly ${KIND_LABELS[kind]}; also ${others.join(', ')}`;
}
