// Lab 1: one anonymous page, never touched, touched, given back, and one of a file in memory; BPF's read beside mincore(2).

import type { Measurements, Right } from '../../model/lab.ts';
import { EFAULT } from '../failed-reads.ts';
import { lookBesideMincore } from '../look-beside-mincore.ts';
import type { Lab } from '../lab.ts';
import { equals, holds } from '../outcome.ts';
import type { LabRoom, LabTrace } from '../room.ts';

const NAME = 'page-not-there';
/** What `touch` writes into the page's first byte. */
const WRITTEN = 42;

const STATES = ['untouched', 'touched', 'given', 'cached'] as const;
type State = (typeof STATES)[number];
/** What the program is told to do to come to each. */
const ORDERS = { untouched: 'map', touched: 'touch', given: 'dontneed', cached: 'file' } as const satisfies Record<State, string>;

export const PAGE_NOT_THERE: Lab = {
  id: NAME,
  needs: ['cc'],
  steps: [
    { key: 'untouched', predictions: ['untouched'] },
    { key: 'touched' },
    { key: 'given', predictions: ['given', 'mincore'] },
    { key: 'cached', predictions: ['cached'] },
  ],
  run,
  predictions: {
    untouched: (measured) => readOf(measured, 'untouched'),
    given: (measured) => readOf(measured, 'given'),
    mincore: (measured) => ({ kind: 'choice', key: measured['givenMincore'] === 1 ? 'there' : 'not-there' }),
    cached: (measured) => ({ kind: 'choice', key: bothOf(measured, 'cached') }),
  },
  checks: {
    untouched: (measured) => equals(measured['untouchedError'], EFAULT),
    touched: (measured) => equals(measured['touchedByte'], WRITTEN),
    given: (measured) => equals(measured['givenError'], EFAULT),
    cached: (measured) =>
      holds(
        measured['cachedError'] === EFAULT && measured['cachedMincore'] === 1,
        `BPF: ${String(measured['cachedError'])}, mincore: ${String(measured['cachedMincore'])}`,
        `BPF: ${String(EFAULT)}, mincore: 1`,
      ),
  },
  exercise: {
    'two-programs': () => ({ kind: 'choice', key: 'efault' }),
    cure: () => ({ kind: 'choice', key: 'mlock' }),
  },
};

async function run(room: LabRoom): Promise<Measurements> {
  const program = await room.compile(NAME);
  const worker = await room.start(program);
  let trace: LabTrace | null = null;
  let measured: Measurements = {};
  for (const state of STATES) {
    await room.step(state);
    trace ??= await room.trace(NAME, { program }, { tellsFailedReads: true });
    await worker.order(ORDERS[state]);
    measured = { ...measured, ...(await lookBesideMincore(room, worker, trace, state)) };
  }
  await trace?.stop();
  return measured;
}

function readOf(measured: Measurements, state: State): Right {
  if (measured[`${state}Error`] === EFAULT) return { kind: 'choice', key: 'efault' };
  return { kind: 'choice', key: measured[`${state}Byte`] === WRITTEN ? 'written' : 'zeros' };
}

function bothOf(measured: Measurements, state: State): string {
  if (measured[`${state}Mincore`] !== 1) return 'neither';
  return measured[`${state}Error`] === EFAULT ? 'mincore-only' : 'both';
}
