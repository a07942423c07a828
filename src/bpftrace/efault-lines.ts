// Lines and maps of the program of src/program/pages/efault.ts → what they tell; null for what it never prints. The comm is the last
// word of its line, as it may hold anything, or nothing: then the blank before it may be missing.

import { type FailedRead, type PageAdvice, READ_OUTCOMES, type ReadAgain, type ReadOutcome } from '../model/efault-result.ts';
import type { MapSnapshot } from '../model/script.ts';
import { asPid, asTid } from '../model/units.ts';

export type EfaultLine =
  | { readonly kind: 'failed'; readonly read: FailedRead }
  | { readonly kind: 'again'; readonly again: ReadAgain }
  | { readonly kind: 'advice'; readonly advice: PageAdvice };

const FOUND = ['nothing', 'bytes', 'zeros'] as const;
const DECIMAL = '(\\d{1,20})';
const HEX = '([0-9a-f]{1,16})';
/** index pid tid parent, address failing entry parent's, fork stacks time outcome comm. */
const FAILED = new RegExp(
  `^failed ${[DECIMAL, DECIMAL, DECIMAL, DECIMAL, HEX, HEX, HEX, HEX, DECIMAL, HEX, HEX, HEX, DECIMAL].join(' ')} ?(.{0,64})$`,
  's',
);
const AGAIN = /^again (\d{1,5}) (\d{1,10}) (exit|exec) ([012]) (\d{1,20}) ([0-9a-f]{1,16})$/;
const ADVICE = new RegExp(`^advice ${[DECIMAL, HEX, HEX, HEX].join(' ')}$`);

export function readEfaultLine(text: string): EfaultLine | null {
  const failed = FAILED.exec(text);
  if (failed !== null) return failedRead(failed);
  const [, index, tid, where, got, major, againAt] = AGAIN.exec(text) ?? [];
  if (index !== undefined && tid !== undefined && where !== undefined && againAt !== undefined)
    return {
      kind: 'again',
      again: {
        index: Number(index),
        tid: asTid(Number(tid)),
        where: where === 'exec' ? 'exec' : 'exit',
        found: FOUND[Number(got)] ?? 'nothing',
        majorFaults: Number(major),
        timeNs: hex(againAt),
      },
    };
  const [, pid, start, length, time] = ADVICE.exec(text) ?? [];
  if (pid === undefined || start === undefined || length === undefined || time === undefined) return null;
  return {
    kind: 'advice',
    advice: { pid: asPid(Number(pid)), start: hex(start), end: hex(start) + hex(length), timeNs: hex(time) },
  };
}

function failedRead([, ...fields]: readonly string[]): EfaultLine | null {
  const [index = '', pid = '', tid = '', parent = '', address = '', failing = '', entry = '', parentEntry = ''] = fields;
  const [flag = '', stack = '', parentStack = '', time = '', outcomeText = '', comm = ''] = fields.slice(8);
  const outcome = READ_OUTCOMES[Number(outcomeText)];
  if (outcome === undefined) return null;
  return {
    kind: 'failed',
    read: {
      index: Number(index),
      outcome,
      pid: asPid(Number(pid)),
      tid: asTid(Number(tid)),
      parent: asPid(Number(parent)),
      comm,
      addressText: address,
      failingAddress: hex(failing),
      entry: hex(entry),
      parentEntry: hex(parentEntry),
      isForkChild: flag !== '0',
      stackStart: hex(stack),
      parentStackStart: hex(parentStack),
      timeNs: hex(time),
    },
  };
}

/** User addresses and times are exact; of what lies beyond only that it does is of interest. */
function hex(text: string): number {
  return Number.parseInt(text, 16);
}

/** `@__jt_read`: how often each read came out how. */
export function readOutcomeCounts({
  entries,
}: MapSnapshot): readonly { readonly index: number; readonly outcome: ReadOutcome; readonly count: number }[] {
  return entries.flatMap(({ key, value }) => {
    const [, index, number] = /^(\d{1,5}),\s*(\d)$/.exec(key ?? '') ?? [];
    const outcome = READ_OUTCOMES[Number(number)];
    if (index === undefined || outcome === undefined || value.kind !== 'number') return [];
    return [{ index: Number(index), outcome, count: Number(value.value) }];
  });
}

/** A map without keys that counts; 0: it holds something else. */
export function countOf({ entries }: MapSnapshot): number {
  const value = entries[0]?.value;
  return value?.kind === 'number' ? Number(value.value) : 0;
}
