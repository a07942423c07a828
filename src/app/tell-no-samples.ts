// A profile without samples → a word about why, below its summary: zeros alone tell nobody what to do.

import type { Recording } from '../model/recording.ts';
import type { Ui } from '../model/ui.ts';
import { noSamplesAdvice } from '../outputs/no-samples-advice.ts';

/** The page has all of it. */
const SHOWN_LINES = 2;

/** Tells nothing when there are samples. Filters that leave none are refused before. */
export function tellNoSamples({ profile, facts }: Recording, ui: Ui): void {
  if (profile.samples.stack.length > 0) return;
  for (const line of noSamplesAdvice(facts.run).slice(0, SHOWN_LINES)) ui.message('note', line);
}
