// Lab 11: twelve one-liners, each beside a program whose numbers are known; the exercise is a thirteenth, which the learner writes.

import type { CheckOutcome, Measurements } from '../../model/lab.ts';
import { OperatorError } from '../../model/errors.ts';
import type { Lab } from '../lab.ts';
import { buckets, mapValue, total } from '../map-lines.ts';
import {
  ALL_BYTES,
  ALL_READS,
  ENOENT,
  FILES,
  KNOWN_CALLS,
  KNOWN_VFS,
  listOf,
  RATE_HZ,
  SIZES,
  SLEEP_MS,
  SLEEPS,
  textsOf,
  toldBeside,
  TYPED,
} from '../one-liners-numbers.ts';
import { equals, holds, numberOf, within } from '../outcome.ts';
import type { LabProgram, LabRoom, LabTrace } from '../room.ts';

const NAME = 'one-liners';

/** A processor may be taken away, and a virtual one's clock may stumble: half and half again as many are still that rate. */
const TICKS_PERCENT = { from: 50, to: 150 } as const;
const SPIN_MS = 800;
/** The missing files are numbered. */
const LAST_OPENED = new RegExp(`/none-${String(FILES.missing - 1)}$`, 'u');
const FILES_ORDER = `files ${Object.values(FILES).join(' ')}`;
/** What is printed comes a little later, and bpftrace forgets what it has not printed when it is ended. Maps do not need it. */
const LOOK_MS = 20;
const MOST_LOOKS = 500;
/** There is one, with or without programs that use it. */
const KPROBES = '/sys/bus/event_source/devices/kprobe/type';
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
    'vfs-open': (measured) => {
      const [opens] = listOf(measured, 'vfs');
      return opens === undefined ? { kind: 'unknown' } : { kind: 'choice', key: opens > FILES.opened ? 'all' : 'good' };
    },
    bucket: (measured) => {
      const mode = String(measured['slowMode'] ?? '');
      return mode === '' ? { kind: 'unknown' } : { kind: 'choice', key: BUCKET_CHOICES.get(mode) ?? 'longer' };
    },
  },
  checks: {
    begin: (measured) => equals(measured['hello'], 42),
    opens: (measured) => equals(measured['opens'], FILES.opened + FILES.missing),
    errors: (measured) => equals(measured['noSuchFile'], FILES.missing),
    count: (measured) => equals(measured['reads'], ALL_READS),
    'by-call': (measured) => equals(measured['calls'], KNOWN_CALLS),
    vfs: (measured) => unless(measured['vfsWhyNot'], equals(measured['vfs'], KNOWN_VFS)),
    sum: (measured) => equals(measured['bytesAndLargest'], [ALL_BYTES, SIZES.huge]),
    sizes: (measured) =>
      equals(measured['sizes'], [`[16, 32) ${FILES.small}`, `[4K, 8K) ${FILES.large}`, `[64K, 128K) ${FILES.huge}`]),
    readline: (measured) => unless(measured['readlineWhyNot'], equals(measured['typed'], TYPED)),
    latency: timedSleeps,
    sampled,
    'by-process': apartByProcess,
  },
  exercise: {
    // Judged by running it.
    own: () => ({ kind: 'unknown' }),
    good: (measured) => exactly(numberOf(measured, 'opens') - numberOf(measured, 'noSuchFile')),
    pid: () => ({ kind: 'choice', key: 'mixed' }),
    delete: () => ({ kind: 'choice', key: 'left' }),
  },
  programs: { own: tryOwnOneLiner },
};

/** The keys of the question's choices. */
const BUCKET_CHOICES: ReadonlyMap<string, string> = new Map([
  ['[8K, 16K)', 'shorter'],
  ['[16K, 32K)', 'that'],
]);

interface OneLiner {
  readonly key: string;
  readonly order: string;
  /** Of one that prints: its last line. */
  readonly last?: RegExp;
  readonly read: (lines: readonly string[], answer: readonly string[]) => Measurements;
}

/** What each measures; the template is NAME-KEY. Those that not every machine can do have a function of their own. */
const PLAIN = {
  begin: {
    order: 'nothing',
    last: /^hello: /u,
    read: (lines) => ({ hello: Number(/^hello: 6 times 7 is (\d+)$/mu.exec(lines.join('\n'))?.[1]) }),
  },
  opens: {
    order: FILES_ORDER,
    last: LAST_OPENED,
    read: (lines) => ({ opens: lines.filter((line) => line.startsWith('jl-files opens /')).length }),
  },
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
} as const satisfies Record<string, Omit<OneLiner, 'key'>>;

const isPlain = (key: string): key is keyof typeof PLAIN => Object.hasOwn(PLAIN, key);

