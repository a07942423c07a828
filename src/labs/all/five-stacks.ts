// Lab 8: one Java stack, known to the last frame, five ways: ustack, the same with frame pointers, with a perf map, the raw words, the walk in the kernel.
//
// ROOM: javac(name, ...flags): templates/labs/NAME.java, compiled by `javac -g -d` into a folder of its own within room.folder → that folder (for -cp).
//       The need 'java' must look for javac, too (a JRE has none), and here for jcmd.
// ROOM: read(path): the text of a file; '' where there is none.
// ROOM: removeAtEnd(path): noted in the ledger like the folder: the JVM writes /tmp/perf-PID.map.
// ROOM: folded(path): a file of folded stacks → { frames (oldest first), weight }[]; empty where there is none. Interface FoldedStack in room.ts.

import type { CheckOutcome, Measurements } from '../../model/lab.ts';
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
/** At 99 Hz: some 200 samples. */
const SAMPLE_MS = 2000;
/** Of samples that must agree: at a tick a frame may be on its way up or down. */
const MOST = 0.6;
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
    ustack: (measured) => ({ kind: 'choice', key: amountOf(listOf(measured, 'ustackMethods')) }),
    pointers: (measured) => ({ kind: 'choice', key: amountOf(listOf(measured, 'mapMethods')) }),
    kernel: (measured) => ({ kind: 'choice', key: listOf(measured, 'kernelChain').includes('inlined') ? 'shown' : 'not-shown' }),
  },
  checks: {
    ustack: (measured) => withMap(measured, () => equals(measured['ustackMethods'], ['leaf'])),
    pointers: (measured) =>
      onX86(measured) ??
      holds(
        numberOf(measured, 'pointersFrames') > CALLERS.length,
        `${String(measured['pointersFrames'])} frames`,
        'more than 3 frames',
      ),
    map: (measured) => withMap(measured, () => equals(measured['mapMethods'], COMPILED)),
    words: (measured) => withMap(measured, () => foundWords(measured)),
    outside: (measured) => equals(measured['outsideChain'], CHAIN),
    kernel: (measured) => {
      const because = String(measured['kernelRefusal'] ?? '');
      return because === '' ? equals(measured['kernelChain'], CHAIN) : { kind: 'not-possible', because };
    },
  },
  exercise: {
    'frame-size': (measured) => ({
      kind: 'number',
      from: numberOf(measured, 'thirdWords'),
      to: numberOf(measured, 'thirdWords'),
    }),
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
  const machine = (await room.command('uname', '-m')).stdout.trim();
  const plain = await startJvm();
  const plainStacks = await ustacks(room, plain);
  const plainCode = await codeOf(room, plain);
  const ustackMethods = mostFrequent(plainStacks, (addresses) => methodsAt(addresses, plainCode));
  room.show(`methods of FiveStacks in it, by the VM's own list of its code: ${ustackMethods.join(', ') || 'none'}`);
  await plain.order('rest');

  await room.step('pointers');
  const pointed = await startJvm('-XX:+PreserveFramePointer');
  const pointedStacks = await ustacks(room, pointed);
  const [pointersFrames = '0'] = mostFrequent(pointedStacks, (addresses) => [String(addresses.length)]);
  room.show(`${pointersFrames} frames`);

  await room.step('map');
  const pointedCode = await codeOf(room, pointed);
  await ustacks(room, pointed);
  const mapMethods = mostFrequent(pointedStacks, (addresses) => methodsAt(addresses, pointedCode));
  room.show(`named by the map: ${mapMethods.join(', ') || 'none'}`);
  await pointed.end();

  await room.step('words');
  await plain.order('work');
  const words = machine === 'x86_64' ? await lookAtWords(room, plain) : {};
  const outside = await chainBy(room, 'bytes', (file) => ['profile', String(plain.pid), '-d', '3s', '--top', '8', '-o', file]);

  await room.step('kernel');
  const kernel = await chainBy(room, 'kernel', (file) => [
    ...['run', '-q', '-d', '3s', '--engine', 'kernel', '-p', String(plain.pid), '-e', KERNEL_WALK],
    ...['-o', file],
  ]);
  await plain.end();
  return {
    machine,
    hasMap: plainCode.length > 0 && pointedCode.length > 0,
    ustackMethods,
    pointersFrames: Number(pointersFrames),
    mapMethods,
    ...words,
    outsideChain: outside.chain,
    outsideKinds: outside.kinds,
    kernelChain: kernel.chain,
    kernelKinds: kernel.kinds,
    kernelRefusal: kernel.refusal,
  };
}

interface UserStack {
  /** Called last first. */
  readonly addresses: readonly number[];
  readonly count: number;
}

async function ustacks(room: LabRoom, { pid }: LabProgram): Promise<readonly UserStack[]> {
  const trace = await room.trace(NAME, { pid });
  await room.sleep(SAMPLE_MS);
  return stacksIn(await trace.stop());
}

