// The page as a file: what goes in comes out of it again, nothing that a target has named stands outside of the data, and the policy
// names exactly the page's own program and style.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openRecording } from '../../../src/app/open-recording.ts';
import type { Recording } from '../../../src/model/recording.ts';
import type { PageData } from '../../../src/outputs/page-data.ts';
import { DIFF_PAGE_FORMAT } from '../../../src/outputs/diff-page.ts';
import { PAGE_FORMAT } from '../../../src/outputs/page.ts';
import { diffRecordings } from '../../../src/profile/diff.ts';
import { summarize } from '../../../src/profile/summarize.ts';
import { summaryFacts } from '../../../src/profile/summary-facts.ts';
import { UNFINISHED_ADVICE } from '../../../src/model/reason-advice.ts';
import { UNFINISHED_TEXTS } from '../../../src/model/reason-texts.ts';
import { foldedLines } from '../../../src/outputs/folded.ts';
import { runFacts } from '../../support/recordings.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { drawProfile } from '../profile/draw-profile.ts';
import { drawRecording } from '../page/draw-tree.ts';

const ASSETS = { script: 'console.log("page");\n', style: 'main { color: red }\n' };
const OPTIONS = { byThread: false, lines: false, native: true };

function render(recording: Recording, options = OPTIONS): string {
  return [...PAGE_FORMAT.render(recording, options, { pageAssets: () => ASSETS })].join('');
}

function dataOf(html: string): PageData {
  const base64 = /<script type="text\/plain" id="data">([A-Za-z0-9+/=]*)<\/script>/.exec(html)?.[1] ?? '';
  return JSON.parse(gunzipSync(Buffer.from(base64, 'base64')).toString()) as PageData;
}

/** Folded lines out of the columns alone, as the documentation of the format describes them. */
function linesOf({ nodes, frames, rows, texts }: PageData): Map<string, number> {
  const path: string[] = [];
  const stacks = nodes.level.map((level, node) => {
    path.length = level;
    path.push(texts[frames.name[nodes.frame[node] ?? -1] ?? -1] ?? '?');
    return path.join(';');
  });
  const lines = new Map<string, number>();
  rows.node.forEach((node, row) => {
    const stack = stacks[node] ?? '?';
    lines.set(stack, (lines.get(stack) ?? 0) + (rows.weight[row] ?? 0));
  });
  return lines;
}

const recordingOf = (profile: Recording['profile'], hasTimes = true): Recording => ({
  profile,
  facts: { source: 'folded', title: 'x', startedAtMs: null, startNs: 0, hasTimes, run: null, problems: [] },
});

test('stacks and weights come out as they went in, sorted by name, in every choice of frames', () => {
  const profile = drawProfile([
    { stack: 'leaf < work/native < main', weight: 3, thread: 'b' },
    { stack: 'leaf < main', weight: 2, thread: 'a' },
    { stack: 'start/native', thread: 'a' },
    { stack: 'main', thread: 'a' },
  ]);
  for (const byThread of [false, true])
    for (const native of [false, true]) {
      const options = { byThread, native, lines: false };
      const data = dataOf(render(recordingOf(profile), options));
      const expected = [...foldedLines(profile, options)].map((line) => /^(.*) (\d+)$/.exec(line)?.slice(1) ?? []);
      expect(linesOf(data)).toEqual(new Map(expected.map(([stack = '', weight]) => [stack, Number(weight)])));
    }
});

