// What the user reads of the stacks of a run.

import { expect, test } from 'vitest';
import { tellStacks } from '../../../src/app/tell-stacks.ts';

test('each reason is told by itself', () => {
  const lines: string[] = [];
  tellStacks(
    {
      arrived: 5,
      torn: 2,
      unfinished: new Map([
        ['target-exited', 1],
        ['code-changed', 3],
      ]),
      missed: new Map([
        ['lost', 1],
        ['not-sent', 7],
      ]),
      bugs: 0,
    },
    { message: (level, text) => lines.push(`${level}: ${text}`) },
  );
  expect(lines).toEqual([
    'note: 5 different user stacks, pieces of one were lost 2 times and sent again',
    'note: 1 user stack is unfinished: target-exited, ended before the look-up',
    'note: 3 user stacks are unfinished: code-changed, replaced before the look-up',
    'warning: 1 user stack is missing: lost on their way: bpftrace could not keep up',
    'warning: 7 user stacks are missing: not sent: more new ones came at once than are sent',
  ]);
});
