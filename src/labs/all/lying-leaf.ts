// Lab 9: a program whose shares are known, by three profilers that tell other ones: code without debug information between safepoints, stops at
// safepoints only, and a rate that beats with the program.

import type { CheckOutcome, Measurements, Right } from '../../model/lab.ts';
import type { Lab } from '../lab.ts';
import { holds, within } from '../outcome.ts';
import type { LabProgram, LabRoom } from '../room.ts';

const NAME = 'lying-leaf';
const CLASS = 'LyingLeaf';
const PHASES = ['phaseA', 'phaseB', 'phaseC'];
const HALVES = ['firstHalf', 'secondHalf'];
/** This collector's counted loops have no safepoints. */
const SERIAL = ['-Xmx64m', '-XX:+UseSerialGC'];
const DEBUG_INFORMATION = ['-XX:+UnlockDiagnosticVMOptions', '-XX:+DebugNonSafepoints'];
/** Each half is a frame of its own. */
const WHOLE_FRAMES = [
  '-XX:CompileCommand=quiet',
  ...[...HALVES, 'work'].map((name) => `-XX:CompileCommand=dontinline,${CLASS}::${name}`),
];
/** 499 Hz for 4 s: some 2,000 samples, 500 where the CPUs are taken. A share of a half is then off by chance by 2 points, and never by 10. */
const SPLIT = ['-F', '499', '-d', '4s', '--top', '4'];
const STOPS = 300;
const TOLERANCE_POINTS = 10;
/** A share that is off by so much is a lie, and no chance. */
const LIE_POINTS = 15;
/** Of the half that a beat shows; some ticks come late. */
const BEAT_PERCENT = 80;
/** Of the larger half where there is no beat: a busy machine leaves some dozens of samples. */
const EVEN_PERCENT = 70;
/** By bad luck the ticks fall where the halves meet; or a busy machine takes most of them away. */
const MOST_BEATS = 3;

export const LYING_LEAF: Lab = {
  id: NAME,
  needs: ['java', 'taskset'],
  steps: [
    { key: 'default', predictions: ['default'] },
    { key: 'flag' },
    { key: 'stops', predictions: ['stops'] },
    { key: 'hundred', predictions: ['hundred'] },
    { key: 'ninety-nine' },
  ],
  run,
  predictions: {
    default: (measured) => choice(measured, 'default', (told) => comparedTo(told[0], sharesOf(measured, 'truth')[0])),
    stops: (measured) => choice(measured, 'stops', (told) => amountOf(sum(told))),
    hundred: (measured) => choice(measured, 'hundred', (told) => (largest(told) >= BEAT_PERCENT ? 'one' : 'half')),
  },
  checks: {
    default: (measured) => lies(measured, 'default'),
    flag: (measured) => tellsTheTruth(measured, 'flag'),
    stops: (measured) => lies(measured, 'stops'),
    hundred: (measured) => within(largest(sharesOf(measured, 'hundred')), BEAT_PERCENT, 100),
    'ninety-nine': (measured) => within(largest(sharesOf(measured, 'ninety-nine')), 100 - EVEN_PERCENT, EVEN_PERCENT),
  },
  exercise: {
    flag: () => ({ kind: 'word', oneOf: ['DebugNonSafepoints', '+DebugNonSafepoints', '-XX:+DebugNonSafepoints'] }),
    sweep: () => ({ kind: 'number', from: 98, to: 100 }),
    biased: () => ({ kind: 'choice', key: 'jstack' }),
    largest: (measured) => choice(measured, 'default', (told) => (PHASES[told.indexOf(largest(told))] ?? '').toLowerCase()),
  },
};

async function run(room: LabRoom): Promise<Measurements> {
  const classes = await room.javac(`${NAME}/${CLASS}`);
  const command = (...flags: readonly string[]): readonly string[] => [...SERIAL, ...flags, '-cp', classes, CLASS];

  await room.step('default');
  const plain = await room.start('java', ...command());
  await plain.order('split');
  const byDefault = await profiled(room, plain, SPLIT, 'split', PHASES);
  const truth = await truthOf(plain);
  tell(room, 'the thread itself', PHASES, truth);
  tell(room, 'the profile', PHASES, byDefault);
  await plain.end();

  await room.step('flag');
  const honest = await room.start('java', ...command(...DEBUG_INFORMATION));
  await honest.order('split');
  const withFlag = await profiled(room, honest, SPLIT, 'split', PHASES);
  const flagTruth = await truthOf(honest);
  tell(room, 'the thread itself', PHASES, flagTruth);
  tell(room, 'the profile', PHASES, withFlag);

  await room.step('stops');
  const leaves = countsIn(await honest.order(`stops ${String(STOPS)}`), 'stop');
  room.show(`innermost methods of ${String(STOPS)} stacks:`);
  for (const [leaf, count] of leaves) room.show(`${String(count).padStart(4)} ${leaf}`);
  // A stack that was not seen says nothing of the phases.
  const stopped = leaves.size === 0 ? [] : PHASES.map((phase) => percent(leaves.get(phase) ?? 0, STOPS));
  await honest.end();

  await room.step('hundred');
  // One CPU: each has a timer of its own.
  const cpu = /^Cpus_allowed_list:\s*(\d+)/mu.exec(room.read('/proc/self/status'))?.[1] ?? '0';
  const beating = await room.start('taskset', '-c', cpu, 'java', ...command(...WHOLE_FRAMES));
  await beating.order('beat');
  let hundred: readonly number[] = [];
  for (let beat = 0; beat < MOST_BEATS && !(largest(hundred) >= BEAT_PERCENT); beat++) {
    hundred = await profiled(room, beating, ['-F', '100', '-d', '3s', '-q'], 'beat', HALVES);
    tell(room, '100 Hz', HALVES, hundred);
  }

  await room.step('ninety-nine');
  let ninetyNine: readonly number[] = [];
  for (let beat = 0; beat < MOST_BEATS && !(largest(ninetyNine) <= EVEN_PERCENT); beat++) {
    ninetyNine = await profiled(room, beating, ['-F', '99', '-d', '3s', '-q'], 'beat', HALVES);
    tell(room, '99 Hz', HALVES, ninetyNine);
  }
  await beating.end();
  return {
    truth,
    default: byDefault,
    flagTruth,
    flag: withFlag,
    stops: stopped,
    stopLeaves: [...leaves.keys()],
    hundred,
    'ninety-nine': ninetyNine,
  };
}

