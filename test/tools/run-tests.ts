// `npm test` once the npm packages are there: sets up what is missing, runs the parts (quick: static checks and unit tests; volume: a million
// of anything; browser: the flame graph page in Chromium; real: root, bpftrace, JVMs; guest: other kernels), and ends with one line that counts every test. A part that cannot run says why.

import process from 'node:process';
import { checkLanes, checkNames } from './checks.ts';
import type { CheckResult } from './checks.ts';
import type { Part } from './setup/host-packages.ts';
import { prepareTestEnvironment } from './setup/test-environment.ts';
import { addTallies, emptyTally, finalLine, oneTest, strictTally } from './tally.ts';
import type { Tally } from './tally.ts';
import { buildFailed } from './build.ts';
import { runVitest } from './vitest-run.ts';

const PARTS = ['quick', 'volume', 'browser', 'real', 'guest'] as const satisfies readonly Part[];

/** A hang must end as a failure well inside of CI's hour: the real part has the most to do, guests are few but slow. */
const LIMITS_MS = {
  quick: 10 * 60_000,
  volume: 15 * 60_000,
  browser: 10 * 60_000,
  real: 48 * 60_000,
  guest: 15 * 60_000,
} as const satisfies Record<Part, number>;

const isCi = process.env['CI'] === 'true';

async function runPart(part: Part, obstacles: readonly string[], variables: Readonly<Record<string, string>>): Promise<Tally> {
  console.log(`\n== part: ${part}`);
  // Tests that an obstacle stops skip themselves (describeOnHost); the others of the part run. In CI an obstacle is a failure.
  for (const obstacle of obstacles) console.error(`== part ${part} CANNOT RUN in full: ${obstacle}`);
  const setUp = obstacles.map((obstacle) => ({
    ...emptyTally,
    failed: isCi ? 1 : 0,
    notes: [`part ${part} not run in full: ${obstacle}`],
  }));
  const tests = part === 'quick' ? await runQuick(variables) : await runVitest(part, variables, LIMITS_MS[part]);
  return addTallies([tests, ...setUp]);
}

/** The unit tests and the static checks side by side: both keep little more than one core busy. */
async function runQuick(variables: Readonly<Record<string, string>>): Promise<Tally> {
  const results: CheckResult[] = [];
  const lane = checkLanes(checkNames);
  const keep = (result: CheckResult): void => void results.push(result);
  const unitThenChecks = async (): Promise<Tally> => {
    const tests = await runVitest('unit*', variables, LIMITS_MS.quick);
    await lane(keep);
    return tests;
  };
  const [tests] = await Promise.all([unitThenChecks(), lane(keep)]);
  // Not before: vitest draws over the last lines of a terminal.
  for (const { text } of results) console.log(text);
  return addTallies([tests, ...results.map(({ name, passed }) => oneTest(`check:${name}`, passed))]);
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !PARTS.some((part) => part === name));
  if (unknown.length > 0) {
    console.error(`npm test: no such part: ${unknown.join(', ')} (there are: ${PARTS.join(', ')})`);
    process.exitCode = 2;
    return;
  }
  const parts = PARTS.filter((part) => asked.length === 0 || asked.includes(part));
  const startMs = performance.now();
  // The quick part does not wait for downloads it does not need.
  const tallies: Tally[] = [];
  const quick = parts.filter((part) => part === 'quick');
  const others = parts.filter((part) => part !== 'quick');
  for (const group of [quick, others]) {
    if (group.length === 0) continue;
    const { variables, obstacles } = prepareTestEnvironment(group);
    if (group === others && buildFailed()) tallies.push(oneTest('npm run build', false));
    for (const part of group) tallies.push(await runPart(part, obstacles[part], variables));
  }
  const total = isCi ? strictTally(addTallies(tallies)) : addTallies(tallies);
  console.log(`\n== ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
  for (const note of total.notes) console.log(`== ${note}`);
  console.log(finalLine(total));
  if (total.failed > 0) process.exitCode = 1;
}

await main();