test('any profile: every node behind its caller, rows in order of time, nothing lost', () => {
  const sample = fc.record({
    stack: fc
      .array(fc.constantFrom('a', 'b', 'c/kernel', 'd/interpreted'), { minLength: 1, maxLength: 8 })
      .map((names) => names.join(';')),
    weight: fc.integer({ min: 1, max: 9 }),
    tid: fc.nat(3),
    timeMs: fc.nat(5000),
    isApproximate: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 40 }), (samples) => {
      const recording = drawRecording(samples);
      const data = dataOf(render(recording));
      const { level } = data.nodes;
      level.forEach((at, node) => expect(at).toBeLessThanOrEqual((level[node - 1] ?? -1) + 1));
      expect([...data.rows.slice].sort((a, b) => a - b)).toEqual(data.rows.slice);
      const expected = new Map<string, number>();
      for (const { stack, weight } of samples) {
        const names = stack.replace(/\/(kernel|interpreted)/g, '');
        expected.set(names, (expected.get(names) ?? 0) + weight);
      }
      expect(linesOf(data)).toEqual(expected);
    }),
  );
});

test('one method in several forms is one node of the form with most weight', () => {
  const data = dataOf(render(drawRecording([{ stack: 'run/interpreted', weight: 2 }, { stack: 'run', weight: 5 }, { stack: 'run/native', weight: 1 }]))); // prettier-ignore
  const shown = data.nodes.kind.map((kind, node) => [data.kinds[kind], data.nodes.kindsSeen[node]]);
  expect(shown).toEqual([['c2', 0b101], ['native', 1 << 6]]); // prettier-ignore
});

test('hostile names stay inside the data, and are shown in one line', () => {
  const names = [
    '</script><script>alert(1)</script>',
    '<!--',
    '"]]>',
    'a\nb',
    '\u202egpj.exe',
    '\ud800',
    '\u0000',
    'n'.repeat(60_000),
    '',
  ];
  const profile = drawProfile(names.map((stack) => ({ stack: stack.replaceAll(' < ', '') || 'x', thread: stack })));
  const hostile: Recording = {
    ...recordingOf(profile),
    facts: { ...recordingOf(profile).facts, title: '</title><img src=x onerror=alert(1)>\u202e' },
  };
  const html = render(hostile);
  const plain = render(recordingOf(drawProfile([{ stack: 'x' }])));
  const shell = (text: string): string => text.replace(/(id="data">)[A-Za-z0-9+/=]*/, '$1');
  expect(shell(html)).toBe(shell(plain));
  const data = dataOf(html);
  expect(data.texts).toContain('</script><script>alert(1)</script>');
  for (const text of [...data.texts, data.title, ...data.threads.map(({ name }) => name)]) {
    expect(text).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202e]/u);
    expect(text.length).toBeLessThanOrEqual(1000);
  }
});