/** Shares of some methods, in percent of all samples that come through the method `caller`. */
async function profiled(
  room: LabRoom,
  { pid }: LabProgram,
  options: readonly string[],
  caller: string,
  methods: readonly string[],
): Promise<readonly number[]> {
  const file = `${room.folder}/leaf.folded`;
  await room.jtrace('profile', String(pid), ...options, '-o', file);
  const stacks = room.folded(file).filter(({ frames }) => frames.includes(`${CLASS}.${caller}`));
  const all = sum(stacks.map(({ weight }) => weight));
  const has = (method: string): number =>
    sum(stacks.flatMap(({ frames, weight }) => (frames.includes(`${CLASS}.${method}`) ? [weight] : [])));
  return all === 0 ? [] : methods.map((method) => percent(has(method), all));
}

async function truthOf(jvm: LabProgram): Promise<readonly number[]> {
  const spentNs = countsIn(await jvm.order('truth'), 'truth');
  const spent = PHASES.map((phase) => spentNs.get(phase) ?? 0);
  return spent.map((part) => percent(part, sum(spent)));
}

/** `WORD NAME COUNT` lines. */
function countsIn(lines: readonly string[], word: string): ReadonlyMap<string, number> {
  return new Map(
    lines.flatMap((line): readonly (readonly [string, number])[] => {
      const [, first, name, count] = /^(\w+) (\S+) (\d+)$/u.exec(line) ?? [];
      return first === word && name !== undefined ? [[name, Number(count)]] : [];
    }),
  );
}

function tell(room: LabRoom, who: string, names: readonly string[], percents: readonly number[]): void {
  const elsewhere = Math.max(0, 100 - sum(percents));
  const told = [
    ...names.map((name, index) => `${name} ${(percents[index] ?? 0).toFixed(1)} %`),
    `elsewhere ${elsewhere.toFixed(1)} %`,
  ];
  room.show(`${who}: ${told.join(', ')}`);
}

function lies(measured: Measurements, key: string): CheckOutcome {
  const points = mostPointsOff(measured, key, 'truth');
  return holds(points >= LIE_POINTS, `off by up to ${points.toFixed(1)} points`, `off by ${String(LIE_POINTS)} points or more`);
}

function tellsTheTruth(measured: Measurements, key: string): CheckOutcome {
  const points = mostPointsOff(measured, key, 'flagTruth');
  return holds(
    points <= TOLERANCE_POINTS,
    `off by up to ${points.toFixed(1)} points`,
    `off by ${String(TOLERANCE_POINTS)} points or less`,
  );
}

/** NaN, by which no check passes, where nothing was measured. */
function mostPointsOff(measured: Measurements, key: string, truthKey: string): number {
  const [told, truth] = [sharesOf(measured, key), sharesOf(measured, truthKey)];
  return told.length === 0 || told.length !== truth.length
    ? Number.NaN
    : Math.max(...told.map((share, index) => Math.abs(share - (truth[index] ?? 0))));
}

/** Nothing is right where nothing was measured. */
function choice(measured: Measurements, key: string, keyOf: (told: readonly number[]) => string): Right {
  const told = sharesOf(measured, key);
  return told.length === 0 ? { kind: 'unknown' } : { kind: 'choice', key: keyOf(told) };
}

function comparedTo(told: number | undefined, truth: number | undefined): string {
  const points = (told ?? 0) - (truth ?? 0);
  if (Math.abs(points) <= TOLERANCE_POINTS) return 'same';
  return points < 0 ? 'less' : 'more';
}

function amountOf(percent: number): string {
  if (percent >= 90) return 'all';
  return percent >= 10 ? 'some' : 'none';
}

function sharesOf(measured: Measurements, key: string): readonly number[] {
  const value = measured[key];
  return typeof value === 'object' ? [...value].map(Number) : [];
}

function percent(part: number, all: number): number {
  return Math.round((1000 * part) / all) / 10;
}

function sum(parts: readonly number[]): number {
  return parts.reduce((a, b) => a + b, 0);
}

function largest(parts: readonly number[]): number {
  return parts.length === 0 ? Number.NaN : Math.max(...parts);
}
