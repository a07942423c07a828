// Lab 10: the same calls with and without a probe, in one run, medians; tracepoint, kprobe and fentry at a system call, uprobe, uretprobe and USDT at functions.
// Nothing in nanoseconds is kept from an emulated processor: there a trap costs what the emulator makes of it.

import { OperatorError } from '../../model/errors.ts';
import type { CheckOutcome, Measurements, Right } from '../../model/lab.ts';
import { fentryNames } from '../../program/dialects.ts';
import type { Lab } from '../lab.ts';
import { holds, numberOf } from '../outcome.ts';
import type { LabProgram, LabRoom, LabTrace } from '../room.ts';

const NAME = 'probe-cost';
const TRACEPOINT = 'tracepoint:syscalls:sys_enter_getpgid';
/** The kernel's function behind the call. */
const FUNCTIONS: Readonly<Record<string, string>> = { x64: '__x64_sys_getpgid', arm64: '__arm64_sys_getpgid' };

interface Counts {
  readonly syscalls: number;
  readonly calls: number;
  readonly printed: number;
}
/** A second or two for each step. */
const COUNTS: Counts = { syscalls: 50_000, calls: 5000, printed: 50_000 };
/** Emulated, everything takes ten times as long. */
const FEWER_COUNTS: Counts = { syscalls: 10_000, calls: 1000, printed: 10_000 };
/** Odd: each median is one of them. */
const ROUNDS = 11;
/** Less is not told from chance. */
const LEAST_RATIO = 1.02;
/** For how long nothing more must come before all is printed, and how often that is looked at. */
const QUIET_MS = 300;
const MOST_LOOKS = 50;
/** What the exercise asks of. */
const HITS_A_SECOND = 20_000;
const TOLERANCE = 0.25;

const EMULATED = 'this processor is emulated: what traps cost here says nothing of a real one';

export const PROBE_COST: Lab = {
  id: NAME,
  needs: ['cc'],
  steps: [
    { key: 'without' },
    { key: 'tracepoint', predictions: ['tax'] },
    { key: 'kprobe' },
    { key: 'fentry' },
    { key: 'user', predictions: ['dearest', 'times'] },
    { key: 'print', predictions: ['print'] },
  ],
  run,
  predictions: {
    tax: (measured) => ({ kind: 'choice', key: numberOf(measured, 'tracepointTax') >= LEAST_RATIO ? 'dearer' : 'same' }),
    dearest: (measured) => ({ kind: 'choice', key: dearest(measured) }),
    times: (measured) => around(numberOf(measured, 'uprobeToTracepoint'), 2),
    print: (measured) => ({ kind: 'choice', key: printedClass(numberOf(measured, 'printToCount')) }),
  },
  checks: {
    counted: checkCounted,
    tax: checkTax,
    uprobe: (measured) => dearer(measured, 'uprobeToTracepoint', 'of a tracepoint'),
    uretprobe: (measured) => dearer(measured, 'uretprobeToUprobe', 'of a uprobe'),
    fentry: checkFentry,
    print: (measured) => dearer(measured, 'printToCount', 'of counting'),
  },
  exercise: {
    percent: (measured) => percentRight(measured['uprobeNs']),
    filter: () => ({ kind: 'choice', key: 'all' }),
    sizes: () => ({ kind: 'choice', key: 'kernel' }),
  },
};

/** What all steps work with. */
interface Bench {
  readonly room: LabRoom;
  readonly worker: LabProgram;
  readonly counts: Counts;
  readonly isEmulated: boolean;
  /** Of a call of getsid without any probe: what an emulated machine's times are told in. */
  readonly unitNs: number;
}

