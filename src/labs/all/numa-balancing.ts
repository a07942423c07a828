// Lab 4: a page that is there and whose access is taken away, by mprotect and by a NUMA scan; pagemap beside it; arguments, which
// nobody touches.

import { OperatorError } from '../../model/errors.ts';
import type { CheckOutcome, MeasuredValue, Measurements, Right } from '../../model/lab.ts';
import { EFAULT, errorOfReads } from '../failed-reads.ts';
import type { Lab } from '../lab.ts';
import { equals, holds, numberOf } from '../outcome.ts';
import type { LabProgram, LabRoom, LabTrace } from '../room.ts';

const NAME = 'numa-balancing';
/** What the program writes into its page. */
const WRITTEN = 42;

const SWITCH = '/proc/sys/kernel/numa_balancing';
/** Faster scans, where they can be set: in debugfs, or before 5.13 in /proc/sys. Else the first comes after some seconds. */
const PACE = ['/sys/kernel/debug/sched/numa_balancing/', '/proc/sys/kernel/numa_balancing_'].flatMap((place) => [
  [`${place}scan_delay_ms`, '20'] as const,
  [`${place}scan_period_min_ms`, '50'] as const,
  [`${place}scan_period_max_ms`, '100'] as const,
]);

const BETWEEN_LOOKS_MS = 100;
const LOOKS_WITHOUT_SCANS = 5;
/** Some 15 seconds: scans at the usual pace (a second's delay, a second of processor time) should have come long before. */
const MOST_LOOKS = 120;
/** Of the arguments; then it has been seen. */
const ENOUGH_FAILED = 10;
/** A scan may come between the touch and the read. */
const MOST_TOUCHES = 5;

export const NUMA_BALANCING: Lab = {
  id: NAME,
  needs: ['cc', 'two-numa-nodes'],
  steps: [
    { key: 'off' },
    { key: 'forbidden', predictions: ['pagemap'] },
    { key: 'hinted', predictions: ['hinted'] },
    { key: 'touched' },
    { key: 'arguments', predictions: ['arguments'] },
  ],
  run,
  predictions: {
    pagemap: (measured) => ({ kind: 'choice', key: measured['forbiddenPagemap'] === 0 ? 'absent' : 'present' }),
    hinted: (measured) => unlessUnknown(measured, { kind: 'choice', key: measured['hintedError'] === 0 ? 'byte' : 'efault' }),
    arguments: (measured) => {
      const difference = numberOf(measured, 'argumentsFailed') - numberOf(measured, 'pageFailed');
      return unlessUnknown(measured, { kind: 'choice', key: difference === 0 ? 'same' : difference < 0 ? 'page' : 'arguments' });
    },
  },
  checks: {
    off: (measured) => {
      const failed = numberOf(measured, 'offFailed');
      const isStuck = failed > 0 && measured['isOff'] === false;
      if (isStuck) return { kind: 'not-possible', because: `${SWITCH} may not be changed here` };
      return holds(failed === 0, `${String(failed)} of ${String(LOOKS_WITHOUT_SCANS)} failed`, 'none failed');
    },
    forbidden: (measured) => equals(measured['forbiddenError'], EFAULT),
    'forbidden-pagemap': (measured) => present(measured['forbiddenPagemap']),
    hinted: (measured) => unlessUnscanned(measured, equals(measured['hintedError'], EFAULT)),
    'hinted-pagemap': (measured) => unlessUnscanned(measured, present(measured['hintedPagemap'])),
    touched: (measured) => unlessUnscanned(measured, equals(measured['touchedByte'], WRITTEN)),
    arguments: (measured) => {
      const [failed, pageFailed] = [numberOf(measured, 'argumentsFailed'), numberOf(measured, 'pageFailed')];
      const told = `${String(failed)} of the arguments, ${String(pageFailed)} of the page`;
      return unlessUnscanned(measured, holds(failed > pageFailed, told, 'more of the arguments'));
    },
  },
  exercise: {
    heals: () => ({ kind: 'choice', key: 'touch' }),
    'command-line': () => ({ kind: 'choice', key: 'at-exec' }),
  },
};

interface Bench {
  readonly room: LabRoom;
  readonly program: string;
  readonly worker: LabProgram;
  trace: LabTrace;
  looks: number;
}

interface Look {
  /** 0: not read. */
  readonly byte: number;
  readonly letter: number;
  readonly error: number;
  /** 1: present. */
  readonly pagemap: number;
}

async function run(room: LabRoom): Promise<Measurements> {
  const program = await room.compile(NAME, '-pthread');
  await room.step('off');
  const isOff = await tryToSet(room, SWITCH, '0');
  const worker = await room.start(program);
  const trace = await room.trace(NAME, { program }, { tellsFailedReads: true });
  const bench: Bench = { room, program, worker, trace, looks: 0 };
  const off = await withoutScans(bench);
  await room.step('forbidden');
  const forbidden = await forbiddenPage(bench);
  await room.step('hinted');
  const hinted = await hintedPage(bench);
  await room.step('touched');
  const touched = await touchedPage(bench);
  await trace.stop();
  await room.step('arguments');
  const args = hinted['isScanned'] === true ? await argumentsBeside(bench) : {};
  return { isOff, ...off, ...forbidden, ...hinted, ...touched, ...args };
}

