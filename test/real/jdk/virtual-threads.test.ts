// Virtual threads of JDK 21, 25, 26 and 27 (test/programs/VirtualWork.java): their stacks from leaf to carrier, frozen frames, their names.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FoldedStack, parseFolded } from '../../support/folded-text.ts';
import { otherJdk } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { AHEAD, runJtrace } from '../../support/run-jtrace.ts';

const MODES = [
  ['interpreted', ['-Xint']],
  ['tiered', []],
] as const;
const FROZEN = '[frozen frames]';
const RUN = 'jdk/internal/vm/Continuation.run';
const ENTER = 'jdk/internal/vm/Continuation.enterSpecial';
/** More carriers than threads that never park: on two, those that park would wait for ever. */
const CARRIERS = '-Djdk.virtualThreadScheduler.parallelism=8';
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
      const ofProgram = stacks.filter(({ frames }) => frames.some((frame) => frame.startsWith('VirtualWork.')));
      const finished = ofProgram.filter(({ frames }) => !frames.some((frame) => frame.startsWith('[unfinished')));
      expect(1 - samplesIn(finished) / samplesIn(ofProgram)).toBeLessThanOrEqual(MOST_UNFINISHED);
      const virtual = finished.filter(({ frames }) => /^\[virtual\b.*\]$/.test(frames[0] ?? ''));
      expect(samplesIn(virtual)).toBeGreaterThan(30);
      // Each from the carrier's first frame through enterSpecial to the leaf.
      for (const { frames } of virtual) {
        expect(frames[frames.indexOf(ENTER) - 1], frames.join('\n')).toBe(RUN);
        expect(frames).toContain('java/util/concurrent/ForkJoinWorkerThread.run');
      }
      const labels = new Set(virtual.map(({ frames }) => frames[0]));
      expect([...labels].sort()).toEqual(['[virtual deep-*]', '[virtual pinned-*]', '[virtual whole-*]', '[virtual]']);
      // Those in spin: the frames of the program in the order of its calls, and none of another's.
      for (const { frames } of virtual) {
        const own = frames.filter((frame) => frame.startsWith('VirtualWork.') && !frame.includes('lambda'));
        if (own.at(-1) !== 'VirtualWork.spin' || own.includes('VirtualWork.deep')) continue;
        const isRestFrozen = frames.includes(FROZEN);
        const chain = ['VirtualWork.inner', 'VirtualWork.spin'];
        const first = /^\[virtual (whole|pinned)-\*\]$/.exec(frames[0] ?? '')?.[1];
        if (first !== undefined) chain.unshift(`VirtualWork.${first}`);
        expect(own.slice(-chain.length), frames.join('\n')).toEqual(isRestFrozen ? chain.slice(-own.length) : chain);
      }
      // Deep ones: all frames down to the thread's lambda, or the rest is frozen.
      const deep = virtual.filter(({ frames }) => frames.includes('VirtualWork.deep'));
      expect(samplesIn(deep)).toBeGreaterThan(0);
      expect(samplesIn(deep.filter(({ frames }) => frames.includes(FROZEN)))).toBeGreaterThan(0);
      for (const { frames } of deep) {
        const oldest = frames.find((frame) => frame.startsWith('VirtualWork.'));
        if (frames.includes(FROZEN)) expect(frames[frames.indexOf(FROZEN) - 1]).toBe(ENTER);
        else expect(oldest, frames.join('\n')).toMatch(/^VirtualWork.*lambda/i);
      }
    });
  });
}

function samplesIn(stacks: readonly FoldedStack[]): number {
  return stacks.reduce((sum, { weight }) => sum + weight, 0);
}

async function profile(programs: JavaPrograms, options: readonly string[]): Promise<readonly FoldedStack[]> {
  const jvm = await programs.start('VirtualWork', [], [...options, CARRIERS]);
  const file = programs.path('virtual.folded');
  try {
    const run = ['profile', String(jvm.pid), '-d', '2s', '-F', '999', '--sample-budget', '5000', '--threads', '-o', file];
    const { status, stderr } = await runJtrace(run, { through: AHEAD });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  } finally {
    await jvm.stop();
  }
  return parseFolded(readFileSync(file, 'utf8'));
}