test('the policy lets the page’s own script and style run, nothing else', () => {
  const html = render(drawRecording([{ stack: 'a' }]));
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  const hash = (tag: string): string => {
    const text = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html)?.[1] ?? '';
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  };
  expect(policy.split('; ')).toEqual([
    `default-src 'none'`,
    `script-src ${hash('script')}`,
    `style-src ${hash('style')}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ]);
  expect(() => [
    ...PAGE_FORMAT.render(drawRecording([]), OPTIONS, { pageAssets: () => ({ ...ASSETS, script: '"</script>"' }) }),
  ]).toThrow();
});

test('the same recording gives the same bytes', () => {
  const make = (): string => render(drawRecording([{ stack: 'a;b', tid: 2, timeMs: 3 }, { stack: 'a', timeMs: 90 }])); // prettier-ignore
  expect(make()).toBe(make());
});

test('no times: no time to choose from; no samples: advice', () => {
  expect(dataOf(render(recordingOf(drawProfile([{ stack: 'a' }]), false))).time).toBeNull();
  const empty = dataOf(render(drawRecording([])));
  expect(empty.nodes.level).toEqual([]);
  expect(empty.time).toBeNull();
  expect(empty.advice.length).toBeGreaterThan(0);
});

const rowsOf = ({ facts }: PageData, label: string): PageData['facts'][number]['rows'] =>
  facts.find((fact) => fact.label === label)?.rows ?? [];

test('facts count what the summary counts: of folded text, of runs whose samples stand for several, of time', async () => {
  const folded = await openRecording(join(REPOSITORY, 'test/fixtures/profiles/before.folded'));
  const reduced: Recording = { profile: folded.profile, facts: { ...folded.facts, source: 'jtrace', run: runFacts(99) } };
  const time: Recording = { ...reduced, profile: { ...folded.profile, weightUnit: 'nanoseconds' } };
  for (const recording of [folded, reduced, time]) {
    const data = dataOf(render(recording));
    const { samples, leafKinds, outcomes } = summarize(recording.profile, summaryFacts(recording, []), 0);
    expect(rowsOf(data, 'Sampled')[0]).toMatchObject({ text: 'samples', count: samples });
    const counts = Object.values(leafKinds).filter((count) => count > 0).sort((a, b) => b - a); // prettier-ignore
    expect(rowsOf(data, 'Leaf').map(({ count }) => count)).toEqual(counts);
    const stacks = rowsOf(data, 'Stacks').filter(({ sub }) => !sub).map(({ count }) => count); // prettier-ignore
    // Of another tool's profile jtrace does not know how whole its stacks are.
    expect(stacks).toEqual(recording === folded ? [] : [outcomes.complete, outcomes.approximate, outcomes.unfinished]);
  }
  expect(summarize(folded.profile, summaryFacts(folded, []), 0).samples).toBeGreaterThan(folded.profile.samples.stack.length);
});

test('the share of complete stacks is that of samples, not of rows', () => {
  const profile = drawProfile([
    { stack: 'a', weight: 3 },
    { stack: '[unfinished: stack-cut]/marker', outcome: { kind: 'unfinished', reason: 'stack-cut', detail: '' } },
  ]);
  const own: Recording = { profile, facts: { ...recordingOf(profile).facts, run: runFacts(99) } };
  expect(dataOf(render(own)).subtitle).toContain('75.0 % complete stacks');
});

test('facts tell every reason with what it means', () => {
  const profile = drawProfile([
    { stack: 'a' },
    { stack: '[unfinished: stack-cut]/marker', outcome: { kind: 'unfinished', reason: 'stack-cut', detail: '' } },
  ]);
  const own: Recording = { profile, facts: { ...recordingOf(profile).facts, run: runFacts(99) } };
  const rows = rowsOf(dataOf(render(own)), 'Stacks');
  expect(rows).toContainEqual({ reason: 'stack-cut', text: `stack-cut: ${UNFINISHED_TEXTS['stack-cut']}`, count: 1, sub: true });
  expect(rows).toContainEqual({ text: 'complete', count: 1, sub: false });
  const { reasons } = dataOf(render(own));
  expect(reasons).toEqual([{ name: 'stack-cut', frame: '[unfinished: stack-cut]', ...UNFINISHED_ADVICE['stack-cut'] }]);
});

test('a comparison has both sides on one tree', () => {
  const before = drawRecording([{ stack: 'main;old', weight: 2 }]);
  const after = drawRecording([{ stack: 'main;new', weight: 3 }]);
  const data = dataOf(
    [...DIFF_PAGE_FORMAT.render({ before, after, diff: diffRecordings(before, after) }, { pageAssets: () => ASSETS })].join(''),
  );
  expect(linesOf(data)).toEqual(new Map([['main;old', 2], ['main;new', 3]])); // prettier-ignore
  expect(data.rows.side).toEqual([1, 0]); // new before old, by name
  expect(data.differential).toEqual({ before: 'Drawn', after: 'Drawn' });
});

test('a stack 12,000 frames deep, and 10,000 distinct stacks (more: test/volume)', () => {
  const deep = Array.from({ length: 12_000 }, (_, i) => `f${String(i % 50)}`).join(';');
  expect(dataOf(render(drawRecording([{ stack: deep }]))).nodes.level.at(-1)).toBe(11_999);
  const wide = Array.from({ length: 10_000 }, (_, i) => ({ stack: `a;${String(i)}` }));
  expect(dataOf(render(drawRecording(wide))).nodes.level).toHaveLength(10_001);
});
