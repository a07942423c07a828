// Lab 11: twelve one-liners, each beside a program whose numbers are known; the exercise is a thirteenth, which the learner writes.
//
// ROOM: the answer to the exercise's `own` is a program, which is run beside one of known numbers (tryOwnOneLiner below). It wants:
//   lab.ts: `readonly programs?: Readonly<Record<string, (room: LabRoom, text: string) => Promise<CheckOutcome>>>`, here `{ own: tryOwnOneLiner }`;
//   room.ts: `traceText(text: string): Promise<LabTrace>`, as `trace`, but of a text that is not ours: what bpftrace says against it is the
//   learner's to read, never --unsafe;
//   `jtrace lab check`: a question whose key is in `programs` needs root and bpftrace, opens a room as `run` does, shows the outcome as a check's, and
//   keeps the text as the answer, right where the outcome is `passed`. It may be longer than judge.ts's MAX_ANSWER_CHARS. Without root: the
//   same three questions without this one.

import type { CheckOutcome, Measurements } from '../../model/lab.ts';
import { OperatorError } from '../../model/errors.ts';
import type { Lab } from '../lab.ts';
import { equals, holds, numberOf, within } from '../outcome.ts';
import type { LabProgram, LabRoom, LabTrace } from '../room.ts';

const NAME = 'one-liners';

/** What jl-files is told to do, and the sizes that it reads in (templates/labs/one-liners.c). */
const FILES = { opened: 7, missing: 3, small: 40, large: 10, huge: 2, written: 5 } as const;
const SIZES = { small: 16, large: 4096, huge: 65_536 } as const;
const ALL_READS = FILES.small + FILES.large + FILES.huge;
const ALL_BYTES = FILES.small * SIZES.small + FILES.large * SIZES.large + FILES.huge * SIZES.huge;
const FILES_ORDER = `files ${Object.values(FILES).join(' ')}`;
/** jl-quick sleeps 3 ms each time, jl-slow 20 ms. */
const SLEEPS = { quick: 20, slow: 10 } as const;
const SLEEP_MS = { quick: 3, slow: 20 } as const;
const SPIN_MS = 800;
const RATE_HZ = 99;
/** A processor may be taken away, and a virtual one's clock may stumble: half and half again as many are still that rate. */
const TICKS_PERCENT = { from: 50, to: 150 } as const;
const TYPED = 'echo jtrace-lab';
const ENOENT = 2;
/** What is printed in the last instant may come a little later. */
const SETTLE_MS = 150;
/** What jl-own reads with each call that gives something, and how often its calls give nothing. */
const OWN = { bytes: 100, least: 20, more: 60, failed: 5, ends: 7 } as const;

