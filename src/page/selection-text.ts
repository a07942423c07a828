// What of the recording is shown, in words: on paper and in a screenshot it must be seen that it is not all. Pure.

import { countText, momentText, shareText, weightText } from './numbers.ts';
import type { PageData } from '../outputs/page-data.ts';
import type { Filter } from './weights.ts';

/** `587 of 1,240 samples (47.3 %), 3 of 20 threads, 5.00 s – 10.00 s`. */
export function selectionText({ unit, time, threads }: PageData, shown: number, all: number, filter: Filter): string {
  const part = unit === 'samples' ? countText(shown) : weightText(shown, unit);
  const parts = [shown === all ? weightText(all, unit) : `${part} of ${weightText(all, unit)} (${shareText(shown, all)})`];
  if (filter.threads !== null) {
    const chosen = filter.threads.reduce((sum, one) => sum + one, 0);
    parts.push(`${countText(chosen)} of ${countText(threads.length)} threads`);
  }
  if (filter.range !== null && time !== null) {
    const { from, to } = filter.range;
    parts.push(`${momentText(from * time.sliceMs, time.sliceMs)} – ${momentText(to * time.sliceMs, time.sliceMs)}`);
  }
  return parts.join(', ');
}