async function run(room: LabRoom): Promise<Measurements> {
  const program = await room.compile(NAME, '-fno-omit-frame-pointer');
  const worker = await room.start(program);
  await room.step('without');
  const [machine = ''] = await worker.order('machine');
  const isEmulated = machine.startsWith('emulated');
  const counts = isEmulated ? FEWER_COUNTS : COUNTS;
  if (isEmulated) room.show(`${EMULATED} (${machine}): times are told in calls of getsid, not in nanoseconds`);
  const idle = await syscallRounds({ worker, counts });
  const bench: Bench = { room, worker, counts, isEmulated, unitNs: idle.twin };
  room.show(`getpgid ${told(bench, idle.probed)}, getsid ${told(bench, idle.twin)}`);

  await room.step('tracepoint');
  const tracepoint = await atSyscall(bench, 'tracepoint', TRACEPOINT);
  await room.step('kprobe');
  const kernelFunction = FUNCTIONS[process.arch];
  const kprobe = kernelFunction === undefined ? {} : await atSyscall(bench, 'kprobe', `kprobe:${kernelFunction}`);
  await room.step('fentry');
  const { entry } = fentryNames(room.dialect.version);
  const fentry = kernelFunction === undefined ? {} : await atSyscall(bench, 'fentry', `${entry}:${kernelFunction}`);
  await room.step('user');
  const user = await atFunctions(bench, program);
  await room.step('print');
  const print = await printing(bench, program, numberOf(user, 'countCost'));
  return withRatios({ isEmulated, machine, ...tracepoint, ...kprobe, ...fentry, ...user, ...print });
}

/** Middles of one phase, in nanoseconds a call. */
interface Phase {
  readonly probed: number;
  readonly twin: number;
  /** How much more the probed one takes than its twin in the same round. */
  readonly more: number;
  readonly made: number;
}

async function syscallRounds({ worker, counts }: Pick<Bench, 'worker' | 'counts'>): Promise<Phase> {
  const answer = await worker.order(`syscalls ${String(counts.syscalls)} ${String(ROUNDS)}`);
  const rounds = roundsOf(answer);
  return {
    probed: median(rounds.map(([probed = NaN]) => probed)),
    twin: median(rounds.map(([, twin = NaN]) => twin)),
    more: median(rounds.map(([probed = NaN, twin = NaN]) => probed - twin)),
    made: madeOf(answer),
  };
}

/** Without, with, without: so that a machine that drifts shows. Nothing where the probe cannot be attached. */
async function atSyscall(bench: Bench, key: 'tracepoint' | 'kprobe' | 'fentry', probe: string): Promise<Measurements> {
  const { room } = bench;
  const before = await syscallRounds(bench);
  const trace = await attached(room, probe);
  if (trace === null) return {};
  const during = await syscallRounds(bench);
  const lines = await trace.stop();
  const after = await syscallRounds(bench);
  const hits = countOf(lines, 'hits');
  if (hits === 0) {
    room.show(`${probe}: bpftrace has attached nothing here`);
    return {};
  }
  const cost = during.more - (before.more + after.more) / 2;
  const idleTwin = (before.twin + after.twin) / 2;
  room.show(
    `getsid, without a probe of its own: ${told(bench, before.twin)} before, ${told(bench, during.twin)} meanwhile, ${told(bench, after.twin)} after`,
    `a hit of ${probe}: ${told(bench, cost)} beside that; it ran ${String(hits)} of ${String(during.made)} times`,
  );
  return {
    [`${key}Hits`]: hits,
    [`${key}Made`]: during.made,
    // In calls of getsid; the nanoseconds of an emulated machine cancel out.
    [`${key}Cost`]: rounded(cost / idleTwin),
    [`${key}Tax`]: rounded(during.twin / Math.max(before.twin, after.twin)),
    [`${key}Drift`]: rounded(Math.max(before.twin, after.twin) / Math.min(before.twin, after.twin)),
    ...(bench.isEmulated
      ? {}
      : { [`${key}Ns`]: rounded(cost), [`${key}TaxNs`]: rounded(during.twin - idleTwin), [`${key}TwinNs`]: rounded(idleTwin) }),
  };
}

/** null: bpftrace cannot attach it here. */
async function attached(room: LabRoom, probe: string): Promise<LabTrace | null> {
  try {
    return await room.trace(`${NAME}-kernel`, { probe });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    room.show(`${probe} cannot be attached here: ${error.message}`);
    return null;
  }
}

