// Lab 14: a small service with three faults that were planted: found with jtrace's profiles of CPU time, of waits for locks, of blocked
// time. What is told of them by checks does not say their names: those are asked for in the exercise.

import type { CheckOutcome, Measurements, Right } from '../../model/lab.ts';
import type { Lab } from '../lab.ts';
import { holds, numberOf } from '../outcome.ts';
import type { CommandResult, FoldedStack, LabRoom } from '../room.ts';

const NAME = 'where-time-goes';
const MAIN = 'shop.Service';
const FAULTS = { hot: 'Catalog.indexOf', lock: 'Ledger.book', io: 'Rates.fetch' } as const;
type Fault = keyof typeof FAULTS;
/** Who has the lock meanwhile. */
const HOLDER = 'Ledger.close';
const SECONDS = 4;
const FLAGS = [
  ...['-Xmx64m', '-XX:+UseSerialGC', '-XX:+UnlockDiagnosticVMOptions', '-XX:+DebugNonSafepoints'],
  // What is inlined, and what is not, so that it is the same with each JDK.
  ...[
    '-XX:CompileCommand=quiet',
    '-XX:CompileCommand=inline,shop.Catalog::indexOf',
    '-XX:CompileCommand=dontinline,shop.Catalog::price',
  ],
  '-XX:CompileCommand=dontinline,shop.Ledger::*',
];
/** Shares that a planted fault has at least, in percent; where nothing is wrong it has far more. */
const HOT_PERCENT = 50;
const INLINED_PERCENT = 50;
const LOCK_PERCENT = 60;
/** One thread waits there all the time, and two others for the lock, but when they compute: no less than a third. */
const IO_PERCENT = 25;
/** What the report of that step leaves out. */
const ON_PURPOSE = 'Thread.sleep';
/** A planted fault that is seen has most of the samples; chance gives another some percent. */
const SEEN_PERCENT = 20;

export const WHERE_TIME_GOES: Lab = {
  id: NAME,
  needs: ['java'],
  steps: [
    { key: 'cpu', predictions: ['cpu'] },
    { key: 'tree' },
    { key: 'lock', predictions: ['lock'] },
    { key: 'blocked' },
    { key: 'own' },
  ],
  run,
  predictions: {
    cpu: (measured) => ({ kind: 'choice', key: seenByCpu(measured) }),
    lock: (measured) => ({
      kind: 'choice',
      key: numberOf(measured, 'lockPercent') > numberOf(measured, 'holderPercent') ? 'waits' : 'holds',
    }),
  },
  checks: {
    hot: (measured) => atLeast(measured, 'hotPercent', HOT_PERCENT, 'of the samples of the service'),
    inlined: (measured) => atLeast(measured, 'inlinedPercent', INLINED_PERCENT, 'of these samples'),
    lock: (measured) => {
      const because = String(measured['lockRefusal'] ?? '');
      return because === ''
        ? atLeast(measured, 'lockPercent', LOCK_PERCENT, 'of the time waited for locks')
        : { kind: 'not-possible', because };
    },
    io: (measured) => atLeast(measured, 'ioPercent', IO_PERCENT, 'of the time blocked'),
  },
  exercise: {
    hot: () => method(FAULTS.hot),
    lock: () => method(FAULTS.lock),
    holder: () => method(HOLDER),
    io: () => method(FAULTS.io),
  },
};