export const ONE_LINERS: Lab = {
  id: NAME,
  needs: ['cc'],
  steps: [
    { key: 'begin' },
    { key: 'opens', predictions: ['failed-open'] },
    { key: 'errors' },
    { key: 'count' },
    { key: 'by-call' },
    { key: 'vfs', predictions: ['vfs-open'] },
    { key: 'sum' },
    { key: 'sizes' },
    { key: 'readline' },
    { key: 'latency' },
    { key: 'sampled' },
    { key: 'by-process', predictions: ['bucket'] },
  ],
  run,
  predictions: {
    'failed-open': (measured) => ({ kind: 'choice', key: numberOf(measured, 'opens') > FILES.opened ? 'all' : 'good' }),
    'vfs-open': (measured) => ({
      kind: 'choice',
      key: listOf(measured, 'vfs')[0] === FILES.opened + FILES.missing ? 'all' : 'good',
    }),
    bucket: (measured) => ({ kind: 'choice', key: BUCKET_CHOICES.get(String(measured['slowMode'])) ?? 'longer' }),
  },
  checks: {
    begin: (measured) => equals(measured['hello'], 42),
    opens: (measured) => equals(measured['opens'], FILES.opened + FILES.missing),
    errors: (measured) => equals(measured['noSuchFile'], FILES.missing),
    count: (measured) => equals(measured['reads'], ALL_READS),
    'by-call': (measured) => equals(measured['calls'], [FILES.opened + FILES.missing, ALL_READS, FILES.written, FILES.opened]),
    vfs: (measured) => unless(measured['vfsWhyNot'], equals(measured['vfs'], [FILES.opened, ALL_READS, FILES.written])),
    sum: (measured) => equals(measured['bytesAndLargest'], [ALL_BYTES, SIZES.huge]),
    sizes: (measured) =>
      equals(measured['sizes'], [`[16, 32) ${FILES.small}`, `[4K, 8K) ${FILES.large}`, `[64K, 128K) ${FILES.huge}`]),
    readline: (measured) => unless(measured['readlineWhyNot'], equals(measured['typed'], TYPED)),
    latency: timedSleeps,
    sampled: (measured) => within(measured['ticksPercent'], TICKS_PERCENT.from, TICKS_PERCENT.to),
    'by-process': apartByProcess,
  },
  exercise: {
    // Judged by running it: tryOwnOneLiner.
    own: () => ({ kind: 'word', oneOf: [] }),
    good: (measured) => exactly(numberOf(measured, 'opens') - numberOf(measured, 'noSuchFile')),
    pid: () => ({ kind: 'choice', key: 'mixed' }),
    delete: () => ({ kind: 'choice', key: 'left' }),
  },
};

/** The keys of the question's choices. */
const BUCKET_CHOICES: ReadonlyMap<string, string> = new Map([
  ['[8K, 16K)', 'shorter'],
  ['[16K, 32K)', 'that'],
]);

interface OneLiner {
  readonly key: string;
  readonly order: string;
  readonly read: (lines: readonly string[], answer: readonly string[]) => Measurements;
}

/** What each measures; the template is NAME-KEY. Those that not every machine can do have a function of their own. */
const PLAIN = {
  begin: { order: 'nothing', read: (lines) => ({ hello: Number(/^hello: 6 times 7 is (\d+)$/mu.exec(lines.join('\n'))?.[1]) }) },
  opens: { order: FILES_ORDER, read: (lines) => ({ opens: lines.filter((line) => line.startsWith('jl-files opens /')).length }) },
  errors: { order: FILES_ORDER, read: (lines) => ({ noSuchFile: mapValue(lines, `@errors[${ENOENT}]`) }) },
  count: { order: FILES_ORDER, read: (lines) => ({ reads: mapValue(lines, '@reads') }) },
  'by-call': {
    order: FILES_ORDER,
    read: (lines) => ({
      calls: ['openat', 'read', 'write', 'close'].map((call) => mapValue(lines, `@calls[tracepoint:syscalls:sys_enter_${call}]`)),
    }),
  },
  sum: { order: FILES_ORDER, read: (lines) => ({ bytesAndLargest: [mapValue(lines, '@bytes'), mapValue(lines, '@largest')] }) },
  sizes: {
    order: FILES_ORDER,
    read: (lines) => ({ sizes: buckets(lines, '@sizes').map(({ range, count }) => `${range} ${count}`) }),
  },
  latency: {
    order: `sleep 0 ${SLEEPS.slow}`,
    read: (lines) => ({ timedMs: buckets(lines, '@ms').map(({ range, count }) => `${range} ${count}`) }),
  },
  sampled: {
    order: `spin ${SPIN_MS}`,
    read: (lines, answer) => {
      const usedMs = Number(/^cpu (\d+)$/mu.exec(answer.join('\n'))?.[1]);
      return {
        ticks: mapValue(lines, '@ticks'),
        usedMs,
        ticksPercent: Math.round((mapValue(lines, '@ticks') * 100_000) / (usedMs * RATE_HZ)),
      };
    },
  },
  'by-process': {
    order: `sleep ${SLEEPS.quick} ${SLEEPS.slow}`,
    read: (lines) => {
      const [quick, slow] = [buckets(lines, '@us[jl-quick]'), buckets(lines, '@us[jl-slow]')];
      return {
        sleeps: [total(quick), total(slow)],
        shortestUs: [quick[0]?.from ?? 0, slow[0]?.from ?? 0],
        slowMode: slow.reduce((most, bucket) => (bucket.count > most.count ? bucket : most), { range: '', count: 0 }).range,
      };
    },
  },
} as const satisfies Record<string, Pick<OneLiner, 'order' | 'read'>>;

