// What `npm run demo` does where something is missing: which command it runs, or names.

import { expect, test } from 'vitest';
import { type DemoMachine, planDemo, refusal } from '../../demo/plan.ts';

const FRESH: DemoMachine = { hasBpftrace: false, hasJdk: false, isDebian12: true, hasApt: true };
const BOTH = 'apt-get install -y --no-install-recommends bpftrace openjdk-17-jdk-headless';

test('nothing is missing', () => {
  expect(planDemo({ ...FRESH, hasBpftrace: true, hasJdk: true, isDebian12: false, hasApt: false })).toEqual({ kind: 'run' });
});

test('a fresh Debian 12: both packages at once', () => {
  expect(planDemo(FRESH)).toEqual({ kind: 'install', packages: ['bpftrace', 'openjdk-17-jdk-headless'], command: BOTH });
});

test('what is there is not installed again', () => {
  expect(planDemo({ ...FRESH, hasJdk: true })).toMatchObject({ kind: 'install', packages: ['bpftrace'] });
  expect(planDemo({ ...FRESH, hasBpftrace: true })).toMatchObject({ kind: 'install', packages: ['openjdk-17-jdk-headless'] });
});

test.each([
  [{ isDebian12: false }, 'bpftrace and a JDK 17 are missing, and this is not Debian 12: nothing is installed. There it would be:', BOTH],
  [{ hasApt: false }, 'bpftrace and a JDK 17 are missing, and there is no apt-get in PATH. With it:', BOTH],
  [{ hasApt: false, hasJdk: true }, 'bpftrace is missing, and there is no apt-get in PATH. With it:', 'apt-get install -y --no-install-recommends bpftrace'],
])('%j is told, with the command', (change, why, command) => {
  expect(planDemo({ ...FRESH, ...change })).toEqual({ kind: 'refuse', lines: [why, `  ${command}`] });
}); // prettier-ignore

test('an installation that failed names what is still missing', () => {
  expect(refusal({ ...FRESH, hasBpftrace: true }, 'it failed:').lines).toEqual([
    'a JDK 17 is missing, and it failed:',
    '  apt-get install -y --no-install-recommends openjdk-17-jdk-headless',
  ]);
});