async function atFunctions(bench: Bench, program: string): Promise<Measurements> {
  const { room, worker, counts } = bench;
  const idle = await syscallRounds(bench);
  const trace = await room.trace(`${NAME}-user`, { program });
  const usedBefore = await usedMs(worker, trace.pid);
  const answer = await worker.order(`calls ${String(counts.calls)} ${String(ROUNDS)}`);
  const usedDuring = (await usedMs(worker, trace.pid)) - usedBefore;
  const lines = await trace.stop();
  const rounds = roundsOf(answer);
  const more = (index: number): number => median(rounds.map((round) => (round[index] ?? NaN) - (round[0] ?? NaN)));
  const [uprobe, uretprobe, usdt, made] = [more(1), more(2), more(3), madeOf(answer)];
  const [uprobeHits, uretprobeHits, usdtHits] = [countOf(lines, 'uprobe'), countOf(lines, 'uretprobe'), countOf(lines, 'usdt')];
  const ownNs = (usedDuring * 1e6) / Math.max(1, uprobeHits + uretprobeHits + usdtHits);
  room.show(
    `a hit of the uprobe: ${told(bench, uprobe)}; of the uretprobe: ${told(bench, uretprobe)}; of the USDT probe: ${told(bench, usdt)}`,
  );
  room.show(
    `they ran ${String(uprobeHits)}, ${String(uretprobeHits)} and ${String(usdtHits)} times, for ${String(made)} calls each`,
  );
  return {
    userMade: made,
    uprobeHits,
    uretprobeHits,
    usdtHits,
    uprobeCost: rounded(uprobe / idle.twin),
    uretprobeToUprobe: rounded(uretprobe / uprobe),
    usdtToUprobe: rounded(usdt / uprobe),
    // With what bpftrace itself used, in calls of getsid.
    countCost: rounded((uprobe + ownNs) / idle.twin),
    ...(bench.isEmulated
      ? {}
      : { uprobeNs: rounded(uprobe), uretprobeNs: rounded(uretprobe), usdtNs: rounded(usdt), countNs: rounded(uprobe + ownNs) }),
  };
}

/** `countCost`: of an event that is only counted, in calls of getsid. */
async function printing(bench: Bench, program: string, countCost: number): Promise<Measurements> {
  const { room, worker, counts } = bench;
  const idle = await syscallRounds(bench);
  const trace = await room.trace(`${NAME}-print`, { program });
  const usedBefore = await usedMs(worker, trace.pid);
  const answer = await worker.order(`printed ${String(counts.printed)}`);
  const inProgram = Number(/^cost ([\d.]+)$/u.exec(answer[0] ?? '')?.[1]);
  await untilQuiet(room, trace);
  const ownNs = (((await usedMs(worker, trace.pid)) - usedBefore) * 1e6) / counts.printed;
  const lines = await trace.stop();
  const received = lines.filter((line) => /^entered \d+$/u.test(line)).length;
  const cost = (inProgram + ownNs) / idle.twin;
  room.show(
    `each event: ${told(bench, inProgram)} in the program, ${told(bench, ownNs)} in bpftrace`,
    `printed: ${String(received)} of ${String(counts.printed)} events; ${String(counts.printed - received)} were lost on the way`,
  );
  return {
    printedMade: counts.printed,
    printedReceived: received,
    printToCount: rounded(cost / countCost),
    ...(bench.isEmulated ? {} : { printNs: rounded(inProgram + ownNs) }),
  };
}

async function untilQuiet(room: LabRoom, trace: LabTrace): Promise<void> {
  let seen = -1;
  for (let look = 0; look < MOST_LOOKS && trace.lines().length !== seen; look++) {
    seen = trace.lines().length;
    await room.sleep(QUIET_MS);
  }
}

function withRatios(measured: Measurements): Measurements {
  const ratio = (one: string, other: string): number => rounded(numberOf(measured, one) / numberOf(measured, other));
  const ratios = { uprobeToTracepoint: ratio('uprobeCost', 'tracepointCost'), fentryToKprobe: ratio('fentryCost', 'kprobeCost') };
  // What was not measured is left out.
  return { ...measured, ...Object.fromEntries(Object.entries(ratios).filter(([, value]) => Number.isFinite(value))) };
}

function dearest(measured: Measurements): string {
  const uprobe = numberOf(measured, 'uprobeCost');
  const costs = [
    ['tracepoint', numberOf(measured, 'tracepointCost')],
    ['uprobe', uprobe],
    ['uretprobe', uprobe * numberOf(measured, 'uretprobeToUprobe')],
    ['usdt', uprobe * numberOf(measured, 'usdtToUprobe')],
  ] as const;
  return costs.reduce((most, each) => (each[1] > most[1] ? each : most))[0];
}

