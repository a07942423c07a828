// Lab 8: one Java stack, known to the last frame, five ways: ustack, the same with frame pointers, with a perf map, the raw words,
// the walk in the kernel.

import type { CheckOutcome, Measurements, Right } from '../../model/lab.ts';
import { codeAt, type JavaCode, javaCode, methodAt, STACK_END, stackWords, userStacks } from '../java-code.ts';
import type { Lab } from '../lab.ts';
import { equals, holds, numberOf } from '../outcome.ts';
import type { FoldedStack, LabProgram, LabRoom } from '../room.ts';

const NAME = 'five-stacks';
const CLASS = 'FiveStacks';
/** Oldest first. */
const CHAIN = ['forever', 'first', 'second', 'third', 'inlined', 'leaf'];
/** Those of them that are code of their own, called last first. */
const COMPILED = ['leaf', 'third', 'second', 'first'];
/** Whose return addresses must be on the stack, from its top on. */
const CALLERS = ['third', 'second', 'first'];
/** A small heap; of the collectors the serial one is the one that never crashed in an emulated guest. */
const FLAGS = [
  '-Xmx64m',
  '-XX:+UseSerialGC',
  '-XX:CompileCommand=quiet',
  ...COMPILED.map((method) => `-XX:CompileCommand=dontinline,${CLASS}::${method}`),
  `-XX:CompileCommand=inline,${CLASS}::inlined`,
  `-XX:CompileCommand=exclude,${CLASS}::forever`,
];
/** bpftrace reads the names of libjvm once, and not for each stack: that takes it seconds. */
const NAMES_ONCE = { BPFTRACE_CACHE_USER_SYMBOLS: '1' };
/** Of samples that must agree: at a tick a frame may be on its way up or down. */
const MOST = 0.6;
const WORD_BYTES = 8;
const KERNEL_WALK = 'profile:hz:99 /comm == "five-stacks"/ { @[jstack] = count(); }';

export const FIVE_STACKS: Lab = {
  id: NAME,
  needs: ['java'],
  steps: [
    { key: 'ustack', predictions: ['ustack'] },
    { key: 'pointers', predictions: ['pointers'] },
    { key: 'map' },
    { key: 'words' },
    { key: 'kernel', predictions: ['kernel'] },
  ],
  run,
  predictions: {
    ustack: (measured) => amountOf(measured, 'ustackMethods'),
    pointers: (measured) => amountOf(measured, 'mapMethods'),
    kernel: (measured) => {
      const chain = listOf(measured, 'kernelChain');
      return chain.length === 0
        ? { kind: 'unknown' }
        : { kind: 'choice', key: chain.includes('inlined') ? 'shown' : 'not-shown' };
    },
  },
  checks: {
    ustack: (measured) => withMap(measured, () => equals(measured['ustackMethods'], ['leaf'])),
    pointers: (measured) =>
      withMap(measured, () => {
        const [without, withPointers] = [numberOf(measured, 'ustackFrames'), numberOf(measured, 'pointersFrames')];
        return holds(withPointers > without, `${String(withPointers)} against ${String(without)}`, 'more');
      }),
    map: (measured) => withMap(measured, () => equals(measured['mapMethods'], COMPILED)),
    words: (measured) => withMap(measured, () => foundWords(measured)),
    outside: (measured) => equals(measured['outsideChain'], CHAIN),
    kernel: (measured) => {
      const because = String(measured['kernelRefusal'] ?? '');
      return because === '' ? equals(measured['kernelChain'], CHAIN) : { kind: 'not-possible', because };
    },
  },
  exercise: {
    'frame-size': (measured) => {
      const words = numberOf(measured, 'thirdWords');
      return words > 0 ? { kind: 'number', from: words, to: words } : { kind: 'unknown' };
    },
    'inlined-where': () => ({ kind: 'choice', key: 'vm' }),
    'an-hour-later': () => ({ kind: 'choice', key: 'wrong-name' }),
  },
};

