// Code that nothing names: told with its share where it is much, and not where it is little or the frame is something else.

import { expect, test } from 'vitest';
import { tellUnnamedCode } from '../../../src/app/tell-unnamed-code.ts';
import type { Ui } from '../../../src/model/ui.ts';
import { drawProfile } from '../profile/draw-profile.ts';

const told = (stacks: readonly { readonly stack: string; readonly weight: number }[]): readonly string[] => {
  const lines: string[] = [];
  const silent = (): void => undefined;
  const ui: Ui = {
    progress: silent,
    choose: silent,
    summary: silent,
    tree: silent,
    problem: silent,
    program: silent,
    message: (level, text) => lines.push(`${level}: ${text}`),
  };
  tellUnnamedCode(drawProfile(stacks), ui);
  return lines;
};

test('a share of samples, each once, wherever the frame stands', () => {
  const lines = told([
    { stack: '[anonymous]/native < Builtins_JSEntry/native < [anonymous]/native', weight: 20 },
    { stack: 'Builtins_Add/native < [anonymous]/native', weight: 20 },
    { stack: 'uv_run/native', weight: 60 },
  ]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^note: 40 % of the samples .*--perf-basic-prof/);
});

test('nothing where it is little, where a frame only looks like it, and of no samples', () => {
  expect(told([{ stack: '[anonymous]/native', weight: 4 }, { stack: 'a/native', weight: 96 }])).toEqual([]); // prettier-ignore
  expect(told([{ stack: '[anonymous]/vm < [anonymous+0x12]/native', weight: 1 }])).toEqual([]);
  expect(told([{ stack: '[anonymous]/native < jtrace/marker', weight: 1 }])).toEqual([]);
  expect(told([])).toEqual([]);
});
