// Methods that look for the reserved zone of the stack behind their teardown (x86-reserved-check.ts): each has its caller, at every instruction.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FoldedStack, parseFolded, samplesWith } from '../../support/folded-text.ts';
import { javaHome, otherJdk } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { describeOnHost, type HostNeed } from '../../support/require-host.ts';
import { runJtrace } from '../../support/run-jtrace.ts';

const JDKS: readonly (readonly [HostNeed, string])[] = [
  ['jdk17', '17'],
  ['jdk26', '26'],
];
/** Kept out of their callers, so that they are torn down for each call. */
const APART = ['-XX:CompileCommand=quiet', '-XX:CompileCommand=dontinline,Strata::tiny*'];
/** Of all methods tiny*. */
const CALLER = /^Strata\.locks$|^\[unfinished: stack-lost\]$/u;
/** One of some hundred is in the check. A machine that is busy gives fewer at once. */
const ENOUGH_SAMPLES = 1500;
const MOST_RUNS = 6;

for (const [need, version] of JDKS) {
  describeOnHost(`JDK ${version}`, ['root', 'bpftrace', need], () => {
    let programs: JavaPrograms;
    beforeAll(() => {
      programs = new JavaPrograms({ home: (version === '17' ? javaHome() : otherJdk(version)) ?? '' }, 'Strata');
    });
    afterAll(() => programs.close());

    test.each([
      ['C1', '-XX:TieredStopAtLevel=1'],
      ['C2', '-XX:-TieredCompilation'],
    ])('%s', async (_, mode) => {
      const jvm = await programs.start('Strata', ['locks', '1'], [mode, ...APART]);
      const file = programs.path('locks.folded');
      const stacks: FoldedStack[] = [];
      try {
        await runJtrace(['profile', String(jvm.pid), '-d', '3s', '-o', file]); // until it is compiled
        const sampling = ['-d', '4s', '-F', '1999', '--sample-budget', '4000', '--byte-budget', '64m'];
        for (let run = 0; run < MOST_RUNS && samplesWith(stacks, 'Strata.tiny') < ENOUGH_SAMPLES; run += 1) {
          const { status, stderr } = await runJtrace(['profile', String(jvm.pid), ...sampling, '-o', file]);
          expect(status, stderr).toBe(0);
          stacks.push(...parseFolded(readFileSync(file, 'utf8')));
        }
      } finally {
        await jvm.stop();
      }
      expect(samplesWith(stacks, 'Strata.tiny')).toBeGreaterThanOrEqual(ENOUGH_SAMPLES);
      // A chunk of a stack may be lost, on its way through bpftrace: then nothing is said of the caller.
      const wrong = stacks.filter(({ frames }) =>
        frames.some((name, i) => name.startsWith('Strata.tiny') && !CALLER.test(frames[i - 1] ?? '')),
      );
      expect(wrong).toEqual([]);
    });
  });
}
