// Results of made-up programs, with keys in the forms that bpftrace 0.17, 0.23 and 0.27 print, and names that are nobody's friend.

import type { HistogramBucket, MapEntry, MapSnapshot, ScriptValue } from '../../src/model/script.ts';
import type { MapFacts, ScriptResult } from '../../src/model/script-result.ts';

export const number = (value: bigint | number): ScriptValue => ({ kind: 'number', value: BigInt(value) });

/** Buckets of `hist()`, from `min` on: its powers of two. */
export function powers(min: bigint, counts: readonly number[]): ScriptValue {
  let low = min;
  const buckets = counts.map((count): HistogramBucket => {
    const high = low < 2n ? low : 2n * low - 1n;
    const bucket = { min: low, max: high, count: BigInt(count) };
    low = high + 1n;
    return bucket;
  });
  return { kind: 'histogram', buckets };
}

/** Buckets of `lhist()`, open on both sides. */
export function linear(min: number, step: number, counts: readonly number[]): ScriptValue {
  const buckets = counts.map((count, index): HistogramBucket => {
    const low = BigInt(min + (index - 1) * step);
    const isLast = index === counts.length - 1;
    return { min: index === 0 ? null : low, max: isLast ? null : low + BigInt(step) - 1n, count: BigInt(count) };
  });
  return { kind: 'histogram', buckets };
}

export const mapOf = (name: string, entries: Readonly<Record<string, ScriptValue>>): MapSnapshot => ({
  name,
  entries: Object.entries(entries).map(([key, value]): MapEntry => ({ key, value })),
});
export const scalar = (name: string, value: ScriptValue): MapSnapshot => ({ name, entries: [{ key: null, value }] });

export const KERNEL_STACK = ['vfs_read+1', '__x64_sys_read+24', 'do_syscall_64+113', 'entry_SYSCALL_64_after_hwframe+118'];
export const USER_STACK = ['read+25', 'Reader::fill(char*, int)+106', 'main+3142', '0x7fff3f443208'];
/** A stack as it stands in a key; indentation of 4 (0.17), 8 (0.23) or 0 (0.27). */
export const stackKey = (frames: readonly string[], indent = 4): string =>
  `\n${frames.map((frame) => `${' '.repeat(indent)}${frame}\n`).join('')}`;

const ALL_MAPS: readonly MapSnapshot[] = [
  scalar('@total', number(18446744073709551615n)),
  scalar('@last', { kind: 'text', text: 'kworker/0:1' }),
  scalar('@pair', { kind: 'tuple', values: [number(-1), { kind: 'text', text: 'x,y' }] }),
  mapOf('@reads', { 'bash,12': number(7), '日本,4711': number(123456), 'evil\u001b[2J,1': number(-3), 'a,b,9': number(80) }),
  mapOf('@name', { '1': { kind: 'text', text: 'init' }, '4711': { kind: 'text', text: 'java\n' } }),
  mapOf('@size', {
    bash: { kind: 'stats', count: 1n, average: 4n, total: 4n },
    java: { kind: 'stats', count: 1000n, average: 12n, total: 12345n },
  }),
  scalar('@us', powers(0n, [1, 0, 2, 5, 8, 40, 12, 3, 0, 0, 0, 1])),
  scalar('@ms', linear(0, 10, [1, 0, 2, 30, 4, 1])),
  mapOf('@delay', { bash: powers(1024n, [1, 2]), java: powers(1n << 20n, [5, 0, 1]) }),
  mapOf('@both', {
    [`${stackKey(KERNEL_STACK)},${stackKey(USER_STACK)},bash`]: number(3),
    [`${stackKey(KERNEL_STACK.slice(1), 8)},${stackKey(USER_STACK, 8)},java`]: number(12),
  }),
  mapOf('@on', {
    [stackKey(USER_STACK, 0)]: number(5),
    [stackKey(['read+99', ...USER_STACK.slice(1)], 0)]: number(2),
    '\n': number(1),
  }),
  scalar('@where', { kind: 'stack', frames: KERNEL_STACK }),
  { name: '@nothing', entries: [] },
];

const FACTS: readonly (readonly [string, MapFacts])[] = [
  ['@reads', { key: ['value', 'value'], unit: 'reads' }],
  ['@both', { key: ['kernel-stack', 'user-stack', 'value'], unit: 'bytes' }],
];

/** Of every kind of map. */
export function scriptResult(more: Partial<ScriptResult> = {}): ScriptResult {
  return {
    source: { name: 'reads.bt', text: 'tracepoint:syscalls:sys_enter_read\n{\n\t@reads[comm, pid] = count(); // </script>\n}\n' },
    maps: ALL_MAPS,
    mapFacts: new Map(FACTS),
    text: 'Tracing... Hit Ctrl-C\n\u001b[31mred\n',
    omittedCharacters: 0,
    messages: ['WARNING: a helper failed'],
    lostEvents: 12,
    probes: 2,
    durationMs: 12_345.6,
    bpftraceVersion: 'bpftrace v0.23.2',
    ...more,
  };
}
