import { expect, test } from 'vitest';
import { PageLookLines } from '../../../src/bpftrace/pages/page-look-lines.ts';
import type { PageLookEvent } from '../../../src/model/page-look.ts';

const RANGE = { start: 0x1000, end: 0x9000 };

function eventsOf(text: string): readonly PageLookEvent[] {
  const events: PageLookEvent[] = [];
  const lines = new PageLookLines(RANGE, (bits) => (bits === 0 ? { kind: 'none' } : { kind: 'swapped', pageBytes: bits }), (event) => events.push(event)); // prettier-ignore
  for (const line of text.trim().split('\n')) expect(lines.line(line.trim()), line).toBe(true);
  return events;
}

test('a look: what lies beyond the range is cut off', () => {
  const text = `P ready 77
    P look 0 1000
    R 1000 1000 0
    R 1000 3000 5
    R 3000 b000 0
    R b000 c000 5
    P end 0 2500 400`;
  expect(eventsOf(text)).toEqual([
    {
      kind: 'look',
      look: {
        index: 0,
        beginNs: 1000,
        endNs: 2500,
        steps: 400,
        runs: [
          { start: 0x1000, end: 0x3000, state: { kind: 'swapped', pageBytes: 5 } },
          { start: 0x3000, end: 0x9000, state: { kind: 'none' } },
        ],
      },
    },
  ]);
});

test.each([
  ['a lost run', 'P look 0 1\nR 1000 3000 5\nR 5000 b000 0\nP end 0 2 400'],
  ['the last one lost', 'P look 0 1\nR 1000 3000 5\nP end 0 2 400'],
  ['the beginning lost', 'R 1000 b000 5\nP end 0 2 400'],
  ['of another look', 'P look 0 1\nR 1000 b000 5\nP end 1 2 400'],
])('%s: broken', (_, text) => {
  expect(eventsOf(text)).toEqual([{ kind: 'broken-look' }]);
});

test('the end lost: broken, and the next one counts', () => {
  const kinds = eventsOf('P look 0 1\nR 1000 b000 0\nP look 1 5\nR 1000 b000 0\nP end 1 6 400').map(({ kind }) => kind);
  expect(kinds).toEqual(['broken-look', 'look']);
});

test('what happens beside looks', () => {
  expect(eventsOf('P fork 12345 678\nP gone')).toEqual([{ kind: 'fork', timeNs: 12345, child: 678 }, { kind: 'gone' }]);
});

test('other lines are none of the program’s', () => {
  const lines = new PageLookLines(RANGE, () => ({ kind: 'none' }), () => undefined); // prettier-ignore
  for (const line of ['', 'R', 'R 1 2', 'R 1 2 3 4', 'P', 'P end', 'Lost 5 events', 'R xyz 2 3', '@bits: 0'])
    expect(lines.line(line)).toBe(line === 'P end');
});
