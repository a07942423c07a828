// Words and numbers that the page says of what it shows.

import { expect, test } from 'vitest';
import { ALL_HIDDEN } from '../../../src/outputs/hidden-frames.ts';
import { boxKind } from '../../../src/page/box-kind.ts';
import { describe } from '../../../src/page/describe.ts';
import { KIND_MEANINGS, kindText } from '../../../src/page/kinds.ts';
import { clockText, momentText } from '../../../src/page/numbers.ts';
import { selectionText } from '../../../src/page/selection-text.ts';
import { statusText } from '../../../src/page/status-text.ts';
import { weighed } from '../../../src/page/model.ts';
import { NO_FILTER } from '../../../src/page/weights.ts';
import { drawModel, nodeAt } from './draw-tree.ts';

test('moments: as precise as the slices are; of long recordings as a clock shows them', () => {
  expect(momentText(1234, 10)).toBe('1.23 s');
  expect(momentText(1234, 1)).toBe('1.234 s');
  expect(momentText(61_234, 120)).toBe('61.2 s');
  expect(momentText(7_199_999, 7200)).toBe('2:00:00');
  expect(momentText(3_725_000, 7200)).toBe('1:02:05');
  expect(clockText(1_700_000_000_000)).toBe('22:13:20');
});

test('what is selected', () => {
  const { data } = drawModel([{ stack: 'a', weight: 1200, tid: 1 }, { stack: 'b', weight: 300, tid: 2, timeMs: 1000 }]); // prettier-ignore
  expect(selectionText(data, { shown: 1500, all: 1500 }, NO_FILTER)).toBe('1,500 samples');
  expect(selectionText(data, { shown: 1200, all: 1500 }, { threads: Uint8Array.of(1, 0), range: { from: 0, to: 500 } })).toBe(
    '1,200 of 1,500 samples (80.0 %), 1 of 2 threads, 0.000 s – 0.500 s',
  );
  expect(selectionText({ ...data, unit: 'nanoseconds' }, { shown: 5e8, all: 2e9 }, NO_FILTER)).toBe(
    '500.00 ms of 2.00 s (25.0 %)',
  );
  const before = { shown: 50, all: 50 };
  expect(selectionText(data, { shown: 70, all: 70 }, NO_FILTER, before)).toBe('50 → 70 samples');
  expect(selectionText(data, { shown: 30, all: 70 }, NO_FILTER, { ...before, shown: 20 })).toBe('20 of 50 → 30 of 70 samples');
});

test('what is not drawn', () => {
  const view = { root: { n: 0, v: 1, c: [], fade: false }, focus: 0, boxes: 2000, hiddenNarrow: 0, hiddenLevels: 0, hiddenCallers: 0 }; // prettier-ignore
  expect(statusText(view, 1)).toBe('2,000 frames drawn.');
  expect(statusText({ ...view, boxes: 1 }, 1)).toBe('1 frame drawn.');
  expect(statusText({ ...view, hiddenNarrow: 1234 }, 1)).toBe('2,000 frames drawn; 1,234 more are too narrow to see: zoom in.');
  expect(statusText(view, 0)).toContain('No samples in this selection');
});

test('a gap, a missing name, an early end and a label are four kinds of boxes', () => {
  const model = drawModel([{ stack: 'label/marker' }]);
  for (const marker of ['native-gap', 'unresolved', 'unfinished', null] as const) {
    const one = { ...model, data: { ...model.data, frames: { ...model.data.frames, marker: [marker] } } };
    expect(boxKind(one, one.tree, 1)).toBe(marker ?? 'label');
  }
  expect(boxKind(model, model.tree, 0)).toBe('all');
});

test('kinds of code that were one method', () => {
  const kinds = ['interpreted', 'c1', 'c2', 'marker'] as const;
  expect(kindText(kinds, 'c2', 0b0100)).toBe(KIND_MEANINGS.c2);
  expect(kindText(kinds, 'c2', 0b0111)).toBe('mostly C2; also interpreted, C1');
  expect(kindText(kinds, 'unfinished', 0b1000)).toBe(KIND_MEANINGS.unfinished);
});

test('a native gap says that C++ frames are missing and Java frames are not; where an option left all out, that', () => {
  const model = drawModel([{ stack: 'gap/marker' }]);
  const kindOf = (name: string): string | undefined => {
    const data = { ...model.data, frames: { ...model.data.frames, marker: ['native-gap' as const] } };
    return describe({ ...model, data, names: [name] }, weighed(model, NO_FILTER, 0), 1, 0, 0).details[0];
  };
  expect(kindOf('[native gap]')).toBe(
    'native frames are missing here: nothing says how to walk them; Java frames around it are exact',
  );
  expect(kindOf(ALL_HIDDEN)).toContain('which this page leaves out');
});

test('the frame that ends an unfinished stack says what its reason means and what to do', () => {
  const model = drawModel([{ stack: '[unfinished: stack-cut]/marker' }, { stack: '[unfinished: forged]/marker' }]);
  const reasons = [{ name: 'stack-cut', frame: '[unfinished: stack-cut]', meaning: 'It is longer.', advice: 'Copy more.' }];
  const explained = { ...model, data: { ...model.data, reasons } };
  const details = (stack: string): readonly string[] =>
    describe(explained, weighed(model, NO_FILTER, 0), nodeAt(model, model.tree, stack), 0, 0).details.slice(1);
  expect(details('[unfinished: stack-cut]')).toEqual(['It is longer.', 'What to do: Copy more.']);
  expect(details('[unfinished: forged]')).toEqual([]);
});