function printedClass(ratio: number): string {
  if (ratio < 1.5) return 'same';
  return ratio < 4 ? 'double' : 'many';
}

function checkCounted(measured: Measurements): CheckOutcome {
  const { tracepointHits, tracepointMade, uprobeHits, uretprobeHits, usdtHits, userMade } = measured;
  const isAll =
    tracepointHits !== undefined &&
    tracepointHits === tracepointMade &&
    userMade !== undefined &&
    [uprobeHits, uretprobeHits, usdtHits].every((hits) => hits === userMade);
  return holds(
    isAll,
    `tracepoint ${String(tracepointHits)} of ${String(tracepointMade)}; uprobe ${String(uprobeHits)}, uretprobe ${String(uretprobeHits)}, USDT ${String(usdtHits)} of ${String(userMade)}`,
    'each as often as its call was made',
  );
}

function checkTax(measured: Measurements): CheckOutcome {
  if (measured['isEmulated'] === true) return { kind: 'not-possible', because: EMULATED };
  const [tax, drift] = [numberOf(measured, 'tracepointTax'), numberOf(measured, 'tracepointDrift')];
  if (tax >= LEAST_RATIO) return { kind: 'passed', measured: `${String(tax)} times the time without it` };
  if (drift >= LEAST_RATIO)
    return {
      kind: 'not-possible',
      because: `the machine is too busy: without any probe, too, one time was ${String(drift)} times the other`,
    };
  return {
    kind: 'failed',
    measured: String(tax),
    expected: `${String(LEAST_RATIO)} or more, unless something else traces system calls here already`,
  };
}

function checkFentry(measured: Measurements): CheckOutcome {
  if (measured['isEmulated'] === true) return { kind: 'not-possible', because: EMULATED };
  if (measured['kprobeHits'] === undefined || measured['fentryHits'] === undefined)
    return {
      kind: 'not-possible',
      because: `this kernel has no ${measured['kprobeHits'] === undefined ? 'kprobes' : 'fentry'} that bpftrace can attach`,
    };
  const ratio = numberOf(measured, 'fentryToKprobe');
  return holds(ratio < 1, `${String(ratio)} times that of a kprobe`, 'less than that of a kprobe');
}

/** `key`: a ratio that is above 1. */
function dearer(measured: Measurements, key: string, than: string): CheckOutcome {
  if (measured['isEmulated'] === true) return { kind: 'not-possible', because: EMULATED };
  const ratio = numberOf(measured, key);
  return holds(ratio > 1, `${String(ratio)} times that ${than}`, `more than that ${than}`);
}

/** Right is what lies within a factor. */
function around(value: number, factor: number): Right {
  return { kind: 'number', from: value / factor, to: value * factor };
}

/** Of one CPU; where nothing in nanoseconds was measured, every share is right. */
function percentRight(uprobeNs: unknown): Right {
  if (typeof uprobeNs !== 'number') return { kind: 'number', from: 0, to: 100 };
  const percent = (uprobeNs * HITS_A_SECOND) / 1e7;
  return { kind: 'number', from: percent * (1 - TOLERANCE), to: percent * (1 + TOLERANCE) };
}

function roundsOf(lines: readonly string[]): readonly (readonly number[])[] {
  return lines.flatMap((line) => (line.startsWith('round ') ? [line.split(' ').slice(1).map(Number)] : []));
}

function madeOf(lines: readonly string[]): number {
  return Number(lines.map((line) => /^made (\d+)$/u.exec(line)?.[1]).find((count) => count !== undefined));
}

/** A counting map, as bpftrace prints it at its end. */
function countOf(lines: readonly string[], map: string): number {
  const found = lines.map((line) => new RegExp(`^@${map}: (\\d+)$`, 'u').exec(line)?.[1]).find((count) => count !== undefined);
  return Number(found ?? 0);
}

async function usedMs(worker: LabProgram, pid: number): Promise<number> {
  const [line = ''] = await worker.order(`used ${String(pid)}`);
  return Number(/^used (\d+)$/u.exec(line)?.[1]);
}

function told({ isEmulated, unitNs }: Bench, ns: number): string {
  if (isEmulated) return `${(ns / unitNs).toFixed(2)} calls`;
  return ns < 1000 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(1)} µs`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** Three digits are more than is known. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
