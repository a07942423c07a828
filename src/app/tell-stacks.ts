// How many stacks of a program with `jstack` arrived, and of those that are not whole or not there, why: one line each.

import type { UnfinishedReason } from '../model/frame.ts';
import { UNFINISHED_TEXTS } from '../model/reason-texts.ts';
import type { Ui } from '../model/ui.ts';
import type { MissingReason } from './arrived-stacks.ts';
import type { JstackCounts } from './jstack-session.ts';

const MISSING_TEXTS: Readonly<Record<MissingReason, string>> = {
  lost: 'lost on their way: bpftrace could not keep up',
  'not-sent': 'not sent: more new ones came at once than are sent',
  'too-many': 'not remembered: there are too many different ones',
  unknown: 'not arrived when they were shown',
};

export function tellStacks({ arrived, torn, unfinished, missed }: JstackCounts, ui: Pick<Ui, 'message'>): void {
  const parts = [arrived === 1 ? '1 different user stack' : `${String(arrived)} different user stacks`];
  if (torn > 0) parts.push(`pieces of one were lost ${String(torn)} times and sent again`);
  ui.message('note', parts.join(', '));
  for (const [reason, count] of unfinished) ui.message('note', `${stacks(count)} unfinished: ${textOf(reason)}`);
  for (const [reason, count] of missed) ui.message('warning', `${stacks(count)} missing: ${MISSING_TEXTS[reason]}`);
}

function stacks(count: number): string {
  return count === 1 ? '1 user stack is' : `${String(count)} user stacks are`;
}

function textOf(reason: UnfinishedReason): string {
  if (reason === 'stack-cut') return `${reason}, stack longer than what is sent of one`;
  return `${reason}, ${UNFINISHED_TEXTS[reason]}`;
}
