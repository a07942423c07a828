// A thread that runs cases: made into one program with counters by bundle.ts, started by run.ts. Every case comes from its number alone.

import { parentPort, workerData } from 'node:worker_threads';
import type { TargetTally, Task, WorkerMessage } from './messages.ts';
import { Random } from './random.ts';
import { kindOfProblem, runCase, shrink } from './run-case.ts';
import type { FuzzCase, FuzzTarget, Subject } from './target.ts';
import { FUZZ_TARGETS } from './targets/index.ts';

/** Findings of one kind that are told: the first ones say all. */
const MAX_TOLD = 3;
/** Other threads' turn: a progress that stays is a hang. */
const TALLY_EVERY = 2000;

const task = workerData as Task;
const progress = new Int32Array(task.progress);
const subjects = new Map<string, Subject>();
const tallies: Record<string, TargetTally> = {};
const told = new Map<string, number>();
let heapBytes = 0;

const tell = (message: WorkerMessage): void => parentPort?.postMessage(message);

function subjectOf(target: FuzzTarget): Subject {
  let subject = subjects.get(target.name);
  if (subject === undefined) subjects.set(target.name, (subject = target.open()));
  return subject;
}

function chosen(index: number): FuzzTarget | undefined {
  if (task.target !== null) return FUZZ_TARGETS.find(({ name }) => name === task.target);
  let rest = new Random('target', task.seed, index).below(FUZZ_TARGETS.reduce((sum, { weight }) => sum + weight, 0));
  return FUZZ_TARGETS.find(({ weight }) => (rest -= weight) < 0);
}

async function runOne(target: FuzzTarget, index: number, given: FuzzCase | null): Promise<boolean> {
  const subject = subjectOf(target);
  const fuzzCase = given ?? subject.make(new Random(target.name, task.seed, index));
  const startMs = performance.now();
  const { spent, outcome, problem } = await runCase(target, subject, fuzzCase);
  const tally = (tallies[target.name] ??= { cases: 0, outcomes: {}, steps: 0, allocatedBytes: 0, largestBlockBytes: 0, milliseconds: 0 });
  tally.cases += 1;
  tally.milliseconds += performance.now() - startMs;
  tally.steps = Math.max(tally.steps, spent.steps);
  tally.allocatedBytes = Math.max(tally.allocatedBytes, spent.allocatedBytes);
  tally.largestBlockBytes = Math.max(tally.largestBlockBytes, spent.largestBlockBytes);
  const word = problem === null ? outcome : 'FOUND';
  tally.outcomes[word] = (tally.outcomes[word] ?? 0) + 1;
  if (problem === null) return false;
  const kind = `${target.name} ${kindOfProblem(problem)}`;
  const before = told.get(kind) ?? 0;
  told.set(kind, before + 1);
  if (before < MAX_TOLD) {
    const smallest = await shrink(target, subject, fuzzCase, problem);
    tell({ kind: 'finding', finding: { target: target.name, index, problem, fuzzCase: smallest } });
  }
  return true;
} // prettier-ignore

async function run(): Promise<void> {
  for (const { target: name, fuzzCase } of task.given) {
    const target = FUZZ_TARGETS.find((one) => one.name === name);
    if (target !== undefined) await runOne(target, -1, fuzzCase);
  }
  let count = 0;
  for (let index = task.first; index < task.end; index += task.stride) {
    progress[0] = index;
    const target = chosen(index);
    if (target === undefined) break;
    const isFound = await runOne(target, index, null);
    count += 1;
    if (count % TALLY_EVERY === 0) heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed);
    if (isFound && task.stopsAtFinding) break;
  }
  tell({ kind: 'tallies', tallies, heapBytes: Math.max(heapBytes, process.memoryUsage().heapUsed) });
}

await run();
