// The specs of a format string (`%d`, `%-16s`, `%llx`) by place, each the argument of that number's. As bpftrace reads them; `%%` is none.

import type { Span } from './tokenize.ts';

/** A width begins with no zero, which is a flag: of a thousand zeros in a row there is one reading. */
const SPEC = /%(?:%|[-+ #0]*(?:[1-9]\d*|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|j|z|t|L)?[a-zA-Z])/gu;

/** `text` with its quotes or without; places are in it. */
export function formatSpecs(text: string): Span[] {
  return [...text.matchAll(SPEC)]
    .filter(([spec]) => spec !== '%%')
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
}
