// The page of a program's result as data: what each map becomes, what is said of losses, and that nothing of the target's stands outside of
// the data.

import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { PageData } from '../../../../src/outputs/page-data.ts';
import type { KeyParts, MapSnapshot, WalkedFrame } from '../../../../src/model/script.ts';
import type { ScriptPageData, ScriptPageMap } from '../../../../src/outputs/script/script-page-data.ts';
import { mapStacks } from '../../../../src/outputs/script/map-stacks.ts';
import { scriptFormatOf } from '../../../../src/outputs/script/script-formats.ts';
import { mapOf, number, powers, scriptResult, stackKey } from '../../../support/script-results.ts';

const ASSETS = { script: 'console.log("page");\n', style: 'main { color: red }\n' };

function render(result = scriptResult()): { readonly html: string; readonly data: ScriptPageData } {
  const html = [...(scriptFormatOf('x.html')?.render(result, { pageAssets: () => ASSETS }) ?? [])].join('');
  const base64 = /<script type="text\/plain" id="data">([A-Za-z0-9+/=]*)<\/script>/.exec(html)?.[1] ?? '';
  return { html, data: JSON.parse(gunzipSync(Buffer.from(base64, 'base64')).toString()) as ScriptPageData };
}

/** Folded lines out of a graph's columns. */
function linesOf({ nodes, frames, rows, texts }: PageData): string[] {
  const path: string[] = [];
  const stacks = nodes.level.map((level, node) => {
    path.length = level;
    path.push(texts[frames.name[nodes.frame[node] ?? -1] ?? -1] ?? '?');
    return path.join(';');
  });
  return rows.node.map((node, row) => `${stacks[node] ?? '?'} ${String(rows.weight[row] ?? 0)}`);
}

const named = (data: ScriptPageData, name: string): ScriptPageMap | undefined => data.maps.find((map) => map.name === name);

test('maps become graphs, bars and tables; single values stand together', () => {
  const { data } = render();
  expect(data.maps.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'Single values table',
    '@reads table',
    '@name table',
    '@size table',
    '@us histograms',
    '@ms histograms',
    '@delay histograms',
    '@both graph',
    '@on graph',
    '@where table',
    '@nothing table',
  ]);
  expect(named(data, 'Single values')).toMatchObject({ rows: [['@total', '18446744073709551615'], ['@last', 'kworker/0:1'], ['@pair', '(-1, x,y)']] });
  expect(named(data, '@size')).toMatchObject({
    columns: [{ head: 'Key' }, { head: 'Count', isNumber: true }, { head: 'Average' }, { head: 'Total' }],
    rows: [['java', '1000', '12', '12345'], ['bash', '1', '4', '4']],
  });
  // One key cannot be taken apart: then none is.
  expect(named(data, '@reads')).toMatchObject({ columns: [{ head: 'Key' }, { head: 'Value', isNumber: true }], rows: [['日本, 4711', '123456'], ['a,b,9', '80'], {}, {}] });
  expect(named(data, '@delay')).toMatchObject({ histograms: [{ key: 'java', bars: [{ label: '[1M, 2M)', count: '5', percentOfLargest: 100 }, {}, { percentOfLargest: 20 }] }, {}] });
}); // prettier-ignore

test('graphs: the oldest frame first, the kernel on top of the user, kinds, and the unit of the map', () => {
  const { data } = render();
  const both = named(data, '@both');
  const on = named(data, '@on');
  if (both?.kind !== 'graph' || on?.kind !== 'graph') throw new Error('no graphs');
  expect(linesOf(both.data)).toEqual([
    'bash;0x7fff3f443208;main;Reader::fill(char*, int);read;entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_read;vfs_read 3',
    'java;0x7fff3f443208;main;Reader::fill(char*, int);read;entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_read 12',
  ]);
  const kinds = new Map(both.data.nodes.frame.map((frame, node) => [both.data.texts[both.data.frames.name[frame] ?? 0], both.data.kinds[both.data.nodes.kind[node] ?? 0]])); // prettier-ignore
  expect(['bash', 'main', 'vfs_read', '0x7fff3f443208'].map((name) => kinds.get(name))).toEqual(['marker', 'native', 'kernel', 'marker']); // prettier-ignore
  expect([both.data.unit, on.data.unit]).toEqual(['bytes', 'in @on']);
  expect(linesOf(on.data)).toEqual(['0x7fff3f443208;main;Reader::fill(char*, int);read 7', '[no stack] 1']);
});

