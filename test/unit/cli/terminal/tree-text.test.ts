// The call tree and the table of hottest methods on a terminal: whatever the target called its methods, lines fit, hold nothing that
// moves a cursor, and are coloured only where that is wanted.

import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth } from '../../../../src/outputs/display-width.ts';
import { renderHottest } from '../../../../src/cli/terminal/hottest-table.ts';
import { createTheme } from '../../../../src/cli/terminal/theme.ts';
import { renderTree } from '../../../../src/cli/terminal/tree-text.ts';
import type { CallTreeNode } from '../../../../src/model/call-tree.ts';
import { anyText } from '../../../support/any-text.ts';

const HOSTILE = ['\u001b[2J\u001b]0;title\u0007', 'a\nb\rc', '\u202egnp.exe', '漢字'.repeat(100), 'x'.repeat(5000), '😀'.repeat(60), 'e\u0301'.repeat(200), '', 'ok.Fine.method']; // prettier-ignore
const anyName = fc.oneof(fc.constantFrom(...HOSTILE), anyText({ maxLength: 200 }));
const plain = createTheme({ isTTY: false }, {});
const coloured = createTheme({ isTTY: true }, {});

const node = (name: string, children: readonly CallTreeNode[] = []): CallTreeNode => {
  return { name, kind: 'c2', totalPercent: 100, selfPercent: 0.01, children, omitted: { count: 3, percent: 1, reason: 'small' } };
};
/** One long way down with a fork at each call: guides as long as the tree is deep. */
const anyTree = fc.array(anyName, { minLength: 1, maxLength: 40 }).map((names) => {
  return { roots: [names.reduceRight((child, name) => node(name, [child, node(name)]), node('leaf'))], omitted: null };
});

test('any tree in any width from 40 on: every line fits, and is text', () => {
  fc.assert(
    fc.property(anyTree, fc.integer({ min: 40, max: 130 }), (tree, columns) => {
      for (const line of renderTree(tree, columns, plain)) {
        expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      }
      const withColour = renderTree(tree, columns, coloured).map(stripVTControlCharacters);
      expect(withColour).toEqual(renderTree(tree, columns, plain));
    }),
    { numRuns: 100 },
  );
});

test('any hottest methods and groups, too', () => {
  fc.assert(
    fc.property(fc.array(anyName, { maxLength: 5 }), fc.integer({ min: 40, max: 130 }), (names, columns) => {
      const rows = names.map((name) => ({ name, kind: 'c2', selfPercent: 12.5, totalPercent: 100 }) as const);
      for (const line of [...renderHottest(rows, columns), ...renderHottest(rows, columns, 'class')]) {
        expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      }
    }),
  );
});

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('terminal %s, %j: colour %s', (isTTY, env, expected) => {
  expect(createTheme({ isTTY }, env).heading('x') !== 'x').toBe(expected);
});
