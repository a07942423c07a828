// One case → what came of it: a word, or a finding. Counted, not timed. And a finding made smaller: mutations are left out, many at
// once, then one by one, for as long as the same thing is found.

import { type CaseLimits, OverBudget, type Spent, startMeter, stopMeter } from './meter.ts';
import { type FuzzCase, type FuzzTarget, type Subject, Violation } from './target.ts';

export interface CaseResult {
  readonly spent: Spent;
  /** A word of the target's. */
  readonly outcome: string;
  /** null: as it should be. */
  readonly problem: string | null;
}

/** Walks throw where memory is missing: traces of these cost more than the walks. */
const TRACE_FRAMES = { usual: 0, found: 10 } as const;
Error.stackTraceLimit = TRACE_FRAMES.usual;

export async function runCase(target: Pick<FuzzTarget, 'limits'>, subject: Subject, fuzzCase: FuzzCase): Promise<CaseResult> {
  const result = await runOnce(target, subject, fuzzCase);
  if (result.problem?.startsWith('threw') !== true) return result;
  // Once more, to see where.
  Error.stackTraceLimit = TRACE_FRAMES.found;
  const again = await runOnce(target, subject, fuzzCase);
  Error.stackTraceLimit = TRACE_FRAMES.usual;
  return again.problem === null ? result : again;
}

async function runOnce({ limits }: Pick<FuzzTarget, 'limits'>, subject: Subject, fuzzCase: FuzzCase): Promise<CaseResult> {
  startMeter(limits);
  let [outcome, problem] = ['', null as string | null];
  try {
    const running = subject.run(fuzzCase);
    outcome = typeof running === 'string' ? running : await running;
  } catch (error) {
    problem = problemOf(error);
  }
  const spent = stopMeter();
  // Even where the code under test caught what should have stopped it.
  if (spent.beyond !== null) problem = beyondText(spent.beyond, limits);
  return { spent, outcome, problem };
}

function problemOf(error: unknown): string {
  if (error instanceof Violation) return error.message;
  if (error instanceof OverBudget) return error.message;
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const [, at = ''] = (error.stack ?? '').split('\n').filter((line) => !line.includes('node:internal'));
  return `threw ${error.name}: ${error.message.slice(0, 200)} ${at.trim().replace(/\(.*\//, '(')}`;
}

const beyondText = (limit: keyof CaseLimits, limits: CaseLimits): string => `more ${limit} than ${String(limits[limit])}`;

/** What a finding is told apart by: its text without numbers. */
export const kindOfProblem = (problem: string): string => problem.replace(/\d[\d_.]*|0x[0-9a-f]+|".*"/g, '#').slice(0, 100);

/** Runs of one shrinking: a case has at most some dozen mutations. */
const MAX_SHRINK_RUNS = 200;

export async function shrink(target: FuzzTarget, subject: Subject, fuzzCase: FuzzCase, problem: string): Promise<FuzzCase> {
  const kind = kindOfProblem(problem);
  let smallest = fuzzCase;
  let runs = 0;
  for (let size = Math.ceil(smallest.mutations.length / 2); size >= 1 && runs < MAX_SHRINK_RUNS; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < smallest.mutations.length && runs < MAX_SHRINK_RUNS;) {
      const fewer = { ...smallest, mutations: smallest.mutations.filter((_, i) => i < from || i >= from + size) };
      const { problem: again } = await runCase(target, subject, fewer);
      runs += 1;
      if (again !== null && kindOfProblem(again) === kind) smallest = fewer;
      else from += size;
    }
  } // prettier-ignore
  return smallest;
}