test('stacks with more than one number have them all: a graph, and the numbers', () => {
  const maps = [
    mapOf('@lat', { [`${stackKey(['f+1', 'main'])},bash`]: powers(4n, [1, 2]) }),
    mapOf('@size', { [stackKey(['f+1', 'main'])]: { kind: 'stats', count: 2n, average: 3n, total: 6n } }),
  ];
  const { data } = render(scriptResult({ maps }));
  expect(data.maps).toMatchObject([
    { kind: 'graph', name: '@lat', data: { unit: 'values', rows: { weight: [3] } } },
    { kind: 'histograms', name: '@lat in numbers', histograms: [{ key: 'f+1\nmain, bash' }] },
    { kind: 'graph', name: '@size', data: { unit: 'in @size', rows: { weight: [6] } } },
    { kind: 'table', name: '@size in numbers', rows: [['f+1\nmain', '2', '3', '6']] },
  ]);
});

test('losses and what is left out are said', () => {
  const stacks = mapOf('@s', { [stackKey(['f'])]: number(1), [stackKey(['g'])]: number(0) });
  const { data } = render(scriptResult({ maps: [stacks], omittedCharacters: 5 }));
  expect(data.warnings).toEqual([
    '12 events lost on the way from the kernel: what was printed is not all of it.',
    'Of the output only the newest lines are here.',
  ]);
  expect(data.maps[0]?.note).toBe('1 entry left out: a value of 0 or less, or a key that cannot be told apart.');
  expect(render(scriptResult({ lostEvents: 0 })).data.warnings).toEqual([]);
});

test('the program and names are in the data alone, which is base64', () => {
  const { html, data } = render();
  expect(data.program[2]).toContain('</script>');
  expect(html.match(/<\/script>/g)).toHaveLength(2);
  expect(html).not.toContain('evil');
  expect(data.output).toEqual(['Tracing... Hit Ctrl-C', '\\e[31mred']);
});

test('a stack that jtrace walked keeps the kinds of its frames: on the page, and in folded stacks with kinds', () => {
  const frame = (kind: WalkedFrame['kind'], name: string, library = ''): WalkedFrame => ({ kind, name, library, marker: null });
  const walked = [
    frame('native', 'open64', '/lib/libc.so.6'),
    frame('inlined', 'A.b'),
    frame('c2', 'A.a'),
    frame('interpreted', 'M.main'),
  ];
  const parts: KeyParts = {
    isExact: true,
    parts: [
      { kind: 'stack', whose: 'kernel-stack', frames: ['sys_open+1'], walked: null },
      { kind: 'stack', whose: 'whole-stack', frames: walked.map(({ name }) => name), walked },
      { kind: 'text', text: 'java' },
    ],
  };
  const result = scriptResult({
    maps: [{ name: '@opens', entries: [{ key: 'any,text', value: number(5), parts }] }],
    mapFacts: new Map([['@opens', { key: ['kernel-stack', 'whole-stack', 'value'], unit: 'events' }]]),
  });
  const map = named(render(result).data, '@opens');
  if (map?.kind !== 'graph') throw new Error('no graph');
  const { frames, nodes, texts, kinds, unit } = map.data;
  expect(unit).toBe('events');
  expect(
    nodes.frame.map((frame, node) => `${texts[frames.name[frame] ?? -1] ?? ''} ${kinds[nodes.kind[node] ?? -1] ?? ''}`).sort(),
  ).toEqual(['A.a c2', 'A.b inlined', 'M.main interpreted', 'java marker', 'open64 native', 'sys_open kernel']);
  const folded = (ending: string): string =>
    [...(scriptFormatOf(`x${ending}`)?.render(result, { pageAssets: () => ASSETS }) ?? [])].join('');
  expect(folded('.kinds.folded')).toBe('java;M.main_[0];A.a_[j];A.b_[i];open64;sys_open_[k] 5\n');
  expect(folded('.folded')).toBe('java;M.main;A.a;A.b;open64;sys_open_[k] 5\n');
});

test('a key of which its stack cannot be told is left out of the graph, and counted; a name is a name, whatever is in it', () => {
  const walked = [{ kind: 'c2', name: ',evil.Cls.m,', library: '', marker: null }] as const;
  const parts: KeyParts = {
    isExact: true,
    parts: [
      { kind: 'text', text: 'a\nb' },
      { kind: 'stack', whose: 'whole-stack', frames: [',evil.Cls.m,'], walked },
    ],
  };
  const kinds = ['value', 'user-stack', 'value'] as const;
  const map: MapSnapshot = {
    name: '@',
    entries: [
      { key: 'a\nb,\n,evil.Cls.m,\n', value: number(5), parts },
      { key: 'x,\nevil\n,\n  f\n,y', value: number(3) },
      { key: 'x,\n  f\n,y', value: number(2) },
    ],
  };
  const found = mapStacks(map, { key: kinds, unit: '' });
  expect(found?.stacks.map(({ levels }) => levels.map(({ kind, name }) => `${kind} ${name}`))).toEqual([
    ['label a\nb', 'user ,evil.Cls.m,'],
    ['label x', 'label y', 'user f'],
  ]);
  expect(found?.leftOut).toBe(1);
});
