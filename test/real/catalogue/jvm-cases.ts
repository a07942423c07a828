// The scripts for JVMs, each with what KnownEvents.java does a known number of times and what the script must have counted of it.

import { expect } from 'vitest';
import { isRecord } from '../../support/is-record.ts';

export interface JvmCase {
  readonly script: string;
  /** Of KnownEvents. */
  readonly kind: string;
  readonly count: number;
  readonly argument?: string;
  readonly options?: readonly string[];
  readonly parameters?: readonly string[];
  readonly check: (seen: Seen, count: number) => void;
}

/** One entry of a map as `--json` has it: the key's parts, a stack as its names; a number, or the counts and sum of statistics or a histogram. */
interface Entry {
  readonly key: readonly (string | readonly string[])[];
  readonly count: number;
  readonly total: number;
}

/** What a run of jtrace printed with `--json`. */
export class Seen {
  readonly lines: readonly string[];
  /** As it was. */
  readonly told: string;
  readonly #maps = new Map<string, readonly Entry[]>();

  constructor(stdout: string) {
    this.told = stdout;
    const lines: string[] = [];
    for (const line of stdout.split('\n').filter((text) => text !== '')) {
      const event: unknown = JSON.parse(line);
      if (!isRecord(event)) throw new Error(line);
      const { type, text, name, entries } = event;
      if (type === 'text' && typeof text === 'string') lines.push(text);
      if (type === 'map' && Array.isArray(entries)) this.#maps.set(String(name), entries.map(entryOf));
    }
    this.lines = lines.join('').split('\n');
  }

  /** Entries of a map whose keys have all these: each a part, or a name in a stack; a text is all of it. */
  entries(map: string, ...texts: readonly (string | RegExp)[]): readonly Entry[] {
    return (this.#maps.get(map) ?? []).filter(({ key }) =>
      texts.every((text) => key.flat().some((part) => (typeof text === 'string' ? part === text : text.test(part)))),
    );
  }

  count(map: string, ...texts: readonly (string | RegExp)[]): number {
    return this.entries(map, ...texts).reduce((sum, { count }) => sum + count, 0);
  }

  total(map: string, ...texts: readonly (string | RegExp)[]): number {
    return this.entries(map, ...texts).reduce((sum, { total }) => sum + total, 0);
  }
}

function keyPart(part: unknown): string | readonly string[] {
  if (Array.isArray(part)) return part.map(String);
  return typeof part === 'string' ? part : JSON.stringify(part);
}

function entryOf(entry: unknown): Entry {
  if (!isRecord(entry) || !isRecord(entry['value'])) throw new Error(JSON.stringify(entry));
  const { parts, value } = entry;
  const key = (Array.isArray(parts) ? parts : []).map(keyPart);
  const { number, stats, histogram } = value;
  if (isRecord(stats)) return { key, count: Number(stats['count']), total: Number(stats['total']) };
  if (!Array.isArray(histogram)) return { key, count: Number(number), total: Number(number) };
  return { key, count: histogram.filter(isRecord).reduce((sum, bucket) => sum + Number(bucket['count']), 0), total: Number.NaN };
}

