// Lab 6: one page of a file, not yet touched; read at the entry and at the exit of a system call, and at a function by programs that may sleep and that may not.

import { OperatorError } from '../../model/errors.ts';
import type { CheckOutcome, Measurements } from '../../model/lab.ts';
import { EFAULT, errorOfReads } from '../failed-reads.ts';
import type { Lab } from '../lab.ts';
import { equals, holds, numberOf } from '../outcome.ts';
import type { LabProgram, LabRoom } from '../room.ts';

const NAME = 'cannot-sleep';
const LOADER = 'cannot-sleep-loader';
const BPF_SOURCE = 'cannot-sleep.bpf.c';
/** What lies in the page. */
const TEXT = 'it is here';
/** From here on a uprobe's program may sleep; a kernel that calls itself older may have it, too. */
const FIRST_SLEEPABLE_MAJOR = 6;
/** The verifier's reason, and what leads to it. */
const LOG_LINES = 6;
/** How clang calls what it must know of the processor, and where Debian keeps its headers; elsewhere these are in /usr/include itself. */
const PROCESSORS: Readonly<Record<string, { readonly target: string; readonly headers: string }>> = {
  x64: { target: 'x86', headers: '/usr/include/x86_64-linux-gnu' },
  arm64: { target: 'arm64', headers: '/usr/include/aarch64-linux-gnu' },
};

export const CANNOT_SLEEP: Lab = {
  id: NAME,
  needs: ['cc', 'clang'],
  steps: [
    { key: 'entry', predictions: ['entry'] },
    { key: 'exit', predictions: ['exit'] },
    { key: 'awake' },
    { key: 'waits', predictions: ['waits'] },
    { key: 'asleep', predictions: ['asleep'] },
  ],
  run,
  predictions: {
    entry: (measured) => ({ kind: 'choice', key: measured['entryText'] === TEXT ? 'text' : 'efault' }),
    exit: (measured) => ({ kind: 'choice', key: measured['exitText'] === TEXT ? 'text' : 'efault' }),
    waits: (measured) => ({ kind: 'choice', key: isRefused(measured, 'waits') ? 'refused' : 'efault' }),
    asleep: (measured) => ({
      kind: 'choice',
      key: isRefused(measured, 'asleep') ? 'refused' : measured['asleepText'] === TEXT ? 'text' : 'efault',
    }),
  },
  checks: {
    entry: (measured) => equals(measured['entryError'], EFAULT),
    exit: (measured) => equals(measured['exitText'], TEXT),
    awake: (measured) => equals(measured['awakeError'], EFAULT),
    waits: (measured) =>
      holds(
        isRefused(measured, 'waits') && /copy_from_user|sleep/u.test(said(measured, 'waits')),
        told(measured, 'waits'),
        'refused, because it may not sleep',
      ),
    asleep: checkAsleep,
    made: checkMade,
  },
  exercise: {
    helper: () => ({ kind: 'choice', key: 'efault' }),
    tick: () => ({ kind: 'choice', key: 'interrupted' }),
    exec: () => ({ kind: 'choice', key: 'execve' }),
    pays: () => ({ kind: 'choice', key: 'program' }),
  },
};

async function run(room: LabRoom): Promise<Measurements> {
  const program = await room.compile(NAME);
  const loaderProgram = await room.compile(LOADER, '-lbpf');
  const worker = await room.start(program, `${room.folder}/text`);
  const atEntry = await lookAtEntry(room, worker);
  const atExit = await lookAtExit(room, worker);

  await room.step('awake');
  const kernel = room.read('/proc/sys/kernel/osrelease');
  const loader = await room.start(loaderProgram, await compileBpf(room), program, String(worker.pid));
  const awake = await look(room, loader, worker, 'awake');
  await room.step('waits');
  const waits = await look(room, loader, worker, 'waits');
  await room.step('asleep');
  const asleep = await look(room, loader, worker, 'asleep');
  return { kernel: kernel.trim(), ...atEntry, ...atExit, ...awake, ...waits, ...asleep };
}

async function lookAtEntry(room: LabRoom, worker: LabProgram): Promise<Measurements> {
  await room.step('entry');
  const trace = await room.trace(`${NAME}-entry`, {}, { tellsFailedReads: true });
  await worker.order('fresh');
  await worker.order('send');
  const [, text = ''] = await trace.said(/^entry \[(.*)\]$/u);
  const lines = await trace.stop();
  const error = errorOfReads(lines);
  room.show(`at the entry BPF read ${error === 0 ? `"${text}"` : `nothing: error ${String(error)}`}`);
  return { entryText: text, entryError: error };
}

async function lookAtExit(room: LabRoom, worker: LabProgram): Promise<Measurements> {
  await room.step('exit');
  const trace = await room.trace(`${NAME}-exit`);
  await worker.order('fresh');
  await worker.order('send');
  const [, text = ''] = await trace.said(/^exit \[(.*)\]$/u);
  await trace.stop();
  room.show(`at the exit BPF read ${text === '' ? 'nothing' : `"${text}"`}`);
  return { exitText: text };
}