/** bpftrace's map by stack, in perf's form: an address and a name a line. */
function stacksIn(lines: readonly string[]): readonly UserStack[] {
  const stacks: UserStack[] = [];
  let addresses: number[] = [];
  for (const line of lines) {
    const address = /^\s+(?:0x)?([0-9a-f]{4,16})(?:\s|$)/u.exec(line)?.[1];
    const count = /^(?:@\[)?\]: (\d+)$/u.exec(line)?.[1];
    if (line.startsWith('@[')) addresses = [];
    if (address !== undefined) addresses.push(Number.parseInt(address, 16));
    if (count !== undefined) stacks.push({ addresses, count: Number(count) });
  }
  return stacks;
}

/** What is the same of most samples. */
function mostFrequent(
  stacks: readonly UserStack[],
  told: (addresses: readonly number[]) => readonly string[],
): readonly string[] {
  return heaviest(stacks.map(({ addresses, count }) => ({ told: told(addresses), weight: count })));
}

function heaviest(all: readonly { readonly told: readonly string[]; readonly weight: number }[]): readonly string[] {
  const weights = new Map<string, { readonly told: readonly string[]; readonly weight: number }>();
  for (const { told, weight } of all) {
    const key = told.join();
    weights.set(key, { told, weight: weight + (weights.get(key)?.weight ?? 0) });
  }
  return [...weights.values()].sort((a, b) => b.weight - a.weight)[0]?.told ?? [];
}

interface Code {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

function mapFile({ pid }: LabProgram): string {
  return `/tmp/perf-${String(pid)}.map`;
}

/** What the VM says of all its code; empty where its JDK cannot. */
async function codeOf(room: LabRoom, jvm: LabProgram): Promise<readonly Code[]> {
  await room.command('jcmd', String(jvm.pid), 'Compiler.perfmap');
  return room
    .read(mapFile(jvm))
    .split('\n')
    .flatMap((line): readonly Code[] => {
      const [, start, size, name] = /^(?:0x)?([0-9a-f]+) (?:0x)?([0-9a-f]+) (.+)$/u.exec(line) ?? [];
      if (start === undefined || size === undefined || name === undefined) return [];
      const from = Number.parseInt(start, 16);
      return [{ from, to: from + Number.parseInt(size, 16), name }];
    });
}

function codeAt(address: number, code: readonly Code[]): Code | undefined {
  return code.find(({ from, to }) => address >= from && address < to);
}

/** `long FiveStacks.leaf(long)` → leaf; '': not of this program. */
function methodAt(address: number, code: readonly Code[]): string {
  return /\bFiveStacks[.:]+(\w+)/u.exec(codeAt(address, code)?.name ?? '')?.[1] ?? '';
}

function methodsAt(addresses: readonly number[], code: readonly Code[]): readonly string[] {
  return addresses.map((address) => methodAt(address, code)).filter((method) => method !== '');
}

async function lookAtWords(room: LabRoom, jvm: LabProgram): Promise<Measurements> {
  const trace = await room.trace(`${NAME}-words`, { pid: jvm.pid });
  await room.sleep(SAMPLE_MS);
  const samples = wordsIn(await trace.stop());
  const code = await codeOf(room, jvm);
  const found = samples.map((words) => returnSlots(words, code));
  const whole = found.findIndex((slots) => slots !== null);
  const [third = 0, second = 0] = found[whole] ?? [];
  (samples[whole] ?? []).forEach((word, index) => {
    const at = codeAt(word, code);
    if (at !== undefined) room.show(`sp+${String(index * 8).padStart(3)}: ${at.name}+${String(word - at.from)}`);
  });
  return { wordSamples: samples.length, wordsFound: found.filter((slots) => slots !== null).length, thirdWords: second - third };
}

/** Each sample's words, from sp on. Those that are no addresses may be larger than a number holds exactly. */
function wordsIn(lines: readonly string[]): readonly (readonly number[])[] {
  const samples: number[][] = [];
  for (const line of lines) {
    const words = /^\(\d+, ?\[([\d, ]+)\]\)$/u.exec(line)?.[1];
    if (line.startsWith('sample ')) samples.push([]);
    if (words !== undefined) samples.at(-1)?.push(...words.split(',').map(Number));
  }
  return samples;
}

/** Where the return addresses into the callers lie, in words from sp; null: not all are there in their order. */
function returnSlots(words: readonly number[], code: readonly Code[]): readonly number[] | null {
  const slots: number[] = [];
  for (const caller of CALLERS) {
    const after = slots.at(-1) ?? -1;
    const slot = words.findIndex((word, index) => index > after && methodAt(word, code) === caller);
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

function amountOf(methods: readonly string[]): string {
  if (methods.length === 0) return 'none';
  if (methods.length === 1) return 'leaf';
  return methods.length < CHAIN.length ? 'four' : 'six';
}

function onX86(measured: Measurements): CheckOutcome | null {
  const machine = String(measured['machine']);
  return machine === 'x86_64'
    ? null
    : { kind: 'not-possible', because: `frames are told of here as x86-64 has them, and this is ${machine}` };
}

function withMap(measured: Measurements, check: () => CheckOutcome): CheckOutcome {
  const because = 'jcmd of this JDK has no Compiler.perfmap: JDK 17 and later have it';
  return onX86(measured) ?? (measured['hasMap'] === true ? check() : { kind: 'not-possible', because });
}
