// All weight of a profile in words: `1,240 page faults`, `12.3 s blocked`, `4.5 MiB allocated`. The same in the terminal and on the page.

import type { ProfiledEvent } from './events.ts';
import type { Profile } from './profile.ts';

const NS_PER_MS = 1e6;
const NS_PER_S = 1e9;
const MEBIBYTE_BYTES = 1024 ** 2;

/** What one unit of weight is called behind a number; `samples` of an event are what it counts. */
export function unitName(unit: Profile['weightUnit'], event: ProfiledEvent | null): string {
  return unit === 'samples' && event !== null ? event.counts : unit;
}

/** A weight of an event. */
export function eventWeightText(weight: number, unit: Profile['weightUnit'], { counts }: ProfiledEvent): string {
  return `${amountText(weight, unit)} ${counts}`;
}

function amountText(weight: number, unit: Profile['weightUnit']): string {
  switch (unit) {
    case 'samples':
      return grouped(weight);
    case 'nanoseconds':
      return weight >= NS_PER_S ? `${(weight / NS_PER_S).toFixed(2)} s` : `${(weight / NS_PER_MS).toFixed(2)} ms`;
    case 'bytes':
      return weight >= MEBIBYTE_BYTES ? `${(weight / MEBIBYTE_BYTES).toFixed(1)} MiB` : `${grouped(weight)} bytes`;
    default:
      return unit satisfies never;
  }
}

/** 1234567 → `1,234,567`, in every locale. */
function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
