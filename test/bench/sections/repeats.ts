// How often a stack of CPU ticks has been seen before: whole, and without its leaf. What a walk in the kernel could leave unsent, if it told stacks
// apart there (docs/how-it-works.md, why ticks send bytes).

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording } from '../../../src/app/open-recording.ts';
import type { Profile } from '../../../src/model/profile.ts';
import { runPlainJtrace } from '../plain-jtrace.ts';
import type { Section, SectionOptions, SectionResult } from '../section.ts';
import { grouped, percent } from '../units.ts';
import { startWorkload } from '../workload-process.ts';

const WORKLOADS = ['h2', 'javac', 'tomcat'];
const RATE_HZ = 99;

interface Repeats {
  readonly workload: string;
  readonly samples: number;
  /** Shares of samples. */
  readonly whole: number;
  readonly methods: number;
  readonly callers: number;
}

export const REPEATS_SECTION: Section = {
  name: 'repeats',
  what: 'how often a stack of CPU ticks has been seen before',
  measure,
};

async function measure({ quick, log }: SectionOptions): Promise<SectionResult> {
  const seconds = quick ? 2 : 20;
  const data: Repeats[] = [];
  for (const workload of quick ? ['deeprec'] : WORKLOADS) {
    log(workload);
    const running = await startWorkload(workload, 2, quick ? 2 : 15);
    const folder = mkdtempSync(join(tmpdir(), 'jtrace-bench-'));
    try {
      const file = join(folder, 'x.jtrace');
      await runPlainJtrace(running.pid, { seconds, rateHz: RATE_HZ, flags: ['-o', file] });
      data.push({ workload, ...repeatsIn((await openRecording(file)).profile) });
    } finally {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return {
    tables: [
      {
        head: ['workload', 'samples', 'same stack and pc', 'same methods and bytecodes', 'same callers of the leaf'],
        rows: data.map(({ workload, samples, whole, methods, callers }) => [
          workload,
          grouped(samples),
          ...[whole, methods, callers].map(percent),
        ]),
      },
    ],
    notes: [`Share of samples of ${String(seconds)} s at ${String(RATE_HZ)} Hz that an earlier sample of the run was like.`],
    data,
  };
}

function repeatsIn({ frames: { frames }, stacks, samples }: Profile): Omit<Repeats, 'workload'> {
  /** Inlined frames are one frame of the machine with the method that they are in. */
  const callersOf = (leaf: number): number => {
    let node = leaf;
    while (node >= 0 && frames[stacks.frame[node] ?? -1]?.kind === 'inlined') node = stacks.prefix[node] ?? -1;
    return node < 0 ? -1 : (stacks.prefix[node] ?? -1);
  };
  const seen = { whole: new Set<string>(), methods: new Set<number>(), callers: new Set<number>() };
  const repeated = { whole: 0, methods: 0, callers: 0 };
  samples.stack.forEach((stack, sample) => {
    const [whole, callers] = [`${String(stack)} ${String(samples.pc[sample])}`, callersOf(stack)];
    if (seen.whole.has(whole)) repeated.whole += 1;
    if (seen.methods.has(stack)) repeated.methods += 1;
    if (seen.callers.has(callers)) repeated.callers += 1;
    seen.whole.add(whole);
    seen.methods.add(stack);
    seen.callers.add(callers);
  });
  const count = Math.max(1, samples.stack.length);
  return {
    samples: samples.stack.length,
    whole: repeated.whole / count,
    methods: repeated.methods / count,
    callers: repeated.callers / count,
  };
}