async function run(room: LabRoom): Promise<Measurements> {
  const classes = await room.javac(`${NAME}/${CLASS}`);
  const startJvm = async (...flags: readonly string[]): Promise<LabProgram> => {
    const jvm = await room.start('java', ...FLAGS, ...flags, '-cp', classes, CLASS);
    room.removeAtEnd(mapFile(jvm));
    await jvm.order('work');
    return jvm;
  };

  await room.step('ustack');
  const plain = await startJvm();
  const ustack = await mostFrequentStack(room, plain);
  const plainCode = await codeOf(room, plain);
  const ustackMethods = methodsAt(ustack, plainCode);
  tell(room, 'the stack, by the map', ustack, plainCode);
  await plain.order('rest');

  await room.step('pointers');
  const pointed = await startJvm('-XX:+PreserveFramePointer');
  const pointedStack = await mostFrequentStack(room, pointed);

  await room.step('map');
  const pointedCode = await codeOf(room, pointed);
  await mostFrequentStack(room, pointed);
  const mapMethods = methodsAt(pointedStack, pointedCode);
  tell(room, 'the stack of the step before, by the map', pointedStack, pointedCode);
  await pointed.end();

  await room.step('words');
  await plain.order('work');
  const words = process.arch === 'x64' ? await lookAtWords(room, plain) : {};
  const outside = await chainBy(room, 'bytes', (file) => ['profile', '-q', String(plain.pid), '-d', '3s', '-o', file]);

  await room.step('kernel');
  const kernel = await chainBy(room, 'kernel', (file) => [
    ...['run', '-q', '-d', '3s', '--engine', 'kernel', '-p', String(plain.pid), '-e', KERNEL_WALK],
    ...['-o', file],
  ]);
  await plain.end();
  return {
    machine: process.arch,
    hasMap: plainCode.length > 0 && pointedCode.length > 0,
    ustackMethods,
    ustackFrames: framesIn(ustack, plainCode),
    pointersFrames: framesIn(pointedStack, pointedCode),
    mapMethods,
    ...words,
    outsideChain: outside.chain,
    outsideKinds: outside.kinds,
    kernelChain: kernel.chain,
    kernelKinds: kernel.kinds,
    kernelRefusal: kernel.refusal,
  };
}

/** Its addresses, called last first. */
async function mostFrequentStack(room: LabRoom, { pid }: LabProgram): Promise<readonly number[]> {
  const trace = await room.trace(NAME, { pid }, { environment: NAMES_ONCE });
  await trace.said(STACK_END);
  return [...userStacks(await trace.stop())].sort((a, b) => b.count - a.count)[0]?.addresses ?? [];
}

function mapFile({ pid }: LabProgram): string {
  return `/tmp/perf-${String(pid)}.map`;
}

/** What the VM says of all its code; empty where its JDK cannot. */
async function codeOf(room: LabRoom, jvm: LabProgram): Promise<readonly JavaCode[]> {
  await room.command('jcmd', String(jvm.pid), 'Compiler.perfmap');
  return javaCode(room.read(mapFile(jvm)));
}

function methodsAt(addresses: readonly number[], code: readonly JavaCode[]): readonly string[] {
  return addresses.map((address) => methodAt(address, code, CLASS)).filter((method) => method !== '');
}

function framesIn(addresses: readonly number[], code: readonly JavaCode[]): number {
  return addresses.filter((address) => codeAt(address, code) !== undefined).length;
}

function tell(room: LabRoom, what: string, addresses: readonly number[], code: readonly JavaCode[]): void {
  if (code.length === 0) return;
  const methods = methodsAt(addresses, code).join(', ') || 'none';
  room.show(
    `${what}: ${String(framesIn(addresses, code))} frames in generated code;`,
    `methods of ${CLASS} among them: ${methods}`,
  );
}

async function lookAtWords(room: LabRoom, jvm: LabProgram): Promise<Measurements> {
  const trace = await room.trace(`${NAME}-words`, { pid: jvm.pid });
  await trace.said(/^0 to go$/u);
  const samples = stackWords(await trace.stop());
  const code = await codeOf(room, jvm);
  const found = samples.map((words) => returnSlots(words, code));
  const whole = found.findIndex((slots) => slots !== null);
  const [third = 0, second = 0] = found[whole] ?? [];
  const words = samples[Math.max(whole, 0)] ?? [];
  const pointing = words.flatMap((word, index) => {
    const at = codeAt(word, code);
    return at === undefined ? [] : [`sp+${String(index * WORD_BYTES).padEnd(4)}${at.name} + ${String(word - at.from)}`];
  });
  room.show(`of ${String(words.length)} words of a sample, ${String(pointing.length)} point into generated code:`, ...pointing);
  return { wordSamples: samples.length, wordsFound: found.filter((slots) => slots !== null).length, thirdWords: second - third };
}

