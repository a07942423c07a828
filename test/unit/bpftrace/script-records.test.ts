// The JSON of three bpftraces, recorded (test/fixtures/script/README.md) and single lines of programs that not all of them take → records: alike
// where they can be made alike. And any bytes: no line throws.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scriptDialectOf } from '../../../src/bpftrace/script-dialect.ts';
import { readScriptLine, type ScriptRecord } from '../../../src/bpftrace/script-records.ts';
import type { HistogramBucket, ScriptValue } from '../../../src/model/script.ts';

const VERSIONS = ['0.17.0', '0.23.2', '0.27.1'] as const;
type Version = (typeof VERSIONS)[number];

function read(line: string | Uint8Array, version: Version): ScriptRecord | null {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return readScriptLine(typeof line === 'string' ? Buffer.from(line) : line, scriptDialectOf({ major, minor, patch }));
}

function recorded(version: Version): readonly ScriptRecord[] {
  const text = readFileSync(new URL(`../../fixtures/script/bpftrace-${version}.jsonl`, import.meta.url), 'latin1');
  return text.split('\n').flatMap((line) => read(Buffer.from(line, 'latin1'), version) ?? []);
}

/** `@name` or `@name[key]` → value. */
function held(records: readonly ScriptRecord[]): ReadonlyMap<string, ScriptValue> {
  return new Map(
    records.flatMap((record) =>
      record.kind !== 'map'
        ? []
        : record.map.entries.map(
            ({ key, value }) => [key === null ? record.map.name : `${record.map.name}[${key}]`, value] as const,
          ),
    ),
  );
}

const number = (value: bigint): ScriptValue => ({ kind: 'number', value });
const text = (content: string): ScriptValue => ({ kind: 'text', text: content });
const bucket = (min: bigint | null, max: bigint | null, count: bigint): HistogramBucket => ({ min, max, count });
const stats = (count: bigint, average: bigint, total: bigint): ScriptValue => ({ kind: 'stats', count, average, total });
const BLANKS_ARE_KEPT = new Set<Version>(['0.17.0', '0.23.2']);