const isPlain = (key: string): key is keyof typeof PLAIN => Object.hasOwn(PLAIN, key);

async function run(room: LabRoom): Promise<Measurements> {
  const worker = await room.start(await room.compile(NAME));
  let measured: Measurements = {};
  for (const { key } of ONE_LINERS.steps) {
    await room.step(key);
    let now: Measurements;
    if (isPlain(key)) now = await plain(room, worker, { key, ...PLAIN[key] });
    else now = key === 'vfs' ? await vfs(room, worker) : await readline(room, worker);
    room.show(
      Object.entries(now)
        .map(([name, value]) => `${name}: ${String(value)}`)
        .join('; '),
    );
    measured = { ...measured, ...now };
  }
  return measured;
}

async function plain(room: LabRoom, worker: LabProgram, { key, order, read }: OneLiner): Promise<Measurements> {
  return beside(room, worker, await room.trace(`${NAME}-${key}`), order, read);
}

async function beside(
  room: LabRoom,
  worker: LabProgram,
  trace: LabTrace,
  order: string,
  read: OneLiner['read'],
): Promise<Measurements> {
  const answer = await worker.order(order);
  await room.sleep(SETTLE_MS);
  return read(await trace.stop(), answer);
}

/** The same calls one layer deeper, where the kernel has kernel probes. */
async function vfs(room: LabRoom, worker: LabProgram): Promise<Measurements> {
  const trace = await traceOrWhyNot(room, `${NAME}-vfs`);
  if (typeof trace === 'string') return { vfsWhyNot: `this kernel takes no kernel probes: ${trace}` };
  return beside(room, worker, trace, FILES_ORDER, (lines) => ({
    vfs: ['vfs_open', 'vfs_read', 'vfs_write'].map((name) => mapValue(lines, `@vfs[kprobe:${name}]`)),
  }));
}

/** In a copy of bash, so that nobody else's line is seen. */
async function readline(room: LabRoom, worker: LabProgram): Promise<Measurements> {
  const bash = `${room.folder}/jl-bash`;
  if ((await room.command('cp', '/bin/bash', bash)).code !== 0) return { readlineWhyNot: 'there is no /bin/bash' };
  const trace = await traceOrWhyNot(room, `${NAME}-readline`, { bash });
  if (typeof trace === 'string') return { readlineWhyNot: `this bash has no function readline of its own: ${trace}` };
  return beside(room, worker, trace, `bash ${bash}`, (lines) => ({
    typed: /typed: (echo .*)$/mu.exec(lines.join('\n'))?.[1] ?? '',
  }));
}

/** What bpftrace said where it could not attach. */
async function traceOrWhyNot(
  room: LabRoom,
  name: string,
  values: Readonly<Record<string, string>> = {},
): Promise<LabTrace | string> {
  try {
    return await room.trace(name, values);
  } catch (error) {
    if (error instanceof OperatorError && error.kind === 'environment') return error.message;
    throw error;
  }
}

/** A room that runs a program which a learner wrote. */
type OwnProgramRoom = LabRoom & { readonly traceText: (text: string) => Promise<LabTrace> };

