// Numbers as people read them: the same in every locale, so that transcripts can be compared.

/** 1234567 → `1,234,567`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Share of a whole in percent with one digit; `-` of nothing. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? '-' : formatPercent((100 * part) / whole);
}

/** Tells "almost all" from "all" and "a little" from "nothing": 99.96 is no 100.0, and 0.01 is no 0.0. */
export function formatPercent(percent: number): string {
  if (percent > 0 && percent < 0.05) return '<0.1';
  if (percent > 99.95 && percent < 100) return '99.9';
  return percent.toFixed(1);
}

/** 12345 → `12.1 KB`, powers of 1024. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** 9_950 → `9.9 s`, 200 → `200 ms`, 150_000 → `2 min 30 s`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
