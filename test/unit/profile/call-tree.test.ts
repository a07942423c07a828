// The tree for people: shares add up, small and deep calls are counted, never lost. And the same drawn.

import { expect, test } from 'vitest';
import type { CallTree, CallTreeNode } from '../../../src/model/call-tree.ts';
import type { Frame } from '../../../src/model/frame.ts';
import { callTree } from '../../../src/profile/call-tree.ts';
import { displayWidth } from '../../../src/outputs/display-width.ts';
import { createTheme } from '../../../src/cli/terminal/theme.ts';
import { renderTree } from '../../../src/cli/terminal/tree-text.ts';
import { drawProfile } from './draw-profile.ts';

const OPTIONS = { nameOf: ({ name }: Frame) => name, minPercent: 1, maxDepth: 100 };
const PLAIN = createTheme({ isTTY: false }, {});
const draw = (tree: CallTree): string => renderTree(tree, 80, PLAIN).join('\n');
const sum = (nodes: readonly CallTreeNode[], rest: CallTree['omitted']): number =>
  nodes.reduce((total, { totalPercent }) => total + totalPercent, 0) + (rest?.percent ?? 0);

const PROFILE = drawProfile([
  { stack: 'a/interpreted < work < main', weight: 50 },
  { stack: 'a/c2 < work < main', weight: 30 },
  { stack: 'x < b < work < main', weight: 19.5 },
  { stack: 'tiny < main', weight: 0.5 },
]);

test('calls of one name are one, the heaviest first; small ones are counted', () => {
  expect(draw(callTree(PROFILE, OPTIONS))).toMatchInlineSnapshot(`
    "TOTAL %   SELF %  CALLS
      100.0      0.0  main
       99.5      0.0  ├ work
       80.0     80.0  │ ├ a
       19.5      0.0  │ └ b
       19.5     19.5  │   x
        0.5           └ … 1 smaller call"
  `);
});

test('nothing is lost', () => {
  const tree = callTree(PROFILE, { ...OPTIONS, minPercent: 0 });
  const check = ({ children, omitted, selfPercent, totalPercent }: CallTreeNode): void => {
    expect(sum(children, omitted) + selfPercent).toBeCloseTo(totalPercent);
    children.forEach(check);
  };
  tree.roots.forEach(check);
  expect(sum(tree.roots, tree.omitted)).toBeCloseTo(100);
});

test('deeper than it goes', () => {
  const deep = drawProfile([{ stack: Array.from({ length: 2000 }, () => 'f').join(' < ') }]);
  const text = draw(callTree(deep, { ...OPTIONS, maxDepth: 3 }));
  expect(text.split('\n').slice(1)).toEqual([
    '  100.0      0.0  f',
    '  100.0      0.0  f',
    '  100.0      0.0  f',
    '  100.0           … 1 call below, too deep to show',
  ]);
});

test('80 columns, whatever the names and however many forks; nothing of a name reaches the terminal raw', () => {
  const fork = (depth: number): { stack: string }[] =>
    Array.from({ length: depth }, (_, i) => {
      const callers = Array.from(
        { length: i + 1 },
        (__, at) => `org/acme/${'package/'.repeat(9)}Class${String(at)}.method\u001b[2J`,
      ).reverse();
      return { stack: [`leaf${String(i)}漢字`, ...callers].join(' < ') };
    });
  const lines = renderTree(callTree(drawProfile(fork(40)), OPTIONS), 80, PLAIN);
  expect(lines.length).toBeGreaterThan(70);
  for (const line of lines) {
    expect(displayWidth(line), line).toBeLessThanOrEqual(80);
    expect(line).not.toContain('\u001b');
  }
});

test('colours where they are wanted', () => {
  const theme = createTheme({ isTTY: true }, {});
  expect(renderTree(callTree(PROFILE, OPTIONS), 80, theme).join('')).toContain('\u001b[32mwork\u001b[39m');
  const none = createTheme({ isTTY: true }, { NO_COLOR: '1' });
  expect(renderTree(callTree(PROFILE, OPTIONS), 80, none).join('')).not.toContain('\u001b');
});

test('nothing sampled', () => {
  expect(draw(callTree(drawProfile([]), OPTIONS))).toBe('no samples: no calls');
});
