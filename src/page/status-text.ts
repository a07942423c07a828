// What of a graph is not drawn, in words: the line below it. Pure.

import { countText } from './numbers.ts';
import type { View } from './view.ts';

/** `all`: weight of all that is selected. */
export function statusText({ boxes, hiddenNarrow, hiddenLevels, hiddenCallers }: View, all: number): string {
  if (all === 0) return 'No samples in this selection of threads and time.';
  const parts = [`${countText(boxes)} ${boxes === 1 ? 'frame' : 'frames'} drawn`];
  if (hiddenNarrow > 0) parts.push(`${countText(hiddenNarrow)} more are too narrow to see: zoom in`);
  if (hiddenLevels > 0) parts.push(`${countText(hiddenLevels)} more levels: zoom into the last one`);
  if (hiddenCallers > 0) parts.push(`${countText(hiddenCallers)} callers above are left out`);
  return `${parts.join('; ')}.`;
}
