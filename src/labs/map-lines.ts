// Maps as bpftrace prints them at its end. Pure.

/** `@name: 5`, `@name[key]: 5`; NaN: there is none. */
export function mapValue(lines: readonly string[], name: string): number {
  const line = lines.find((one) => one.startsWith(`${name}: `));
  const text = line?.slice(name.length + 2).trim() ?? '';
  return /^-?\d+$/u.test(text) ? Number(text) : Number.NaN;
}

export interface Bucket {
  /** As bpftrace writes it. */
  readonly range: string;
  readonly from: number;
  readonly count: number;
}

const BUCKET = /^(\[(\d+)([KMG]?)(?:, (?:\d+[KMG]?|\.\.\.))?[\])])\s+(\d+) \|/u;
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** Of the histogram under this heading, those that are not empty. */
export function buckets(lines: readonly string[], heading: string): readonly Bucket[] {
  const found: Bucket[] = [];
  for (const line of lines.slice(lines.findIndex((one) => one.trimEnd() === `${heading}:`) + 1)) {
    const [, range = '', from = '', unit = '', count = ''] = BUCKET.exec(line) ?? [];
    if (range === '') break;
    if (Number(count) > 0) found.push({ range, from: Number(from) * (UNITS[unit] ?? 1), count: Number(count) });
  }
  return found;
}

export const total = (of: readonly Bucket[]): number => of.reduce((sum, { count }) => sum + count, 0);
