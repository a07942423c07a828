// Lab 5: a read of 220 bytes and a read of a text, both at each offset of a page once, with the next page in the page table and without it.

import type { Measurements, Right } from '../../model/lab.ts';
import { EFAULT, errorOfReads } from '../failed-reads.ts';
import type { Lab } from '../lab.ts';
import { equals, holds, numberOf } from '../outcome.ts';
import type { LabProgram, LabRoom } from '../room.ts';

const NAME = 'page-border';
/** As in templates/labs/page-border*.bt: 55 words of 4 bytes. */
const FIXED_BYTES = 220;
/** As in templates/labs/page-border.c, with its NUL. */
const TEXT_BYTES = 24;
/** In templates/labs/page-border.c. Of a failed read nothing is left. */
const TEXT = '/srv/orders/2024-11.log';

/** Of the page after the text's, where each offset is read. */
const STATES = ['there', 'gone'] as const;
type State = (typeof STATES)[number];

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
    edge: (measured) => ({ kind: 'choice', key: measured['oneFirst'] === 0 ? 'nothing' : 'text' }),
    there: (measured) => exactly(numberOf(measured, 'thereFixedFailed')),
    fixed: (measured) => exactly(numberOf(measured, 'goneFixedFailed')),
    text: (measured) => exactly(numberOf(measured, 'goneTextFailed')),
  },
  checks: {
    one: (measured) =>
      holds(
        measured['oneError'] === EFAULT && measured['oneFirst'] === 0 && measured['oneText'] === TEXT,
        `the block: ${errorWords(measured)}, begins with ${countOf(measured, 'oneFirst')}; the text: "${String(measured['oneText'])}"`,
        `the block: error ${String(EFAULT)}, begins with 0; the text: "${TEXT}"`,
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
  await room.step('one');
  let measured = await lookOnce(room, worker, program);
  for (const state of STATES) {
    await room.step(state);
    measured = { ...measured, ...(await lookEverywhere(room, worker, program, state)) };
  }
  await worker.end();
  return measured;
}

async function lookOnce(room: LabRoom, worker: LabProgram, program: string): Promise<Measurements> {
  const trace = await room.trace(`${NAME}-one`, { program }, { tellsFailedReads: true });
  await worker.order('one');
  const [, first] = await trace.said(/^the block begins with (-?\d+)$/u);
  const [, text = ''] = await trace.said(/^the text is "(.*)"$/u);
  const lines = await trace.stop();
  const error = errorOfReads(lines);
  room.show(`${String(FIXED_BYTES)} bytes: ${error === 0 ? 'read' : `error ${String(error)}`}; the text: "${text}"`);
  return { oneError: error, oneFirst: Number(first), oneText: text };
}

async function lookEverywhere(room: LabRoom, worker: LabProgram, program: string, state: State): Promise<Measurements> {
  const trace = await room.trace(NAME, { program });
  const answer = await worker.order(`all ${state}`);
  const [, , mincore, page] = /looks (\d+) mincore (\d) page (\d+)/u.exec(answer.join(' ')) ?? [];
  const lines = await trace.stop();
  const fixed = { read: countIn(lines, '@block_read'), failed: countIn(lines, '@block_failed') };
  const text = { read: countIn(lines, `@text[${TEXT}]`), failed: countIn(lines, '@text[]') };
  room.show(
    `${String(FIXED_BYTES)} bytes: ${String(fixed.read)} read, ${String(fixed.failed)} failed`,
    `the text:  ${String(text.read)} read, ${String(text.failed)} failed`,
    `mincore of the next page: ${String(mincore)}`,
  );
  return {
    pageBytes: Number(page),
    [`${state}Mincore`]: Number(mincore),
    [`${state}FixedRead`]: fixed.read,
    [`${state}FixedFailed`]: fixed.failed,
    [`${state}TextRead`]: text.read,
    [`${state}TextFailed`]: text.failed,
  };
}

/** Of a map that bpftrace prints at its end; it prints none that nothing was put in. */
function countIn(lines: readonly string[], map: string): number {
  const line = lines.find((one) => one.startsWith(`${map}: `));
  return line === undefined ? 0 : Number(line.slice(map.length + 2));
}

function errorWords(measured: Measurements): string {
  return measured['oneError'] === EFAULT ? `error ${String(EFAULT)}` : 'no error';
}

/** Each offset was read once, by both. */
function isWhole(measured: Measurements, state: State): boolean {
  const looks = numberOf(measured, 'pageBytes');
  const sum = (kind: string): number => numberOf(measured, `${state}${kind}Read`) + numberOf(measured, `${state}${kind}Failed`);
  return sum('Fixed') === looks && sum('Text') === looks;
}

function countOf(measured: Measurements, key: string): string {
  return String(numberOf(measured, key));
}

/** NaN: it was not measured. */
function exactly(value: number): Right {
  return Number.isNaN(value) ? { kind: 'unknown' } : { kind: 'number', from: value, to: value };
}
