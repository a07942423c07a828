// What of the recording is shown, in words: on paper and in a screenshot it must be seen that it is not all. Pure.

import { countText, momentText, shareText, weightText } from './numbers.ts';
import type { PageData } from '../outputs/page-data.ts';
import type { Filter } from './weights.ts';

/** Weights of one profile. */
export interface Amount {
  readonly shown: number;
  readonly all: number;
}

/** `587 of 1,240 samples (47.3 %), 3 of 20 threads, 5.00 s – 10.00 s`; `before`: of a comparison, `50 → 70 samples`. */
export function selectionText({ unit, time, threads }: PageData, amount: Amount, filter: Filter, before?: Amount): string {
  const parts = [before === undefined ? amountText(amount, unit) : changeText(before, amount, unit)];
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

function amountText({ shown, all }: Amount, unit: PageData['unit']): string {
  return shown === all
    ? weightText(all, unit)
    : `${partText(shown, unit)} of ${weightText(all, unit)} (${shareText(shown, all)})`;
}

function changeText(before: Amount, after: Amount, unit: PageData['unit']): string {
  const [a, b] = [before, after].map(({ shown, all }) =>
    shown === all ? partText(all, unit) : `${partText(shown, unit)} of ${partText(all, unit)}`,
  );
  return `${a ?? ''} → ${b ?? ''}${unit === 'samples' ? ' samples' : ''}`;
}

/** Samples without their unit, which follows. */
function partText(weight: number, unit: PageData['unit']): string {
  return unit === 'samples' ? countText(weight) : weightText(weight, unit);
}