/** Where the return addresses into the callers lie, in words from sp; null: not all are there in their order. */
function returnSlots(words: readonly number[], code: readonly JavaCode[]): readonly number[] | null {
  const slots: number[] = [];
  for (const caller of CALLERS) {
    const after = slots.at(-1) ?? -1;
    const slot = words.findIndex((word, index) => index > after && methodAt(word, code, CLASS) === caller);
    if (slot < 0) return null;
    slots.push(slot);
  }
  return slots;
}

interface Chain {
  /** Methods of this program, oldest first. */
  readonly chain: readonly string[];
  /** How each of them runs, as async-profiler's suffixes say: 0 interpreted, 1 C1, j C2, i inlined. */
  readonly kinds: readonly string[];
  /** Why jtrace could not; '': it could. */
  readonly refusal: string;
}

async function chainBy(room: LabRoom, name: string, args: (file: string) => readonly string[]): Promise<Chain> {
  const file = `${room.folder}/${name}.kinds.folded`;
  const { code, stderr } = await room.jtrace(...args(file));
  const told = heaviest(room.folded(file).map(({ frames, weight }: FoldedStack) => ({ told: ownFrames(frames), weight })));
  room.show(told.length === 0 ? 'no stack of FiveStacks' : told.join(' → '));
  return {
    chain: told.map((frame) => frame.replace(/_\[.\]$/u, '')),
    kinds: told.map((frame) => /_\[(.)\]$/u.exec(frame)?.[1] ?? ''),
    refusal: code === 0 || code === 1 ? '' : (stderr.split('\n')[0] ?? 'jtrace could not'),
  };
}

function heaviest(all: readonly { readonly told: readonly string[]; readonly weight: number }[]): readonly string[] {
  const weights = new Map<string, { readonly told: readonly string[]; readonly weight: number }>();
  for (const { told, weight } of all) {
    const key = told.join();
    weights.set(key, { told, weight: weight + (weights.get(key)?.weight ?? 0) });
  }
  return [...weights.values()].sort((a, b) => b.weight - a.weight)[0]?.told ?? [];
}

function ownFrames(frames: readonly string[]): readonly string[] {
  return frames.filter((frame) => frame.startsWith(`${CLASS}.`)).map((frame) => frame.slice(CLASS.length + 1));
}

function foundWords(measured: Measurements): CheckOutcome {
  const [samples, found] = [numberOf(measured, 'wordSamples'), numberOf(measured, 'wordsFound')];
  const isMost = samples > 0 && found >= samples * MOST;
  return holds(isMost, `in ${String(found)} of ${String(samples)} samples`, 'in most samples');
}

function listOf(measured: Measurements, key: string): readonly string[] {
  const value = measured[key];
  return typeof value === 'object' ? [...value].map(String) : [];
}

function amountOf(measured: Measurements, key: string): Right {
  if (measured['hasMap'] !== true) return { kind: 'unknown' };
  const { length } = listOf(measured, key);
  const amount = length === 0 ? 'none' : length === 1 ? 'leaf' : length < CHAIN.length ? 'four' : 'six';
  return { kind: 'choice', key: amount };
}

function onX86(measured: Measurements): CheckOutcome | null {
  const machine = String(measured['machine']);
  return machine === 'x64'
    ? null
    : { kind: 'not-possible', because: `frames are told of here as x86-64 has them, and this is ${machine}` };
}

function withMap(measured: Measurements, check: () => CheckOutcome): CheckOutcome {
  const because = 'jcmd of this JDK has no Compiler.perfmap: JDK 17 and later have it';
  return onX86(measured) ?? (measured['hasMap'] === true ? check() : { kind: 'not-possible', because });
}