async function withoutScans(bench: Bench): Promise<Measurements> {
  let failed = 0;
  for (let looked = 0; looked < LOOKS_WITHOUT_SCANS; looked++) {
    const { byte, letter } = await look(bench, 'look');
    if (byte === 0 || letter === 0) failed++;
    await bench.room.sleep(BETWEEN_LOOKS_MS);
  }
  bench.room.show(`balancing off: ${String(failed)} of ${String(LOOKS_WITHOUT_SCANS)} reads failed`);
  return { offFailed: failed };
}

async function forbiddenPage(bench: Bench): Promise<Measurements> {
  await bench.worker.order('forbid');
  const found = await look(bench, 'look');
  await bench.worker.order('allow');
  bench.room.show(`PROT_NONE: ${told(found)}`);
  return { forbiddenError: found.byte === 0 ? found.error : 0, forbiddenPagemap: found.pagemap };
}

async function touchedPage(bench: Bench): Promise<Measurements> {
  let found = await look(bench, 'touch-look');
  for (let touches = 1; found.byte === 0 && touches < MOST_TOUCHES; touches++) found = await look(bench, 'touch-look');
  bench.room.show(`after a touch: ${told(found)}`);
  return { touchedByte: found.byte };
}

/** Waits until a scan has come to the page. */
async function hintedPage(bench: Bench): Promise<Measurements> {
  const { room } = bench;
  await look(bench, 'touch-look');
  const before = scannedPages(room);
  for (const [path, value] of PACE) await tryToSet(room, path, value);
  if (!(await tryToSet(room, SWITCH, '1'))) {
    return { isScanned: false, because: `${SWITCH} may not be changed here, or the kernel was built without NUMA` };
  }
  let found = await look(bench, 'look');
  let looked = 1;
  for (; found.byte !== 0 && looked < MOST_LOOKS; looked++) {
    await room.sleep(BETWEEN_LOOKS_MS);
    found = await look(bench, 'look');
  }
  const scanned = scannedPages(room) - before;
  room.show(`balancing on, look ${String(looked)}: ${told(found)}`);
  room.show(`entries changed by scans on this machine meanwhile: ${String(scanned)}`);
  // Entries were changed, and never the page's: that is a failed check.
  const isScanned = found.byte === 0 || scanned > 0;
  const because = `nothing was scanned in ${String(looked)} looks: a cpuset of one node (kernels from 6.16 on do not scan in it)?`;
  return {
    isScanned,
    ...(isScanned ? {} : { because }),
    scannedPages: scanned,
    hintedError: found.byte === 0 ? found.error : 0,
    hintedPagemap: found.pagemap,
  };
}

/** The page is touched before each look, the arguments never. */
async function argumentsBeside(bench: Bench): Promise<Measurements> {
  // Without a line for each failed read: they are many.
  bench.trace = await bench.room.trace(NAME, { program: bench.program });
  let [looked, pageFailed, argumentsFailed] = [0, 0, 0];
  for (; looked < MOST_LOOKS && argumentsFailed < ENOUGH_FAILED; looked++) {
    const { byte, letter } = await look(bench, 'touch-look');
    if (byte === 0) pageFailed++;
    if (letter === 0) argumentsFailed++;
    await bench.room.sleep(BETWEEN_LOOKS_MS);
  }
  const failed = `${String(pageFailed)} of the page, ${String(argumentsFailed)} of the arguments`;
  bench.room.show(`of ${String(looked)} reads of each failed: ${failed}`);
  await bench.trace.stop();
  return { argumentsLooked: looked, pageFailed, argumentsFailed };
}

async function look(bench: Bench, order: 'look' | 'touch-look'): Promise<Look> {
  const { worker, trace } = bench;
  const number = ++bench.looks;
  const before = trace.lines().length;
  const answer = await worker.order(`${order} ${String(number)}`);
  const pagemap = Number(/pagemap (\d)/u.exec(answer.join(' '))?.[1]);
  const [, byte, letter] = await trace.said(new RegExp(`^look ${String(number)} (\\d+) (\\d+)$`, 'u'));
  const error = errorOfReads(trace.lines().slice(before));
  return { byte: Number(byte), letter: Number(letter), error, pagemap };
}

function told({ byte, error, pagemap }: Look): string {
  const read = byte === 0 ? `nothing: error ${String(error)}` : String(byte);
  return `BPF read ${read}; pagemap says ${pagemap === 1 ? 'present' : 'not present'}`;
}

/** What the program's own look into pagemap found: 1 or 0. */
function present(measured: MeasuredValue | undefined): CheckOutcome {
  return holds(measured === 1, measured === 1 ? 'present' : 'not present', 'present');
}

/** Page-table entries that scans have changed, on the whole machine; 0 on a kernel that does not count them. */
function scannedPages(room: LabRoom): number {
  return Number(/^numa_pte_updates (\d+)$/mu.exec(room.read('/proc/vmstat'))?.[1] ?? 0);
}

/** false: it is not there, or may not be changed. */
async function tryToSet(room: LabRoom, path: string, value: string): Promise<boolean> {
  try {
    await room.setting(path, value);
    return true;
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}

function unlessUnscanned(measured: Measurements, outcome: CheckOutcome): CheckOutcome {
  return measured['isScanned'] === false ? { kind: 'not-possible', because: String(measured['because']) } : outcome;
}

function unlessUnknown(measured: Measurements, right: Right): Right {
  return measured['isScanned'] === true ? right : { kind: 'unknown' };
}