async function run(room: LabRoom): Promise<Measurements> {
  const classes = await room.javac(`${NAME}/Service`);
  const service = await room.start('java', ...FLAGS, '-cp', classes, MAIN);
  await service.order('serve');
  const pid = String(service.pid);
  const file = (name: string): string => `${room.folder}/${name}`;
  const tree = (name: string, include: string): readonly string[] => {
    return ['report', '-q', file(name), '--include', include, '--tree', '--min-share', '5'];
  };
  const time = ['-d', `${String(SECONDS)}s`];

  await room.step('cpu');
  await room.jtrace('profile', pid, ...time, '--top', '5', '-o', file('cpu.jtrace'), '-o', file('cpu.kinds.folded'));
  const cpu = room.folded(file('cpu.kinds.folded')).filter(isOfService);

  await room.step('tree');
  await room.jtrace(...tree('cpu.jtrace', '^shop/'), '--no-native');

  await room.step('lock');
  const lock = ['profile', pid, '--event', 'lock', ...time, '--no-kernel'];
  const locks = await room.jtrace(...lock, '-o', file('lock.jtrace'), '-o', file('lock.folded'));
  // With what is the VM's: the class stands there.
  await room.jtrace(...tree('lock.jtrace', '^shop/'));
  const waits = room.folded(file('lock.folded'));

  await room.step('blocked');
  const blocked = ['profile', '-q', pid, '--event', 'offcpu', '--min-blocked', '1ms', ...time, '--no-kernel'];
  await room.jtrace(...blocked, '-o', file('blocked.jtrace'), '-o', file('blocked.folded'));
  await room.jtrace(...tree('blocked.jtrace', '^shop/'), '--exclude', ON_PURPOSE, '--no-native');
  const blockedThere = room
    .folded(file('blocked.folded'))
    .filter((stack) => isOfService(stack) && !stack.frames.some((frame) => frame.endsWith(ON_PURPOSE)));

  await room.step('own');
  await room.jtrace(...tree('blocked.jtrace', '^shop/Ledger'), '--no-native');
  await service.end();
  return {
    hotPercent: percentOf(cpu, FAULTS.hot),
    inlinedPercent: percentOf(
      cpu.filter((stack) => hasMethod(stack, FAULTS.hot)),
      `${FAULTS.hot}_[i]`,
    ),
    lockCpuPercent: percentOf(cpu, FAULTS.lock),
    ioCpuPercent: percentOf(cpu, FAULTS.io),
    lockPercent: percentOf(waits, FAULTS.lock),
    holderPercent: percentOf(waits, HOLDER),
    lockRefusal: lockRefusal(locks),
    ioPercent: percentOf(blockedThere, FAULTS.io),
  };
}

/** Why this JVM's waits for monitors cannot be seen; '': they can. */
function lockRefusal({ code, stderr }: CommandResult): string {
  const lines = stderr.split('\n');
  if (code !== 0 && code !== 1) return lines[0] ?? '';
  return lines.find((line) => line.includes('are not seen')) ?? '';
}

function isOfService({ frames }: FoldedStack): boolean {
  return frames.some((frame) => frame.startsWith('shop/'));
}

/** By its name, with or without the suffix of its kind. */
function hasMethod({ frames }: FoldedStack, name: string): boolean {
  return frames.some((frame) => frame === `shop/${name}` || frame.replace(/_\[.\]$/u, '') === `shop/${name}`);
}

function percentOf(stacks: readonly FoldedStack[], name: string): number {
  const all = weightOf(stacks);
  return all === 0 ? 0 : rounded((100 * weightOf(stacks.filter((stack) => hasMethod(stack, name)))) / all);
}

function weightOf(stacks: readonly FoldedStack[]): number {
  return stacks.reduce((sum, { weight }) => sum + weight, 0);
}

function rounded(percent: number): number {
  return Math.round(percent * 10) / 10;
}

function seenByCpu(measured: Measurements): string {
  const seen = ['hotPercent', 'lockCpuPercent', 'ioCpuPercent'].filter((key) => numberOf(measured, key) >= SEEN_PERCENT);
  return ['none', 'one', 'two', 'three'][seen.length] ?? 'none';
}

function atLeast(measured: Measurements, key: string, percent: number, of: string): CheckOutcome {
  const value = numberOf(measured, key);
  return holds(value >= percent, `${String(value)} % ${of}`, `${String(percent)} % or more`);
}

/** As Java, the profile, a stack trace and C++ write it, with and without its package. */
function method(name: (typeof FAULTS)[Fault] | typeof HOLDER): Right {
  const [className = '', methodName = ''] = name.split('.');
  const written = ['.', '::', '#', '/', ' '].flatMap((between) => [
    `${className}${between}${methodName}`,
    `${className}${between}${methodName}()`,
  ]);
  return { kind: 'word', oneOf: written.flatMap((word) => [word, `shop.${word}`, `shop/${word}`, `shop::${word}`]) };
}
