// Lab 10: the same calls with and without a probe, in one run, medians; tracepoint, kprobe and fentry at a system call, uprobe, uretprobe and USDT at functions.
// Nothing in nanoseconds is kept from an emulated processor: there a trap costs what the emulator makes of it.

import type { CheckOutcome, Measurements, Right } from '../../model/lab.ts';
import { fentryNames } from '../../program/dialects.ts';
import type { Lab } from '../lab.ts';
import { holds, numberOf } from '../outcome.ts';
import type { LabRoom } from '../room.ts';
import { atFunctions, atSyscall, type Bench, type Counts, NAME, printing, rounded, syscallRounds, told, tracersOf } from './probe-cost-bench.ts'; // prettier-ignore

const TRACEPOINT = 'tracepoint:syscalls:sys_enter_getpgid';
/** The kernel's function behind the call. */
const FUNCTIONS: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  x64: '__x64_sys_getpgid',
  arm64: '__arm64_sys_getpgid',
};

/** A second or two for each step. */
const COUNTS: Counts = { syscalls: 50_000, calls: 5000, printed: 50_000 };
/** Emulated, everything takes ten times as long. */
const FEWER_COUNTS: Counts = { syscalls: 10_000, calls: 1000, printed: 10_000 };
/** Less is not told from chance. */
const LEAST_RATIO = 1.05;
/** A busy machine hides a tax now and then. Where there is none, none is found however often one looks. */
const MOST_TAX_LOOKS = 3;
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
    tax: taxRight,
    dearest: (measured) => onReal(measured, { kind: 'choice', key: dearest(measured) }),
    times: (measured) => onReal(measured, around(numberOf(measured, 'uprobeToTracepoint'), 2)),
    print: (measured) => onReal(measured, printRight(numberOf(measured, 'printToCount'))),
  },
  checks: {
    counted: checkCounted,
    tax: checkTax,
    uprobe: (measured) =>
      measured['tracepointMissing'] === undefined
        ? dearer(measured, 'uprobeToTracepoint', 'of a tracepoint')
        : { kind: 'not-possible', because: missing('tracepoints at system calls') },
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

async function run(room: LabRoom): Promise<Measurements> {
  const program = await room.compile(NAME, '-fno-omit-frame-pointer');
  const worker = await room.start(program);
  await room.step('without');
  const [machine = ''] = await worker.order('machine');
  const isEmulated = machine.startsWith('emulated');
  const counts = isEmulated ? FEWER_COUNTS : COUNTS;
  if (isEmulated) room.show(EMULATED, 'times are told in calls of getsid, not in nanoseconds');
  const idle = await syscallRounds({ worker, counts });
  const bench: Bench = { room, worker, counts, isEmulated, unitNs: idle.twin };
  room.show(`getpgid ${told(bench, idle.probed)}, getsid ${told(bench, idle.twin)}`);

  await room.step('tracepoint');
  const before = await tracersOf(worker);
  let tracepoint = await atSyscall(bench, 'tracepoint', TRACEPOINT);
  for (let looks = 1; looks < MOST_TAX_LOOKS && !isEmulated && numberOf(tracepoint, 'tracepointTax') < LEAST_RATIO; looks++) {
    room.show('getsid took hardly longer: it is measured again');
    tracepoint = await atSyscall(bench, 'tracepoint', TRACEPOINT);
  }
  const tracers = [...new Set([...before, ...(await tracersOf(worker))])];
  if (tracers.length > 0) room.show(`system calls were traced by others, too: ${tracers.join(', ')}`);
  await room.step('kprobe');
  const kernelFunction = FUNCTIONS[process.arch] ?? 'sys_getpgid';
  const kprobe = await atSyscall(bench, 'kprobe', `kprobe:${kernelFunction}`);
  await room.step('fentry');
  const { entry } = fentryNames(room.dialect.version);
  const fentry = await atSyscall(bench, 'fentry', `${entry}:${kernelFunction}`);
  await room.step('user');
  const user = await atFunctions(bench, program);
  await room.step('print');
  const print = await printing(bench, program, numberOf(user, 'countCost'));
  await worker.end();
  return withRatios({ isEmulated, machine, tracers, ...tracepoint, ...kprobe, ...fentry, ...user, ...print });
}

function withRatios(measured: Measurements): Measurements {
  const ratio = (one: string, other: string): number => rounded(numberOf(measured, one) / numberOf(measured, other));
  const ratios = { uprobeToTracepoint: ratio('uprobeCost', 'tracepointCost'), fentryToKprobe: ratio('fentryCost', 'kprobeCost') };
  // What was not measured is left out.
  return { ...measured, ...Object.fromEntries(Object.entries(ratios).filter(([, value]) => Number.isFinite(value))) };
}

/** Of what an emulated processor does not tell. */
function onReal(measured: Measurements, right: Right): Right {
  return measured['isEmulated'] === true ? { kind: 'unknown' } : right;
}

function taxRight(measured: Measurements): Right {
  const { kind } = checkTax(measured);
  return kind === 'not-possible' ? { kind: 'unknown' } : { kind: 'choice', key: kind === 'passed' ? 'dearer' : 'same' };
}

function dearest(measured: Measurements): string {
  const uprobe = numberOf(measured, 'uprobeCost');
  const costs = [
    ['tracepoint', numberOf(measured, 'tracepointCost')],
    ['uprobe', uprobe],
    ['uretprobe', uprobe * numberOf(measured, 'uretprobeToUprobe')],
    ['usdt', uprobe * numberOf(measured, 'usdtToUprobe')],
  ] as const;
  return costs.reduce((most, each) => (each[1] > most[1] || Number.isNaN(most[1]) ? each : most))[0];
}

function printRight(ratio: number): Right {
  return Number.isFinite(ratio) ? { kind: 'choice', key: printedClass(ratio) } : { kind: 'unknown' };
}

function printedClass(ratio: number): string {
  if (ratio < 1.5) return 'same';
  return ratio < 4 ? 'double' : 'many';
}

const AT_SYSCALL = ['tracepoint', 'kprobe', 'fentry'] as const;

function checkCounted(measured: Measurements): CheckOutcome {
  const { uprobeHits, uretprobeHits, usdtHits, userMade } = measured;
  const isMissing = (kind: string): boolean => measured[`${kind}Missing`] !== undefined;
  const isCounted = (kind: string): boolean =>
    isMissing(kind) || (measured[`${kind}Hits`] !== undefined && measured[`${kind}Hits`] === measured[`${kind}Made`]);
  const isAll =
    AT_SYSCALL.every(isCounted) &&
    userMade !== undefined &&
    [uprobeHits, uretprobeHits, usdtHits].every((hits) => hits === userMade);
  const atSyscalls = AT_SYSCALL.map((kind) =>
    isMissing(kind)
      ? `${kind} not possible here`
      : `${kind} ${String(measured[`${kind}Hits`])} of ${String(measured[`${kind}Made`])}`,
  );
  return holds(
    isAll,
    `${atSyscalls.join(', ')}; uprobe ${String(uprobeHits)}, uretprobe ${String(uretprobeHits)}, USDT ${String(usdtHits)} of ${String(userMade)}`,
    'each as often as its call was made',
  );
}

function checkTax(measured: Measurements): CheckOutcome {
  if (measured['isEmulated'] === true) return { kind: 'not-possible', because: EMULATED };
  if (measured['tracepointMissing'] !== undefined)
    return { kind: 'not-possible', because: missing('tracepoints at system calls') };
  const [tax, drift] = [numberOf(measured, 'tracepointTax'), numberOf(measured, 'tracepointDrift')];
  const { tracers } = measured;
  if (tax >= LEAST_RATIO) return { kind: 'passed', measured: `${String(tax)} times the time without it` };
  if (Array.isArray(tracers) && tracers.length > 0)
    return { kind: 'not-possible', because: `the tax was paid before: ${tracers.join(', ')} traced system calls already` };
  if (drift >= LEAST_RATIO)
    return {
      kind: 'not-possible',
      because: `the machine is too busy: without any probe, too, one time was ${String(drift)} times the other`,
    };
  return {
    kind: 'failed',
    measured: `${String(tax)} times the time without it`,
    expected: `${String(LEAST_RATIO)} times or more`,
  };
}

function checkFentry(measured: Measurements): CheckOutcome {
  if (measured['isEmulated'] === true) return { kind: 'not-possible', because: EMULATED };
  const lacking = (['kprobe', 'fentry'] as const).filter((kind) => measured[`${kind}Hits`] === undefined);
  if (lacking.length > 0) return { kind: 'not-possible', because: missing(lacking.join(' and ')) };
  const missed = (['kprobe', 'fentry'] as const).find((kind) => measured[`${kind}Hits`] !== measured[`${kind}Made`]);
  if (missed !== undefined) return holds(false, `${missed}: ${String(measured[`${missed}Hits`])} hits`, 'a hit for each call');
  const ratio = numberOf(measured, 'fentryToKprobe');
  return holds(ratio < 1, `${String(ratio)} times that of a kprobe`, 'less than that of a kprobe');
}

function missing(what: string): string {
  return `bpftrace can attach no ${what} on this kernel`;
}

/** `key`: a ratio that is above 1. */
function dearer(measured: Measurements, key: string, than: string): CheckOutcome {
  if (measured['isEmulated'] === true) return { kind: 'not-possible', because: EMULATED };
  const ratio = numberOf(measured, key);
  return holds(ratio > 1, `${String(ratio)} times that ${than}`, `more than that ${than}`);
}

/** Right is what lies within a factor; of what was not measured, nothing is known. */
function around(value: number, factor: number): Right {
  return Number.isFinite(value) ? { kind: 'number', from: value / factor, to: value * factor } : { kind: 'unknown' };
}

/** Of one CPU. */
function percentRight(uprobeNs: unknown): Right {
  return typeof uprobeNs === 'number' ? percentAround((uprobeNs * HITS_A_SECOND) / 1e7) : { kind: 'unknown' };
}

function percentAround(percent: number): Right {
  return { kind: 'number', from: percent * (1 - TOLERANCE), to: percent * (1 + TOLERANCE) };
}