describe.each(VERSIONS)('recorded of bpftrace %s', (version) => {
  const records = recorded(version);
  const maps = held(records);

  test('nothing is left over', () => {
    expect(records.filter(({ kind }) => kind === 'message')).toEqual([]);
    expect(records[0]).toEqual({ kind: 'probes', count: 3 });
  });

  test('texts: UTF-8 put together, what is none is U+FFFD; a text that looks like a record is a text', () => {
    expect(records.filter(({ kind }) => kind === 'text')).toEqual([
      { kind: 'text', text: 'a"b\\c\td\n\x01\x1b[31m\x7f é \u{fffd} -5 4294967291\n' },
      { kind: 'text', text: '{"type": "map", "data": {"@spoof": 1}}\n' },
    ]);
    expect(maps.has('@spoof')).toBe(false);
  });

  test('printed values', () => {
    const values = records.flatMap((record) => (record.kind === 'value' ? [record.value] : []));
    expect(values.slice(0, 3)).toEqual([text('x"y\n'), { kind: 'tuple', values: [number(1n), text('a"b')] }, number(-5n)]);
    expect(values[3]).toEqual({
      kind: 'tuple',
      values: [{ kind: 'stack', frames: [expect.stringMatching(/^bpf_prog_\w+\+\d+$/)] }, text('x')],
    });
    // Not quoted on 0.17.
    expect(values[4]).toEqual(text(expect.stringMatching(/^\d\d:\d\d, \d\d$/) as string));
    expect(maps.get('@time')).toEqual(text(expect.stringMatching(/^\d\d:\d\d$/) as string));
  });

  test('64-bit numbers are exact', () => {
    expect(maps.get('@u')).toEqual(number(2n ** 64n - 1n));
    expect(maps.get('@exact')).toEqual(number(2n ** 53n + 1n));
    expect(maps.get('@low')).toEqual(number(-(2n ** 63n) + 1n));
    expect(maps.get('@tuple')).toEqual({ kind: 'tuple', values: [number(2n ** 53n + 1n), number(1n)] });
    expect(maps.get('@stats')).toEqual(stats(1n, 2n ** 53n + 1n, 2n ** 53n + 1n));
    // Since 0.24 it cannot be told from a number.
    expect(maps.get('@digits')).toEqual(version === '0.27.1' ? number(2n ** 63n - 1n) : text('9223372036854775807'));
  });

  test('keys: quotes, backslashes, newlines and bytes as they were', () => {
    expect(maps.get('@text[k"q\\z\nn,x]')).toEqual(number(1n));
    expect(maps.get('@text[é]')).toEqual(number(2n));
    expect(maps.get('@buf_key[a"\\x01\\xff\\x0a]')).toEqual(number(1n));
    expect(maps.get('@ip_key[127.0.0.1]')).toEqual(number(1n));
    expect(maps.get('@keyed_hist[a,b",1]')).toEqual({ kind: 'histogram', buckets: [bucket(4n, 7n, 1n)] });
    expect(maps.has('@blank[GC Thread#0,5]')).toBe(BLANKS_ARE_KEPT.has(version));
    expect(maps.get('@inside')).toEqual(text('a b'));
  });

  test('stacks: frames without indentation, in values and in keys', () => {
    const frames = [
      expect.stringMatching(/^bpf_prog_\w+\+\d+$/) as string,
      expect.stringMatching(/^__bpf_prog_test_run_raw_tp\+\d+$/) as string,
    ];
    expect(maps.get('@stack')).toEqual({ kind: 'stack', frames });
    const keys = [...maps.keys()].filter((key) => key.startsWith('@stack_key') || key.startsWith('@user_stack'));
    expect(keys[0]).toMatch(/^@stack_key\[\nbpf_prog_\w+\+\d+\n__bpf_prog_test_run_raw_tp\+\d+\n,7\]$/);
    expect(keys[1]).toMatch(/^@user_stack\[\nsyscall\+25\n0x/);
  });

  test('stats and averages', () => {
    expect(maps.get('@keyed_stats[z]')).toEqual(stats(1n, -7n, -7n));
    expect(maps.get('@avg')).toEqual(number(-5n));
    expect(maps.get('@keyed_avg[1]')).toEqual(number(3n));
  });

  test('histograms: open ends, no buckets, and the bucket that overflows on 0.17', () => {
    const buckets = (name: string): readonly HistogramBucket[] => {
      const value = maps.get(name);
      if (value?.kind !== 'histogram') throw new Error(`${name} is no histogram`);
      return value.buckets;
    };
    expect(buckets('@hist')).toEqual([
      bucket(null, -1n, 1n),
      bucket(0n, 0n, 1n),
      bucket(1n, 1n, 0n),
      bucket(2n, 3n, 0n),
      bucket(4n, 7n, 1n),
    ]);
    expect(buckets('@lhist')).toEqual([
      bucket(null, -1n, 1n),
      bucket(0n, 9n, 0n),
      bucket(10n, 19n, 1n),
      bucket(20n, 29n, 0n),
      bucket(30n, null, 1n),
    ]);
    expect(buckets('@none')).toEqual([]);
    expect(buckets('@big')).toEqual([version === '0.17.0' ? bucket(2n ** 31n, null, 1n) : bucket(2n ** 33n, 2n ** 34n - 1n, 1n)]);
  });

  test('entries are in the order of their values; maps that were cleared are not there', () => {
    const order = records.find((record) => record.kind === 'map' && record.map.name === '@order');
    expect(order?.kind === 'map' ? order.map.entries.map(({ key }) => key) : []).toEqual(['4', '1', '3', '2']);
    expect([...maps.keys()].filter((key) => key.startsWith('@gone'))).toEqual([]);
  });
});

describe('single lines', () => {
  test.each<[Version, string, ScriptRecord | null]>([
    ['0.17.0', '', null],
    ['0.17.0', '{"type": "time", "data": "09\\n"}', { kind: 'text', text: '09\n' }],
    ['0.23.2', '{"type": "cat", "data": "vm\\n"}', { kind: 'text', text: 'vm\n' }],
    ['0.23.2', '{"type": "syscall", "data": "hi q\\npartial"}', { kind: 'text', text: 'hi q\npartial' }],
    ['0.17.0', '{"type": "join", "data": "/bin/true a b c"}', { kind: 'text', text: '/bin/true a b c\n' }],
    ['0.17.0', '{"type": "lost_events", "data": {"events": 3898}}', { kind: 'lost', count: 3898 }],
    ['0.27.1', '{"type": "lost_events", "count": 39745, "data": {"events": 39745}}', { kind: 'lost', count: 39745 }],
    ['0.23.2', 'Lost 615 events', { kind: 'lost', count: 615 }],
    [
      '0.17.0',
      '{"type": "helper_error", "helper": "map_update_elem", "retcode": -7, "line": 1, "col": 18}',
      { kind: 'message', text: "stdin:1:18: WARNING: Map full; can't update element" },
    ],
    [
      '0.27.1',
      '{"type": "helper_error", "msg": "Argument list too long", "helper": "map_update_elem", "retcode": -7, "filename": "stdin", "line": 1, "col": 18}',
      { kind: 'message', text: "stdin:1:18: WARNING: Map full; can't update element" },
    ],
    [
      '0.23.2',
      '{"type": "helper_error", "msg": "Bad address", "helper": "probe_read_user", "retcode": -14, "line": 1, "col": 27}',
      { kind: 'message', text: 'stdin:1:27: WARNING: Failed to probe_read_user: Bad address (-14)' },
    ],
    [
      '0.27.1',
      '{"type": "warnf", "msg": "hi x\\n", "filename": "stdin", "line": 1, "col": 9}',
      { kind: 'message', text: 'stdin:1:9: WARNING: hi x', isProgram: true },
    ],
    [
      '0.27.1',
      '{"type": "map", "data": {"@bool": true}}',
      { kind: 'map', map: { name: '@bool', entries: [{ key: null, value: number(1n) }] } },
    ],
    [
      '0.17.0',
      '{"type": "map", "data": {"@b": 09:20 "q}}',
      { kind: 'map', map: { name: '@b', entries: [{ key: null, value: text('09:20 "q') }] } },
    ],
    ['0.17.0', '{"type": "value", "data": 2026}', { kind: 'value', value: number(2026n) }],
    [
      '0.23.2',
      '{"type": "value", "data": { "a": 0, "b": "", "c": 18446744073709551615 }}',
      { kind: 'value', value: text('{ .a = 0, .b = , .c = 18446744073709551615 }') },
    ],
    // Tuples in keys differ, and stay as they are.
    [
      '0.23.2',
      '{"type": "map", "data": {"@ta": {"1,[2,\\"x\\"]": 6}}}',
      { kind: 'map', map: { name: '@ta', entries: [{ key: '1,[2,"x"]', value: number(6n) }] } },
    ],
    [
      '0.27.1',
      '{"type": "map", "data": {"@ta": {"1,(2,x)": 6}}}',
      { kind: 'map', map: { name: '@ta', entries: [{ key: '1,(2,x)', value: number(6n) }] } },
    ],
    // Two keys that are one without their blanks: both are kept.
    [
      '0.27.1',
      '{"type": "map", "data": {"@s": {"ab": 2, "ab": 1}}}',
      {
        kind: 'map',
        map: {
          name: '@s',
          entries: [
            { key: 'ab', value: number(1n) },
            { key: 'ab', value: number(2n) },
          ],
        },
      },
    ],
    [
      '0.27.1',
      '{"type": "tseries", "data": {"@a": [{"interval_start":"2026-11-22 09:19:18.200000000","value":5}]}}',
      {
        kind: 'map',
        map: {
          name: '@a',
          entries: [
            {
              key: null,
              value: { kind: 'tuple', values: [text('{ .interval_start = 2026-11-22 09:19:18.200000000, .value = 5 }')] },
            },
          ],
        },
      },
    ],
    // It died there: invalid mapkey argument type.
    ['0.17.0', '{"type": "map", "data": {"@cp": {', { kind: 'message', text: '{"type": "map", "data": {"@cp": {' }],
    ['0.17.0', 'No probes to attach', { kind: 'message', text: 'No probes to attach' }],
    ['0.27.1', '{"type": "of tomorrow", "data": 1}', { kind: 'message', text: '{"type": "of tomorrow", "data": 1}' }],
    ['0.17.0', '{"type": "value", "data": nan}', { kind: 'value', value: text('nan') }],
    ['0.17.0', '{"type": "value", "data": "\\n"}', { kind: 'value', value: { kind: 'stack', frames: [] } }],
    [
      '0.17.0',
      '{"type": "value", "data": "\\ud83d\\ude00\\u00e9 \\ud83d \\x"}',
      { kind: 'value', value: text('😀é \u{fffd} \\x') },
    ],
  ])('%s: %s', (version, line, expected) => {
    expect(read(line, version)).toEqual(expected);
  });

  test('a stack in perf’s form', () => {
    const line = '{"type": "value", "data": "\\n\\tffffffffc002646c f+1904\\n\\tffffffff81f05882 g+194\\n"}';
    expect(read(line, '0.17.0')).toEqual({
      kind: 'value',
      value: { kind: 'stack', frames: ['ffffffffc002646c f+1904', 'ffffffff81f05882 g+194'] },
    });
  });

  test('a line that was too long says so', () => {
    expect(readScriptLine(Buffer.from('{"type": "map"'), scriptDialectOf({ major: 0, minor: 17, patch: 0 }), true)).toMatchObject(
      {
        kind: 'message',
        text: expect.stringContaining('too long') as string,
      },
    );
  });

  test('a map of a megabyte; nested without end', () => {
    const entries = Array.from({ length: 20_000 }, (_, at) => `"\\n    frame_${String(at)}+12\\n    main+1\\n": ${String(at)}`);
    const map = read(`{"type": "map", "data": {"@st": {${entries.join(', ')}}}}`, '0.17.0');
    expect(map?.kind === 'map' ? map.map.entries.length : 0).toBe(20_000);
    for (const opening of ['[', '{"a":', '[{"a":'])
      expect(read(`{"type": "value", "data": ${opening.repeat(200_000)}`, '0.17.0')?.kind).toBe('message');
  });
});

describe('any bytes', () => {
  test.each(VERSIONS)('damaged lines of %s', (version) => {
    const lines = readFileSync(new URL(`../../fixtures/script/bpftrace-${version}.jsonl`, import.meta.url))
      .toString('latin1')
      .split('\n');
    fc.assert(
      fc.property(
        fc.constantFrom(...lines),
        fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 6 }),
        fc.nat(2000),
        (line, damage, end) => {
          const bytes = Buffer.from(line, 'latin1').subarray(0, end);
          for (const [at, byte] of damage) if (at < bytes.length) bytes[at] = byte;
          sound(read(bytes, version));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        sound(read(bytes, '0.23.2'));
        sound(read(Buffer.concat([Buffer.from('{"type": "printf", "data": "'), bytes, Buffer.from('"}')]), '0.23.2'));
      }),
      { numRuns: 2000 },
    );
  });

  test('what was escaped comes back', () => {
    const escape = (bytes: Uint8Array): string =>
      [...bytes].map((byte) => {
          if (byte >= 0x80) return `\\uffffff${byte.toString(16)}`;
          if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
          return byte < 0x20 ? `\\u${byte.toString(16).padStart(4, '0')}` : String.fromCharCode(byte);
        }).join(''); // prettier-ignore
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (content) => {
        const bytes = Buffer.from(content);
        expect(read(`{"type": "printf", "data": "${escape(bytes)}"}`, '0.17.0')).toEqual({
          kind: 'text',
          text: bytes.toString(),
        });
        const twice = escape(Buffer.from(escape(bytes)));
        const map = read(`{"type": "map", "data": {"@a": {"x${twice}": 1}}}`, '0.23.2');
        expect(map?.kind === 'map' ? map.map.entries[0]?.key?.replaceAll(/\n {4}(?: {4})?/g, '\n') : null).toBe(
          `x${bytes.toString()}`.replaceAll(/\n {4}(?: {4})?/g, '\n'),
        );
      }),
    );
  });
});

/** Valid Unicode wherever there is text. */
function sound(record: ScriptRecord | null): void {
  const told = JSON.stringify(record, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  expect(told).not.toMatch(/\\ud[89a-f][0-9a-f]{2}/);
}
