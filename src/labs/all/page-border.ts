// Lab 5: a read of 220 bytes and a read of a text, both at each offset of a page once, with the next page in the page table and without it.

import type { Measurements, Right } from '../../model/lab.ts';
import { FAILED_READ } from '../failed-reads.ts';
import type { Lab } from '../lab.ts';
import { equals, holds, numberOf } from '../outcome.ts';
import type { LabProgram, LabRoom } from '../room.ts';

const NAME = 'page-border';
/** As in templates/labs/page-border.bt: 55 words of 4 bytes. */
const FIXED_BYTES = 220;
/** As in templates/labs/page-border.c, with its NUL. */
const TEXT_BYTES = 24;
const EFAULT = -14;
const ENTRY = /^@(fixed|text)\[(.*)\]: (\d+)$/u;
/** What a failed read leaves: of the block zeros, of the text nothing. */
const FAILED = { fixed: /^\[0(?:, ?0)*\]$/u, text: /^$/u } as const;

const STATES = ['one', 'there', 'gone'] as const;
type State = (typeof STATES)[number];
const ORDERS = { one: 'one', there: 'all there', gone: 'all gone' } as const satisfies Record<State, string>;

/** Of the exercise: pages of 4,096 bytes. */
const PAGE_BYTES = 4096;
const LONG_READ_BYTES = 4096;
const BLOCK_BYTES = 256;
const ALIGNMENT_BYTES = 16;

export const PAGE_BORDER: Lab = {
  id: NAME,
  needs: ['cc'],
  steps: [
    { key: 'one', predictions: ['edge'] },
    { key: 'there', predictions: ['there'] },
    { key: 'gone', predictions: ['fixed', 'text'] },
  ],
  run,
  predictions: {
    edge: (measured) => ({ kind: 'choice', key: measured['oneFixedFailed'] === 1 ? 'nothing' : 'text' }),
    there: (measured) => exactly(numberOf(measured, 'thereFixedFailed')),
    fixed: (measured) => exactly(numberOf(measured, 'goneFixedFailed')),
    text: (measured) => exactly(numberOf(measured, 'goneTextFailed')),
  },
  checks: {
    one: (measured) =>
      holds(
        measured['oneFixedFailed'] === 1 && measured['oneTextRead'] === 1,
        `of one read each, failed: ${countOf(measured, 'oneFixedFailed')} fixed, ${countOf(measured, 'oneTextFailed')} of the text`,
        '1 fixed, 0 of the text',
      ),
    there: (measured) =>
      holds(
        isWhole(measured, 'there') && measured['thereFixedFailed'] === 0 && measured['thereTextFailed'] === 0,
        `${countOf(measured, 'thereFixedRead')} fixed and ${countOf(measured, 'thereTextRead')} of the text succeeded`,
        `${countOf(measured, 'pageBytes')} of each`,
      ),
    fixed: (measured) => equals(measured['goneFixedFailed'], crossings(FIXED_BYTES)),
    text: (measured) => equals(measured['goneTextFailed'], crossings(TEXT_BYTES)),
    whole: (measured) =>
      holds(
        isWhole(measured, 'gone'),
        `${String(numberOf(measured, 'goneFixedRead') + numberOf(measured, 'goneFixedFailed'))} reads`,
        `${countOf(measured, 'pageBytes')} reads`,
      ),
    mincore: (measured) => equals(measured['goneMincore'], 1),
  },
  exercise: {
    long: () => exactly(crossings(LONG_READ_BYTES)),
    aligned: () => exactly(crossings(BLOCK_BYTES, ALIGNMENT_BYTES)),
    cure: () => ({ kind: 'choice', key: 'string' }),
  },
};

/** At how many offsets of a page a read of so many bytes, at most a page, goes on in the next one; of those that are multiples of `step`. */
function crossings(bytes: number, step = 1): number {
  const lastWithin = PAGE_BYTES - bytes;
  return PAGE_BYTES / step - (Math.floor(lastWithin / step) + 1);
}

async function run(room: LabRoom): Promise<Measurements> {
  const program = await room.compile(NAME);
  const worker = await room.start(program);
  let measured: Measurements = {};
  for (const state of STATES) {
    await room.step(state);
    measured = { ...measured, ...(await look(room, worker, program, state)) };
  }
  await worker.end();
  return measured;
}

async function look(room: LabRoom, worker: LabProgram, program: string, state: State): Promise<Measurements> {
  // Of thousands of reads the counts are enough.
  const trace = await room.trace(NAME, { program }, { tellsFailedReads: state === 'one' });
  const answer = await worker.order(ORDERS[state]);
  const [, , mincore, page] = /looks (\d+) mincore (\d) page (\d+)/u.exec(answer.join(' ')) ?? [];
  const lines = await trace.stop();
  const fixed = countsOf(lines, 'fixed');
  const text = countsOf(lines, 'text');
  room.show(
    `220 bytes: ${String(fixed.read)} read, ${String(fixed.failed)} failed`,
    `the text:  ${String(text.read)} read, ${String(text.failed)} failed`,
    `mincore of the next page: ${String(mincore)}`,
  );
  return {
    pageBytes: Number(page),
    [`${state}Mincore`]: Number(mincore),
    [`${state}Error`]: lines.some((line) => FAILED_READ.test(line)) ? EFAULT : 0,
    [`${state}FixedRead`]: fixed.read,
    [`${state}FixedFailed`]: fixed.failed,
    [`${state}TextRead`]: text.read,
    [`${state}TextFailed`]: text.failed,
  };
}

interface Counts {
  readonly read: number;
  readonly failed: number;
}

/** The lines of a map that bpftrace prints at its end → how many reads succeeded. */
function countsOf(lines: readonly string[], map: 'fixed' | 'text'): Counts {
  let [read, failed] = [0, 0];
  for (const line of lines) {
    const [, name, content = '', count] = ENTRY.exec(line) ?? [];
    if (name !== map) continue;
    if (FAILED[map].test(content)) failed += Number(count);
    else read += Number(count);
  }
  return { read, failed };
}

/** Each offset was read at once, by both. */
function isWhole(measured: Measurements, state: State): boolean {
  const looks = numberOf(measured, 'pageBytes');
  const sum = (kind: string): number => numberOf(measured, `${state}${kind}Read`) + numberOf(measured, `${state}${kind}Failed`);
  return sum('Fixed') === looks && sum('Text') === looks;
}

function countOf(measured: Measurements, key: string): string {
  return String(numberOf(measured, key));
}

function exactly(value: number): Right {
  return { kind: 'number', from: value, to: value };
}
