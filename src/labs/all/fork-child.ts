// Lab 3: a constant of a program read in the program itself, in children of fork and vfork, when they begin an execve, and where the
// kernel has copied it.

import type { CheckOutcome, Measurements } from '../../model/lab.ts';
import { EFAULT, errorOfReads } from '../failed-reads.ts';
import type { Lab } from '../lab.ts';
import { equals, holds, numberOf } from '../outcome.ts';
import type { LabProgram, LabRoom, LabTrace } from '../room.ts';

const NAME = 'fork-child';
/** What the program has as constants. */
const TEXT = '/proc/self/exe';
const ARGUMENT = '--a-constant';
/** Programs started in each way. */
const EXECS = 5;

type Who = 'parent' | 'child' | 'touched' | 'neighbour' | 'built' | 'vforked';

const WAYS = ['fork', 'vfork'] as const;
type Way = (typeof WAYS)[number];

export const FORK_CHILD: Lab = {
  id: NAME,
  needs: ['cc'],
  steps: [
    { key: 'constant', predictions: ['constant'] },
    { key: 'touched' },
    { key: 'built', predictions: ['built'] },
    { key: 'exec', predictions: ['fork-names', 'vfork-names'] },
    { key: 'copy' },
  ],
  run,
  predictions: {
    constant: (measured) => ({ kind: 'choice', key: couldRead(measured, 'child') ? 'text' : 'efault' }),
    built: (measured) => ({ kind: 'choice', key: couldRead(measured, 'built') ? 'text' : 'efault' }),
    'fork-names': (measured) => exactly(numberOf(measured, 'forkNames')),
    'vfork-names': (measured) => exactly(numberOf(measured, 'vforkNames')),
  },
  checks: {
    parent: (measured) => equals(measured['parentText'], TEXT),
    constant: (measured) => equals(measured['childError'], EFAULT),
    touched: (measured) => equals(measured['touchedText'], TEXT),
    built: (measured) => equals(measured['builtText'], TEXT),
    vforked: (measured) => equals(measured['vforkedText'], TEXT),
    'fork-exec': (measured) => counted(measured, 'fork', { Names: 0, Arguments: 0, Pointers: EXECS }),
    'vfork-exec': (measured) => counted(measured, 'vfork', { Names: EXECS, Arguments: EXECS, Pointers: EXECS }),
    copy: (measured) => counted(measured, 'copy', { Names: EXECS, Arguments: EXECS }),
  },
  exercise: {
    neighbour: (measured) => ({ kind: 'choice', key: measured['neighbourError'] === EFAULT ? 'efault' : 'text' }),
    cure: () => ({ kind: 'choice', key: 'strdup' }),
    where: () => ({ kind: 'choice', key: 'exec' }),
  },
};

async function run(room: LabRoom): Promise<Measurements> {
  // Constants in a mapping of their own: in that of the code, where the probe is, fork would copy them along.
  const program = await room.compile(NAME, '-Wl,-z,separate-code');
  const worker = await room.start(program);
  await room.step('constant');
  const trace = await room.trace(NAME, { program }, { tellsFailedReads: true });
  let measured = { ...(await look(room, worker, trace, 'parent')), ...(await look(room, worker, trace, 'child')) };
  await room.step('touched');
  measured = { ...measured, ...(await look(room, worker, trace, 'touched')), ...(await look(room, worker, trace, 'neighbour')) };
  await room.step('built');
  measured = { ...measured, ...(await look(room, worker, trace, 'built')), ...(await look(room, worker, trace, 'vforked')) };
  await trace.stop();
  await room.step('exec');
  measured = { ...measured, ...(await atEntry(room, worker)) };
  await room.step('copy');
  return { ...measured, ...(await ofCopy(room, worker)) };
}

async function look(room: LabRoom, worker: LabProgram, trace: LabTrace, who: Who): Promise<Measurements> {
  const before = trace.lines().length;
  await worker.order(`look ${who}`);
  const [, text = ''] = await trace.said(new RegExp(`^look ${who} \\d+ \\[(.*)\\]$`, 'u'));
  const error = errorOfReads(trace.lines().slice(before));
  // The neighbour is asked for in the exercise.
  if (who !== 'neighbour') room.show(`${who}: BPF read ${error === 0 ? `"${text}"` : `nothing: error ${String(error)}`}`);
  return { [`${who}Text`]: text, [`${who}Error`]: error };
}

/** What a probe at the beginning of execve reads, for programs started in both ways. */
async function atEntry(room: LabRoom, worker: LabProgram): Promise<Measurements> {
  const trace = await room.trace(`${NAME}-exec`);
  let measured: Measurements = {};
  for (const way of WAYS) {
    let [names, words, pointers] = [0, 0, 0];
    for (let started = 0; started < EXECS; started++) {
      const child = await start(worker, way);
      const [, name, word, pointer] = await trace.said(
        new RegExp(`^exec ${child} name=\\[(.*)\\] argument=\\[(.*)\\] pointer=([0-9a-f]+)$`, 'u'),
      );
      if (name === TEXT) names++;
      if (word === ARGUMENT) words++;
      if (pointer !== '0') pointers++;
    }
    const found = `${String(names)} names, ${String(words)} arguments, ${String(pointers)} pointers`;
    room.show(`${way}, then execve, ${String(EXECS)} times: read were ${found}`);
    measured = { ...measured, [`${way}Names`]: names, [`${way}Arguments`]: words, [`${way}Pointers`]: pointers };
  }
  await trace.stop();
  return measured;
}

/** What a probe reads once execve has worked, for children of fork. */
async function ofCopy(room: LabRoom, worker: LabProgram): Promise<Measurements> {
  const trace = await room.trace(`${NAME}-copy`, { parent: worker.pid });
  let [names, words] = [0, 0];
  for (let started = 0; started < EXECS; started++) {
    const child = await start(worker, 'fork');
    const [, name, word] = await trace.said(new RegExp(`^copy ${child} name=\\[(.*)\\] argument=\\[(.*)\\]$`, 'u'));
    if (name === TEXT) names++;
    if (word === ARGUMENT) words++;
  }
  const found = `${String(names)} names, ${String(words)} arguments`;
  room.show(`fork, then execve, ${String(EXECS)} times: read were ${found}`);
  await trace.stop();
  return { copyNames: names, copyArguments: words };
}

/** The child's pid. */
async function start(worker: LabProgram, way: Way): Promise<string> {
  const answer = await worker.order(`exec ${way}`);
  const [, child] = /^child (\d+)$/u.exec(answer.join('\n')) ?? [];
  if (child === undefined) throw new Error(`${NAME}: exec ${way}: ${answer.join('; ')}`);
  return child;
}

function couldRead(measured: Measurements, who: Who): boolean {
  return measured[`${who}Text`] === TEXT;
}

function exactly(value: number): { readonly kind: 'number'; readonly from: number; readonly to: number } {
  return { kind: 'number', from: value, to: value };
}

/** Of the names, arguments and pointers that were counted in one way. */
function counted(measured: Measurements, way: string, expected: Readonly<Record<string, number>>): CheckOutcome {
  const read = Object.keys(expected).map((what) => [what, numberOf(measured, `${way}${what}`)] as const);
  const told = (counts: readonly (readonly [string, number])[]): string =>
    counts.map(([what, count]) => `${String(count)} ${what.toLowerCase()}`).join(', ');
  return holds(
    read.every(([what, count]) => count === expected[what]),
    told(read),
    told(Object.entries(expected)),
  );
}
