// Virtual threads of JDK 21, 25, 26 and 27 (test/programs/VirtualWork.java): their stacks from leaf to carrier, frozen frames, their names.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FoldedStack, parseFolded, samplesWith } from '../../support/folded-text.ts';
import { otherJdk } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace } from '../../support/run-jtrace.ts';

const MODES = [
  ['interpreted', ['-Xint']],
  ['tiered', []],
] as const;
const FROZEN = '[frozen frames]';
const RUN = 'jdk/internal/vm/Continuation.run';
const ENTER = 'jdk/internal/vm/Continuation.enterSpecial';
/** Of virtual threads' samples: a loaded machine loses pieces of a stack now and then. */
const MOST_UNFINISHED = 0.02;

describe('21');
describe('25');
describe('26');
describe('27');

function describe(version: '21' | '25' | '26' | '27'): void {
  describeOnHost(`virtual threads of JDK ${version}`, ['root', 'bpftrace', `jdk${version}`], () => {
    let programs: JavaPrograms;
    beforeAll(() => {
      programs = new JavaPrograms({ home: otherJdk(version) ?? '' }, 'VirtualWork');
    });
    afterAll(() => programs.close());

    test.each(MODES)('%s', async (_, options) => {
      const stacks = await profile(programs, options);
      // Each from the carrier's first frame through enterSpecial to the leaf.
      const virtual = stacks.filter(({ frames }) => /^\[virtual\b.*\]$/.test(frames[0] ?? ''));
      const ofProgram = stacks.filter(({ frames }) => frames.some((frame) => frame.startsWith('VirtualWork.')));
      const unfinished = samplesIn(ofProgram.filter(({ frames }) => frames.some((frame) => frame.startsWith('[unfinished'))));
      expect(unfinished / samplesIn(ofProgram)).toBeLessThanOrEqual(MOST_UNFINISHED);
      expect(samplesIn(virtual)).toBeGreaterThan(50);
      for (const { frames } of virtual) {
        const at = frames.indexOf(ENTER);
        expect(frames[at - 1], frames.join('\n')).toBe(RUN);
        expect(frames).toContain('java/util/concurrent/ForkJoinWorkerThread.run');
      }
      // Whole ones: all frames of the program, in the order of its calls, and none of another's.
      for (const [label, chain] of [
        ['[virtual whole-*]', ['VirtualWork.whole', 'VirtualWork.inner', 'VirtualWork.spin']],
        ['[virtual pinned-*]', ['VirtualWork.pinned', 'VirtualWork.inner', 'VirtualWork.spin']],
        ['[virtual]', ['VirtualWork.unnamed', 'VirtualWork.inner', 'VirtualWork.spin']],
      ] as const) {
        const own = virtual.filter(({ frames }) => frames[0] === label && frames.at(-1) === chain.at(-1));
        expect(samplesIn(own), label).toBeGreaterThan(0);
        const asCalled = own.filter(({ frames }) => frames.slice(-chain.length).join() === chain.join());
        expect(samplesIn(asCalled), label).toBe(
          samplesIn(own.filter(({ frames }) => chain[0] !== undefined && frames.includes(chain[0]))),
        );
        expect(samplesIn(asCalled), label).toBeGreaterThan(0);
      }
      // Deep ones: on the way up the rest is frozen.
      const deep = virtual.filter(({ frames }) => frames.includes('VirtualWork.deep') && frames.includes(FROZEN));
      expect(samplesIn(deep)).toBeGreaterThan(0);
      for (const { frames } of deep) expect(frames[frames.indexOf(FROZEN) - 1]).toBe(ENTER);
      expect(samplesWith(stacks, 'VirtualWork.deep')).toBeGreaterThan(0);
    });
  });
}

function samplesIn(stacks: readonly FoldedStack[]): number {
  return stacks.reduce((sum, { weight }) => sum + weight, 0);
}

async function profile(programs: JavaPrograms, options: readonly string[]): Promise<readonly FoldedStack[]> {
  const jvm = await programs.start('VirtualWork', [], options);
  const file = programs.path('virtual.folded');
  try {
    const run = ['profile', String(jvm.pid), '-d', '4s', '-F', '499', '--sample-budget', '5000', '--threads', '-o', file];
    const { status, stderr } = await runJtrace(run);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  } finally {
    await jvm.stop();
  }
  return parseFolded(readFileSync(file, 'utf8'));
}
