// Numbers as people read them, the same in every locale.

import type { PageData } from '../outputs/page-data.ts';

/** 1234567 → `1,234,567`. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `12.3 %`; tells a little from nothing and nearly all from all. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.05) return '<0.1 %';
  if (percent > 99.95 && percent < 100) return '99.9 %';
  return `${percent.toFixed(1)} %`;
}

/** A weight with its unit. */
export function weightText(weight: number, unit: PageData['unit']): string {
  switch (unit) {
    case 'samples':
      return `${countText(weight)} ${weight === 1 ? 'sample' : 'samples'}`;
    case 'nanoseconds':
      return weight >= 1e9 ? `${(weight / 1e9).toFixed(2)} s` : `${(weight / 1e6).toFixed(2)} ms`;
    case 'bytes':
      return weight >= 1 << 20 ? `${(weight / (1 << 20)).toFixed(1)} MB` : `${countText(weight)} bytes`;
    default:
      return `${countText(weight)} ${unit}`;
  }
}

/** Milliseconds since the start, as precise as `sliceMs` allows; of long recordings `h:mm:ss`. */
export function momentText(ms: number, sliceMs: number): string {
  if (sliceMs >= 1000) {
    const seconds = Math.round(ms / 1000);
    const two = (value: number): string => String(value).padStart(2, '0');
    return `${String(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }
  const digits = sliceMs >= 100 ? 1 : sliceMs >= 10 ? 2 : 3;
  return `${(ms / 1000).toFixed(digits)} s`;
}

/** Time of day of a moment since the epoch, `15:04:05`, in UTC: what logs of several machines have in common. */
export function clockText(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 19);
}
