// Events become a result, a result becomes files: bounds, sizes that are not whole numbers of a double, hostile names.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MapSnapshot, ScriptEvent } from '../../../../src/model/script.ts';
import { displayWidth } from '../../../../src/outputs/display-width.ts';
import { jsonText } from '../../../../src/outputs/json-text.ts';
import { bucketLabels } from '../../../../src/outputs/script/bucket-labels.ts';
import { createResultCollector } from '../../../../src/outputs/script/collect-result.ts';
import { mapLines, PIPE_LOOK } from '../../../../src/outputs/script/map-text.ts';
import { SCRIPT_ENDINGS, scriptFormatOf } from '../../../../src/outputs/script/script-formats.ts';
import { eventLine } from '../../../../src/outputs/script/script-json.ts';
import { mapsText } from '../../../../src/outputs/script/script-text.ts';
import { mapOf, number, scalar, scriptResult, stackKey } from '../../../support/script-results.ts';

const RUN = { source: { name: '-e', text: 'BEGIN {}' }, mapFacts: new Map(), durationMs: 1, bpftraceVersion: '' };
const ASSETS = { pageAssets: () => ({ script: '', style: '' }) };
const map = (snapshot: MapSnapshot): ScriptEvent => ({ kind: 'map', map: snapshot });

test('of each map the last snapshot, in the order of the first; lost events add up; texts and printed values in order', () => {
  const collector = createResultCollector();
  const events: readonly ScriptEvent[] = [
    { kind: 'ready', probes: 3 },
    map(scalar('@a', number(1))),
    { kind: 'text', text: 'x ' },
    map(scalar('@b', number(2))),
    { kind: 'value', value: { kind: 'tuple', values: [number(1), { kind: 'text', text: 'z' }] } },
    map(scalar('@a', number(3))),
    { kind: 'lost', count: 4 },
    { kind: 'lost', count: 5 },
    { kind: 'message', text: 'WARNING' },
    { kind: 'stopped', exitCode: 0 },
  ];
  for (const event of events) collector.add(event);
  const { maps, text, lostEvents, probes, messages } = collector.result(RUN);
  expect(maps).toEqual([scalar('@a', number(3)), scalar('@b', number(2))]);
  expect({ text, lostEvents, probes, messages }).toEqual({ text: 'x (1, z)\n', lostEvents: 9, probes: 3, messages: ['WARNING'] });
});

test('texts are bounded: the newest whole lines stay, and how much went is known', () => {
  const collector = createResultCollector(20);
  let all = '';
  for (let i = 0; i < 100; i += 1) {
    collector.add({ kind: 'text', text: `line ${String(i)}\n` });
    all += `line ${String(i)}\n`;
    const { text, omittedCharacters } = collector.result(RUN);
    expect(text.length).toBeLessThanOrEqual(20);
    expect(all.slice(omittedCharacters)).toBe(text);
    expect(text).toMatch(/^(line \d+\n)+$/);
  }
  const long = createResultCollector(5);
  long.add({ kind: 'text', text: '😀'.repeat(10) });
  expect(long.result(RUN)).toMatchObject({ text: '😀😀', omittedCharacters: 16 });
});

test('labels are bpftrace’s, exact, and of one kind in a histogram', () => {
  const label = (min: number | bigint | null, max: number | bigint | null, ...others: number[]): string | undefined =>
    bucketLabels([
      { min: min === null ? null : BigInt(min), max: max === null ? null : BigInt(max), count: 0n },
      ...others.map((other) => ({ min: BigInt(other), max: BigInt(other) + 1n, count: 0n })),
    ])[0];
  expect(label(null, -1)).toBe('(..., 0)');
  expect(label(0, 0)).toBe('[0]');
  expect(label(4, 7)).toBe('[4, 8)');
  expect(label(1024, 2047)).toBe('[1K, 2K)');
  expect(label(1n << 62n, (1n << 63n) - 1n)).toBe('[4E, 8E)');
  expect(label(100, null)).toBe('[100, ...)');
  expect(label(2048, 3071, 2000)).toBe('[2048, 3072)'); // 2000 is no multiple of 1024: no bound is shortened
});

test('numbers of 64 bits stay whole in every output', () => {
  const most = (1n << 64n) - 1n;
  const maps = [
    scalar('@x', number(most)),
    mapOf('@s', { [stackKey(['f+1'])]: number(most - 1n), [stackKey(['f+2'])]: number(1) }),
  ];
  const result = scriptResult({ maps });
  expect(mapLines(maps[0] ?? scalar('', number(0)), undefined, PIPE_LOOK)).toEqual([`@x: ${String(most)}`]);
  expect(maps.map((one) => eventLine(map(one), new Map())).join('')).toContain(`{"number":"${String(most)}"}`);
  expect([...(scriptFormatOf('x.folded')?.render(result, ASSETS) ?? [])]).toEqual([`f ${String(most)}\n`]);
});

test('formats by ending; standard output and devices get folded stacks, and nothing to fold is said', () => {
  expect(SCRIPT_ENDINGS.map((ending) => scriptFormatOf(`a${ending}`)?.name)).toEqual([
    'page',
    'folded-kinds',
    'folded-kinds',
    'folded',
    'folded',
    'text',
  ]);
  expect(['-', '/dev/stdout', 'x.svg', 'html'].map((path) => scriptFormatOf(path)?.name)).toEqual([
    'folded',
    'folded',
    undefined,
    undefined,
  ]);
  const folded = scriptFormatOf('-');
  expect(folded?.problem(scriptResult())).toBeNull();
  expect(folded?.problem(scriptResult({ maps: [] }))).toBe('nothing to fold: the program left no map');
  const plain = [
    mapOf('@a', { x: number(1) }),
    scalar('@b', { kind: 'stack', frames: ['f'] }),
    mapOf('@c', { [stackKey(['f'])]: number(0) }),
  ];
  expect(folded?.problem(scriptResult({ maps: plain }))).toBe(
    'nothing to fold: none of @a, @b, @c is keyed by a stack with values above 0',
  );
});

test('any text in a map: lines stay lines, within the width, JSON is JSON and holds it', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('\u001b]0;x\u0007', '\u202e,\n', '日本\n,'),
  );
  fc.assert(
    fc.property(hostile, hostile, fc.integer({ min: 1, max: 100 }), (key, text, columns) => {
      const one: MapSnapshot = {
        name: '@m',
        entries: [
          { key, value: { kind: 'text', text } },
          { key: `${key}2`, value: number(1) },
        ],
      };
      for (const line of mapsText([one], new Map(), { columns, isWhole: false, maxEntries: 5 })) {
        expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
      }
      const json = eventLine(map(one), new Map());
      expect(json).not.toMatch(/[\u007f-\u009f]|\p{Cf}|\n./u);
      expect(JSON.parse(json)).toMatchObject({ entries: [{ key: key.replace(/\p{Cs}/gu, '\ufffd') }, {}] });
      expect(Buffer.from(json).toString()).toBe(json);
    }),
  );
});

test('a map as large as maps get, by stack', () => {
  const frames = Array.from({ length: 30 }, (_, depth) => `f${String(depth)}`);
  const keys = Array.from({ length: 16_384 }, (_, index) => [stackKey([...frames, String(index)]), number(1)] as const);
  expect(mapsText([mapOf('@', Object.fromEntries(keys))], new Map(), PIPE_LOOK).length).toBeGreaterThan(16_384 * 30);
});

test('half a surrogate pair is no text of JSON, nor a name in it', () => {
  expect(jsonText({ a: '\ud800x\udc00', b: '😀' })).toBe('{"a":"\ufffdx\ufffd","b":"😀"}');
});