/** Throws an OperatorError where it does not compile. */
async function compileBpf(room: LabRoom): Promise<string> {
  const processor = PROCESSORS[process.arch];
  if (processor === undefined)
    throw new OperatorError(
      'environment',
      `this lab knows no ${process.arch} processors`,
      'run it on x86-64 or arm64, or with --recorded',
    );
  const object = `${room.folder}/${NAME}.bpf.o`;
  const source = room.source(BPF_SOURCE);
  const { target, headers } = processor;
  const { code } = await room.command(
    'clang',
    '--target=bpf',
    `-D__TARGET_ARCH_${target}`,
    '-I',
    headers,
    '-O2',
    '-g',
    '-c',
    source,
    '-o',
    object,
  );
  if (code !== 0)
    throw new OperatorError('environment', `${BPF_SOURCE} does not compile here`, 'apt-get install clang libbpf-dev');
  return object;
}

type Reader = 'awake' | 'waits' | 'asleep';

/** Loads one of the programs, and has a page that was never touched read by it. */
async function look(room: LabRoom, loader: LabProgram, worker: LabProgram, reader: Reader): Promise<Measurements> {
  const answer = await loader.order(`load ${reader}`);
  const state = answer.find((line) => /^(attached|refused|unattached|unopened|unknown)\b/u.test(line)) ?? 'no answer';
  const log = answer.flatMap((line) => (line.startsWith('log ') ? [line.slice('log '.length)] : []));
  // After its reason the verifier only counts.
  const reasons = log.filter((line) => !/^(processed|stack depth|verification time|max_states)/u.test(line));
  const reason = reasons.at(-1) ?? '';
  if (state !== 'attached') {
    room.show(
      `${reader}: ${state}`,
      ...reasons.slice(-LOG_LINES).map(withoutRegisters),
      ...answer.filter((line) => line.startsWith('libbpf ')),
    );
    return { [`${reader}State`]: state, [`${reader}Said`]: reason };
  }
  await worker.order('fresh');
  const looked = await worker.order('look');
  const seen = await loader.order('seen');
  await loader.order('unload');
  const [faults, mincore] = [Number(wordAfter(looked, 'faults')), Number(wordAfter(looked, 'mincore'))];
  const [before, error, after] = [
    Number(wordAfter(seen, 'before')),
    Number(wordAfter(seen, 'error')),
    Number(wordAfter(seen, 'after')),
  ];
  const text = wordAfter(seen, 'text');
  const read = `${reader}: ${error === 0 ? `read "${text}"` : `read nothing: error ${String(error)}`}`;
  if (reader === 'asleep') room.show(`asleep, read without waiting before: ${result(before)}`);
  room.show(`${read}; page faults meanwhile: ${String(faults)}; mincore says ${String(mincore)}`);
  if (reader === 'asleep') room.show(`asleep, read without waiting after: ${result(after)}`);
  return {
    [`${reader}State`]: state,
    [`${reader}Said`]: reason,
    [`${reader}Before`]: before,
    [`${reader}Error`]: error,
    [`${reader}After`]: after,
    [`${reader}Text`]: text,
    [`${reader}Faults`]: faults,
  };
}

/** An instruction's line of the log goes on with what is known of the registers after it. */
function withoutRegisters(line: string): string {
  return line.replace(/\s+; .*$/u, '');
}

function result(error: number): string {
  return error === 0 ? 'it worked' : `error ${String(error)}`;
}

/** `missing` where there is no such line: as a number it is none. */
function wordAfter(lines: readonly string[], key: string): string {
  const line = lines.find((one) => one.startsWith(`${key} `));
  return line === undefined ? 'missing' : line.slice(key.length + 1);
}

function isRefused(measured: Measurements, reader: Reader): boolean {
  return String(measured[`${reader}State`]).startsWith('refused');
}

function said(measured: Measurements, reader: Reader): string {
  return String(measured[`${reader}Said`] ?? '');
}

function told(measured: Measurements, reader: Reader): string {
  return `${String(measured[`${reader}State`])} ${said(measured, reader)}`.trim();
}

/** Before Linux 6.0 the verifier knows of no uprobe that may sleep, and says so. */
function isTooOld(measured: Measurements): boolean {
  const major = Number(/^(\d+)\./u.exec(String(measured['kernel']))?.[1]);
  return major < FIRST_SLEEPABLE_MAJOR && isRefused(measured, 'asleep') && /sleepable/u.test(said(measured, 'asleep'));
}

function checkAsleep(measured: Measurements): CheckOutcome {
  if (isTooOld(measured)) return { kind: 'passed', measured: `${told(measured, 'asleep')} (as expected before Linux 6.0)` };
  if (measured['asleepState'] !== 'attached') return { kind: 'failed', measured: told(measured, 'asleep'), expected: TEXT };
  return equals(measured['asleepText'], TEXT);
}

function checkMade(measured: Measurements): CheckOutcome {
  if (isTooOld(measured)) return { kind: 'not-possible', because: 'before Linux 6.0 no program at a uprobe may sleep' };
  const [before, after] = [numberOf(measured, 'asleepBefore'), numberOf(measured, 'asleepAfter')];
  const [awakeFaults, asleepFaults] = [numberOf(measured, 'awakeFaults'), numberOf(measured, 'asleepFaults')];
  return holds(
    before === EFAULT && after === 0 && asleepFaults > awakeFaults,
    `${String(before)}, then ${String(after)}; page faults ${String(awakeFaults)}, then ${String(asleepFaults)}`,
    `${String(EFAULT)}, then 0; more page faults than without sleep`,
  );
}