/** The exercise's `own`: what its `@bytes` says beside jl-own, whose number nobody knows before. */
export async function tryOwnOneLiner(room: OwnProgramRoom, text: string): Promise<CheckOutcome> {
  const worker = await room.start(await room.compile(NAME));
  const trace = await room.traceText(text);
  const reads = OWN.least + Math.floor(Math.random() * OWN.more);
  await worker.order(`own ${reads} ${OWN.failed} ${OWN.ends}`);
  await room.sleep(SETTLE_MS);
  const lines = await trace.stop();
  const bytes = mapValue(lines, '@bytes');
  return holds(
    bytes === reads * OWN.bytes,
    Number.isNaN(bytes) ? 'no line `@bytes: N`' : `@bytes: ${bytes}`,
    `@bytes: ${reads * OWN.bytes}`,
  );
}

function timedSleeps(measured: Measurements): CheckOutcome {
  const timed = textsOf(measured, 'timedMs');
  const counts = timed.map((line) => Number(/ (\d+)$/u.exec(line)?.[1]));
  const shortest = Number(/^\[(\d+)/u.exec(timed[0] ?? '')?.[1]);
  const isSo = counts.reduce((sum, count) => sum + count, 0) === SLEEPS.slow && shortest >= SLEEP_MS.slow;
  return holds(isSo, timed.join('; ') || 'nothing', `${SLEEPS.slow} sleeps, none shorter than ${SLEEP_MS.slow} ms`);
}

function apartByProcess(measured: Measurements): CheckOutcome {
  const [quick, slow] = listOf(measured, 'sleeps');
  const [quickUs = 0, slowUs = 0] = listOf(measured, 'shortestUs');
  // The lower bound of a bucket is at most what fell into it, and more than half of it.
  const isLong = quickUs * 2 > SLEEP_MS.quick * 1000 && slowUs * 2 > SLEEP_MS.slow * 1000;
  const told = `jl-quick ${String(quick)} from ${quickUs} µs, jl-slow ${String(slow)} from ${slowUs} µs`;
  return holds(
    quick === SLEEPS.quick && slow === SLEEPS.slow && isLong,
    told,
    `jl-quick ${SLEEPS.quick} from 2048 µs, jl-slow ${SLEEPS.slow} from 16384 µs`,
  );
}

/** `@name: 5`, `@name[key]: 5`; NaN: there is none. */
function mapValue(lines: readonly string[], name: string): number {
  const line = lines.find((one) => one.startsWith(`${name}: `));
  const text = line?.slice(name.length + 2).trim() ?? '';
  return /^-?\d+$/u.test(text) ? Number(text) : Number.NaN;
}

interface Bucket {
  /** As bpftrace writes it. */
  readonly range: string;
  readonly from: number;
  readonly count: number;
}

const BUCKET = /^(\[(\d+)([KMG]?)(?:, (?:\d+[KMG]?|\.\.\.))?[\])])\s+(\d+) \|/u;
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** Of the histogram under this heading, those that are not empty. */
function buckets(lines: readonly string[], heading: string): readonly Bucket[] {
  const found: Bucket[] = [];
  for (const line of lines.slice(lines.findIndex((one) => one.trimEnd() === `${heading}:`) + 1)) {
    const [, range = '', from = '', unit = '', count = ''] = BUCKET.exec(line) ?? [];
    if (range === '') break;
    if (Number(count) > 0) found.push({ range, from: Number(from) * (UNITS[unit] ?? 1), count: Number(count) });
  }
  return found;
}

const total = (of: readonly Bucket[]): number => of.reduce((sum, { count }) => sum + count, 0);

function unless(whyNot: Measurements[string] | undefined, outcome: CheckOutcome): CheckOutcome {
  return typeof whyNot === 'string' ? { kind: 'not-possible', because: whyNot } : outcome;
}

const exactly = (value: number): { readonly kind: 'number'; readonly from: number; readonly to: number } => ({
  kind: 'number',
  from: value,
  to: value,
});

function listOf(measured: Measurements, key: string): readonly number[] {
  const value = measured[key];
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.filter((one): one is number => typeof one === 'number');
}

function textsOf(measured: Measurements, key: string): readonly string[] {
  const value = measured[key];
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.filter((one): one is string => typeof one === 'string');
}
