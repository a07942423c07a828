// The known word an unknown one was meant to be: fewest letters wrong, counting two swapped neighbours as one.

import { editDistance } from './edit-distance.ts';

/** Letters wrong of a word of six that is still a mistake; more is another word. */
const MISTAKES_PER_LETTER = 0.4;
const MAX_COMPARED_CHARS = 40;

/** The nearest of `known`, null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  if (wanted.length > MAX_COMPARED_CHARS) return null;
  let best: { readonly text: string; readonly distance: number } | null = null;
  for (const text of known) {
    // The beginning of a word is how people shorten it.
    const prefix = wanted.replace(/^-+/, '').length >= 3 && text.toLowerCase().startsWith(wanted);
    const distance = prefix ? 0.5 : editDistance(wanted, text.toLowerCase());
    if (distance <= Math.max(1, MISTAKES_PER_LETTER * text.replace(/^-+/, '').length) && distance < (best?.distance ?? Infinity))
      best = { text, distance };
  }
  // `-x` is one letter away from every other short option: no ground for a suggestion.
  return best !== null && /^-.$/.test(best.text) && best.distance >= 1 && !/^--/.test(word) ? null : (best?.text ?? null);
}
