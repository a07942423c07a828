// Lab 2: one anonymous page, sent to a swap file twice. The first time its copy stays in the swap cache (a minor fault brings it back), the second
// time nothing is left to be written and it is freed at once (a major fault does). BPF's read fails both times.

import type { CheckOutcome, Measurements, Right } from '../../model/lab.ts';
import { EFAULT } from '../failed-reads.ts';
import { lookBesideMincore } from '../look-beside-mincore.ts';
import type { Lab } from '../lab.ts';
import { equals, holds, numberOf } from '../outcome.ts';
import type { LabProgram, LabRoom } from '../room.ts';

const NAME = 'swapped-out';
/** What `map` writes into the page's first byte. */
const WRITTEN = 42;
/** One page is needed; half full, the kernel would give a page's place in it up at the first touch. */
const SWAP_BYTES = 32 * 1024 * 1024;
/** For the kernel to change its mind in, were it going to. */
const PAUSE_MS = 500;
/** One fault brings back a page, however many bytes of it are read. */
const PAGES_OF_EXERCISE = 10;

export const SWAPPED_OUT: Lab = {
  id: NAME,
  needs: ['cc', 'swap'],
  steps: [
    { key: 'present' },
    { key: 'out', predictions: ['pageout', 'again'] },
    { key: 'first-touch', predictions: ['first-fault'] },
    { key: 'second-touch', predictions: ['second-fault'] },
  ],
  run,
  predictions: {
    pageout: (measured) => whereSwapped(measured, 'out', outcomeOf(measured, 'out')),
    again: (measured) => whereSwapped(measured, 'out', measured['repeatError'] === EFAULT ? 'still' : 'back'),
    'first-fault': (measured) => whereSwapped(measured, 'out', faultOf(measured, 'first')),
    'second-fault': (measured) => whereSwapped(measured, 'gone', faultOf(measured, 'second')),
  },
  checks: {
    present: (measured) => equals(measured['presentByte'], WRITTEN),
    out: (measured) => notSwapped(measured) ?? equals(measured['outError'], EFAULT),
    again: (measured) => notSwapped(measured) ?? equals(measured['repeatError'], EFAULT),
    first: (measured) => notSwapped(measured) ?? freedAtOnce(measured) ?? isOneFault(measured, 'first', 'minor'),
    second: (measured) => notSwapped(measured) ?? neverFreed(measured) ?? isOneFault(measured, 'second', 'major'),
    back: (measured) => equals([numberOf(measured, 'firstByte'), numberOf(measured, 'secondByte')], [WRITTEN, WRITTEN]),
  },
  exercise: {
    'bring-back': () => ({ kind: 'choice', key: 'mem' }),
    keep: () => ({ kind: 'choice', key: 'mlock' }),
    faults: () => ({ kind: 'number', from: PAGES_OF_EXERCISE, to: PAGES_OF_EXERCISE }),
  },
};

async function run(room: LabRoom): Promise<Measurements> {
  const program = await room.compile(NAME);
  const worker = await room.start(program);

  await room.step('present');
  const trace = await room.trace(NAME, { program }, { tellsFailedReads: true });
  await worker.order('map');
  const present = await lookBesideMincore(room, worker, trace, 'present');

  await room.step('out');
  await room.swap(SWAP_BYTES);
  await room.command('swapon', '--show=NAME,TYPE,SIZE');
  const outSwapped = isSwapped(await worker.order('out'));
  const out = await lookBesideMincore(room, worker, trace, 'out');
  await room.sleep(PAUSE_MS);
  const repeat = await lookBesideMincore(room, worker, trace, 'repeat');

  await room.step('first-touch');
  const firstFaults = await touch(room, worker, 'first');
  const first = await lookBesideMincore(room, worker, trace, 'first');

  await room.step('second-touch');
  const goneSwapped = isSwapped(await worker.order('drop'));
  const gone = await lookBesideMincore(room, worker, trace, 'gone');
  const secondFaults = await touch(room, worker, 'second');
  const second = await lookBesideMincore(room, worker, trace, 'second');

  await trace.stop();
  await worker.end();
  return {
    ...present,
    outSwapped,
    ...out,
    ...repeat,
    ...firstFaults,
    ...first,
    goneSwapped,
    ...gone,
    ...secondFaults,
    ...second,
  };
}

async function touch(room: LabRoom, worker: LabProgram, which: 'first' | 'second'): Promise<Measurements> {
  const answer = await worker.order('touch');
  // Right before the touch: a learner may have thought for minutes since the last look.
  const [, cached, byte, minor, major, ns] =
    /cached (\d) byte (\d+) minor (\d+) major (\d+) ns (\d+)/u.exec(answer.join(' ')) ?? [];
  const timeUs = Math.round(Number(ns) / 1000);
  room.show(`the program read ${String(byte)} in ${String(timeUs)} µs: ${String(minor)} minor, ${String(major)} major faults`);
  return {
    [`${which}Cached`]: Number(cached),
    [`${which}Minor`]: Number(minor),
    [`${which}Major`]: Number(major),
    [`${which}Ns`]: Number(ns),
  };
}

function isSwapped(answer: readonly string[]): boolean {
  return answer.includes('swapped 1');
}

function outcomeOf(measured: Measurements, state: string): string {
  if (measured[`${state}Error`] === EFAULT) return 'efault';
  return measured[`${state}Byte`] === WRITTEN ? 'written' : 'zeros';
}

function faultOf(measured: Measurements, which: string): string {
  if (numberOf(measured, `${which}Major`) > 0) return 'major';
  return numberOf(measured, `${which}Minor`) > 0 ? 'minor' : 'none';
}

/** A page that the kernel left in memory answers none of the questions. */
function whereSwapped(measured: Measurements, state: 'out' | 'gone', key: string): Right {
  return measured[`${state}Swapped`] === true ? { kind: 'choice', key } : { kind: 'unknown' };
}

function isOneFault(measured: Measurements, which: string, kind: 'minor' | 'major'): CheckOutcome {
  const minor = numberOf(measured, `${which}Minor`);
  const major = numberOf(measured, `${which}Major`);
  const told = `${String(minor)} minor, ${String(major)} major`;
  return kind === 'minor'
    ? holds(minor === 1 && major === 0, told, '1 minor, 0 major')
    : holds(minor === 0 && major === 1, told, '0 minor, 1 major');
}

function notSwapped(measured: Measurements): CheckOutcome | null {
  if (measured['outSwapped'] !== false) return null;
  return {
    kind: 'not-possible',
    because: 'the kernel left the page in memory: the control group may allow no swap (memory.swap.max)',
  };
}

/** Swap that is memory itself is written at once, and the page is free before madvise returns. */
function freedAtOnce(measured: Measurements): CheckOutcome | null {
  if (measured['firstCached'] !== 0) return null;
  return {
    kind: 'not-possible',
    because: 'no copy stayed in memory: is swap compressed memory here (zram, zswap), or memory short?',
  };
}

function neverFreed(measured: Measurements): CheckOutcome | null {
  if (measured['goneSwapped'] === true && measured['goneMincore'] === 0) return null;
  return {
    kind: 'not-possible',
    because: 'the copy in memory was not freed within two seconds: is swap more than half full, or the disk very slow?',
  };
}
