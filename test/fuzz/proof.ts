// `npm run fuzz:proof [-- WORD]`: can the fuzzer find bugs at all? Each of seeded-bugs.ts is put into the sources while they are bundled, and
// the ordinary cases of one target have to find it, within a number of cases; over the same cases the sources as they are must be clean.

import process from 'node:process';
import { runFuzz, type RunOptions } from './run.ts';
import { SEEDED_BUGS, type SeededBug } from './seeded-bugs.ts';

/** Slow targets have fewer. */
const MAX_CASES: Readonly<Record<string, number>> = { attach: 6000, reads: 3000, outputs: 2000 };
const DEFAULT_MAX_CASES = 40_000;
/** The clean run has these at least. */
const LEAST_CLEAN_CASES = 200;
const OPTIONS: Omit<RunOptions, 'target' | 'cases' | 'patch'> = {
  seed: 20_261_121,
  first: 0,
  threads: 1,
  stopsAtFinding: true,
  given: [],
  hangMs: 30_000,
};

/** The number of the case that found it; null: none did. */
async function foundAt(bug: SeededBug): Promise<{ readonly index: number; readonly problem: string } | null> {
  const cases = MAX_CASES[bug.target] ?? DEFAULT_MAX_CASES;
  const { findings } = await runFuzz({ ...OPTIONS, target: bug.target, cases, patch: bug });
  return findings[0] ?? null;
}

const word = process.argv[2] ?? '';
const bugs = SEEDED_BUGS.filter(({ file, why, target }) => [file, why, target].some((text) => text.includes(word)));
const lastByTarget = new Map<string, number>();
let missed = 0;
const startMs = performance.now();
console.log('| file | seeded bug | target | found by case | as |\n|---|---|---|---:|---|');
for (const bug of bugs) {
  const found = await foundAt(bug);
  if (found === null) missed += 1;
  else lastByTarget.set(bug.target, Math.max(lastByTarget.get(bug.target) ?? 0, found.index));
  const shown = found === null ? '**NOT FOUND** | ' : `${found.index.toLocaleString('en-US')} | ${found.problem.replaceAll('|', ' ').slice(0, 90)}`; // prettier-ignore
  console.log(`| ${bug.file.replace('src/', '')} | ${bug.why} | ${bug.target} | ${shown} |`);
}
let dirty = 0;
let cleanCases = 0;
for (const [target, last] of lastByTarget) {
  const cases = Math.max(LEAST_CLEAN_CASES, last + 1);
  cleanCases += cases;
  const { findings } = await runFuzz({ ...OPTIONS, target, cases, patch: null });
  dirty += findings.length;
  for (const { index, problem } of findings) console.log(`NOT CLEAN without a bug: ${target}, case ${String(index)}: ${problem}`);
}
const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
console.log(
  `\n${String(bugs.length - missed)} of ${String(bugs.length)} seeded bugs found; the sources as they are: ${String(dirty)} findings in ${String(cleanCases)} cases; ${seconds} s`,
);
if (missed > 0 || dirty > 0) process.exitCode = 1;