async function run(room: LabRoom): Promise<Measurements> {
  const worker = await room.start(await room.compile(NAME));
  const [machine = ''] = await worker.order('machine');
  let measured: Measurements = { isEmulated: machine.startsWith('emulated') };
  for (const { key } of ONE_LINERS.steps) {
    await room.step(key);
    let now: Measurements;
    if (isPlain(key)) now = await plain(room, worker, { key, ...PLAIN[key] });
    else now = key === 'vfs' ? await vfs(room, worker) : await readline(room, worker);
    room.show(toldBeside(key, now));
    measured = { ...measured, ...now };
  }
  return measured;
}

async function plain(room: LabRoom, worker: LabProgram, one: OneLiner): Promise<Measurements> {
  return beside(room, worker, await room.trace(`${NAME}-${one.key}`), one);
}

async function beside(
  room: LabRoom,
  worker: LabProgram,
  trace: LabTrace,
  { order, last, read }: Omit<OneLiner, 'key'>,
): Promise<Measurements> {
  const answer = await worker.order(order);
  for (let looks = 0; last !== undefined && looks < MOST_LOOKS && !trace.lines().some((line) => last.test(line)); looks++)
    await room.sleep(LOOK_MS);
  return read(await trace.stop(), answer);
}

/** The same calls one layer deeper, where the kernel has kernel probes. */
async function vfs(room: LabRoom, worker: LabProgram): Promise<Measurements> {
  const trace = await traceOrWhyNot(room, `${NAME}-vfs`, {}, room.read(KPROBES) === '');
  if (typeof trace === 'string') return { vfsWhyNot: `this kernel has no kernel probes; bpftrace: ${trace}` };
  return beside(room, worker, trace, {
    order: FILES_ORDER,
    read: (lines) => ({ vfs: ['vfs_open', 'vfs_read', 'vfs_write'].map((name) => mapValue(lines, `@vfs[kprobe:${name}]`)) }),
  });
}

/** In a copy of bash, so that nobody else's line is seen. One that was built with a library for it has no such function. */
async function readline(room: LabRoom, worker: LabProgram): Promise<Measurements> {
  const bash = `${room.folder}/jl-bash`;
  if ((await room.command('cp', '/bin/bash', bash)).code !== 0) return { readlineWhyNot: 'there is no /bin/bash' };
  const trace = await traceOrWhyNot(room, `${NAME}-readline`, { bash }, true);
  if (typeof trace === 'string') return { readlineWhyNot: `this bash names no function readline; bpftrace: ${trace}` };
  return beside(room, worker, trace, {
    order: `bash ${bash}`,
    last: /typed: exit$/u,
    read: (lines) => ({ typed: /typed: (echo .*)$/mu.exec(lines.join('\n'))?.[1] ?? '' }),
  });
}

/** What bpftrace said where it could not attach, and was not expected to. */
async function traceOrWhyNot(
  room: LabRoom,
  name: string,
  values: Readonly<Record<string, string>>,
  mayFail: boolean,
): Promise<LabTrace | string> {
  try {
    return await room.trace(name, values);
  } catch (error) {
    if (!mayFail || !(error instanceof OperatorError) || error.kind !== 'environment') throw error;
    // Of what bpftrace says the first sentence.
    return (error.message.replace(/^.*attached: (?:\S+ ERROR: )?/u, '').split('. ')[0] ?? '').trim();
  }
}

/** The exercise's `own`: what its `@bytes` says beside jl-own, whose number nobody knows before. */
async function tryOwnOneLiner(room: LabRoom, text: string): Promise<CheckOutcome> {
  const worker = await room.start(await room.compile(NAME));
  let trace: LabTrace;
  try {
    trace = await room.traceText(text);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.kind !== 'environment') throw error;
    return holds(false, error.message, 'a program that bpftrace takes');
  }
  const reads = OWN.least + Math.floor(Math.random() * OWN.more);
  await worker.order(`own ${reads} ${OWN.failed} ${OWN.ends}`);
  const bytes = mapValue(await trace.stop(), '@bytes');
  return holds(
    bytes === reads * OWN.bytes,
    Number.isNaN(bytes) ? 'no line `@bytes: N`' : `@bytes: ${bytes}`,
    `@bytes: ${reads * OWN.bytes}`,
  );
}

/** A rate of an emulated machine is none. */
function sampled(measured: Measurements): CheckOutcome {
  if (measured['isEmulated'] !== true) return within(measured['ticksPercent'], TICKS_PERCENT.from, TICKS_PERCENT.to);
  const ticks = numberOf(measured, 'ticks');
  return holds(ticks > 0, `${String(ticks)} ticks; this processor is emulated`, 'at least one tick');
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

function unless(whyNot: Measurements[string] | undefined, outcome: CheckOutcome): CheckOutcome {
  return typeof whyNot === 'string' ? { kind: 'not-possible', because: whyNot } : outcome;
}

const exactly = (value: number): { readonly kind: 'number'; readonly from: number; readonly to: number } => ({
  kind: 'number',
  from: value,
  to: value,
});