/** The class of long[]. */
const LONGS = /^\[J$/;

export const JVM_CASES: readonly JvmCase[] = [
  {
    script: 'jvm-exceptions',
    kind: 'exceptions',
    count: 23,
    check: (seen, count) => {
      expect(seen.count('@exceptions', 'KnownEvents$KnownException', 'KnownEvents.thrower')).toBe(count);
    },
  },
  {
    script: 'gc-pauses',
    kind: 'gcs',
    count: 5,
    check: (seen, count) => {
      expect(seen.count('@pause_us', /^(GenCollectFull|SerialCollectFull|SerialGCCollect)/, '1')).toBe(count);
      expect(seen.count('@asked', 'KnownEvents.main', /^(GenCollectFull|SerialCollectFull|SerialGCCollect)/)).toBe(count);
      expect(
        seen.lines.filter((line) =>
          /^\d\d:\d\d:\d\d \d+ +1 +\S+.* (GenCollectFull|SerialCollectFull|SerialGCCollect)$/.test(line),
        ),
      ).toHaveLength(count);
    },
  },
  {
    script: 'safepoints',
    kind: 'gcs',
    count: 5,
    check: (seen, count) => {
      for (const map of ['@to_safepoint_us', '@stopped_us'])
        expect(seen.count(map, /(GenCollectFull|SerialCollectFull|SerialGCCollect)/), map).toBe(count);
      expect(seen.total('@total_us', /(GenCollectFull|SerialCollectFull|SerialGCCollect)/)).toBeGreaterThan(0);
    },
  },
  {
    script: 'jvm-locks',
    kind: 'locks',
    count: 6,
    check: (seen, count) => {
      expect(seen.count('@blocked_us', 'KnownEvents$KnownLock', /KnownEvents\.lambda\$contender/)).toBe(count);
      // The owner keeps each for 20 ms.
      expect(seen.total('@blocked_us', 'KnownEvents$KnownLock')).toBeGreaterThanOrEqual(20_000 * count);
    },
  },
  {
    script: 'parks',
    kind: 'parks',
    count: 11,
    parameters: ['--min', '4ms'],
    check: (seen, count) => {
      expect(seen.count('@parked_us', 'KnownEvents.parker')).toBe(count);
      // Each 5 ms.
      expect(seen.total('@parked_us', 'KnownEvents.parker')).toBeGreaterThanOrEqual(5000 * count);
    },
  },
  {
    // Of three waits, the second none for a lock, the first shorter than the minimum.
    script: 'jvm-locks',
    kind: 'lock-then-sleep',
    count: 1,
    parameters: ['--min', '1s'],
    check: (seen, count) => {
      expect(seen.count('@blocked_us', 'KnownEvents$KnownLock')).toBe(count);
      expect(seen.count('@blocked_us')).toBe(count);
    },
  },
  {
    // Short ones of threads that end are forgotten: there is room for others.
    script: 'parks',
    kind: 'permits',
    count: 11,
    parameters: ['--min', '4ms'],
    check: (seen, count) => {
      expect(seen.count('@parked_us', 'KnownEvents.parker')).toBe(count);
    },
  },
  {
    // With a permit: they are seen.
    script: 'parks',
    kind: 'permitted',
    count: 9,
    check: (seen, count) => {
      expect(seen.count('@parked_us', 'KnownEvents.permitted')).toBe(count);
    },
  },
  {
    script: 'class-loading',
    kind: 'classes',
    count: 7,
    check: (seen, count) => {
      expect(seen.count('@loaded', 'KnownEvents$KnownLock', '0')).toBe(count);
      expect(seen.count('@loaded_by')).toBe(seen.count('@loaded'));
    },
  },
  {
    script: 'thread-starts',
    kind: 'threads',
    count: 9,
    check: (seen, count) => {
      expect(seen.count('@started_by', 'KnownEvents.starter')).toBe(count);
      expect(seen.count('@begun', 'jt-known')).toBe(count);
      expect(seen.count('@ended', 'jt-known')).toBe(count);
    },
  },
  {
    script: 'jit-compiles',
    kind: 'compiles',
    count: 20_000,
    // Once, by C1, and nothing else.
    options: [
      '-Xbatch',
      '-XX:TieredStopAtLevel=1',
      '-XX:CompileCommand=quiet',
      '-XX:CompileCommand=compileonly,KnownEvents::compiled',
    ],
    check: (seen) => {
      expect(seen.count('@method_us', 'KnownEvents', 'compiled')).toBe(1);
      expect(seen.count('@compile_us', 'C1')).toBe(seen.count('@method_us'));
      expect(seen.entries('@compile_us', 'C2')).toEqual([]);
    },
  },
  {
    script: 'deoptimizations',
    kind: 'traps',
    count: 3,
    options: ['-Xbatch'],
    check: (seen, count) => {
      // Of a class that it was not compiled for.
      expect(seen.count('@traps', '4', 'KnownEvents.known')).toBe(count);
    },
  },
  {
    script: 'jvm-allocations',
    kind: 'allocations',
    count: 8,
    check: (seen, count) => {
      const outside = seen.count('@outside_bytes', LONGS, 'KnownEvents.allocator');
      // A thread whose buffer is about full takes one that is large enough for the object, too.
      const inBuffers = Math.floor(seen.total('@sampled_bytes', LONGS, 'KnownEvents.allocator') / (1 << 21));
      expect(outside + inBuffers).toBe(count);
      expect(outside).toBeGreaterThan(0);
      // 2 MiB and the array's header.
      expect(seen.total('@outside_bytes', LONGS, 'KnownEvents.allocator')).toBe(((1 << 21) + 16) * outside);
    },
  },
  {
    script: 'java-files',
    kind: 'files',
    count: 12,
    argument: '/etc/hostname',
    check: (seen, count) => {
      expect(seen.count('@opens', '/etc/hostname', 'KnownEvents.opener', /^0$/)).toBe(count);
    },
  },
  {
    script: 'java-sockets',
    kind: 'sockets',
    count: 10,
    check: (seen, count) => {
      expect(seen.count('@connects', /127\.0\.0\.1$/, 'KnownEvents.connector')).toBe(count);
      expect(seen.count('@accepts', 'KnownEvents.connector')).toBe(count);
    },
  },
  {
    script: 'java-dns',
    kind: 'names',
    count: 3,
    check: (seen, count) => {
      for (let i = 0; i < count; i++) expect(seen.count('@lookup_us', `jt-known-${String(i)}.invalid`)).toBe(1);
      expect(seen.count('@looked_up_by', 'KnownEvents.resolver')).toBe(count);
    },
  },
];
