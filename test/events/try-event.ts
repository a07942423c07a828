// An event on a JVM → works, works with less (and what is missing), or is refused (and with which words). That it works is believed only of samples with
// the frames of the program that made it happen (test/programs/CountedEvents.java).

import type { ReadyProcess } from '../real/processes/ready-process.ts';
import { profileWork, samplesOf } from '../support/known-work.ts';

export type Outcome =
  | { readonly kind: 'works' }
  | { readonly kind: 'less'; readonly words: string }
  | { readonly kind: 'refused'; readonly words: string };

type ExpectedFrame = { readonly name: string; readonly unless?: RegExp } & (
  { readonly exactly: number } | { readonly least: number }
);

interface Expected {
  readonly work: readonly string[];
  /** Frames that must be in so many samples, or in as many at least. Of a side that this JVM has not, `unless` is said. */
  readonly frames: readonly ExpectedFrame[];
}

/** By name; an event that has no row here cannot be tried. */
export const EXPECTED: Readonly<Record<string, Expected>> = {
  offcpu: { work: ['sleeps 4'], frames: [{ name: 'CountedEvents.sleepOften', least: 4 }] },
  // Its libc asks the kernel for each, and touches all of it.
  faults: { work: ['direct 5'], frames: [{ name: 'CountedEvents.allocateDirect', least: 5 }] },
  syscalls: { work: ['sleeps 4'], frames: [{ name: 'CountedEvents.sleepOften', least: 4 }] },
  alloc: {
    work: ['megabytes 5'],
    frames: [
      { name: 'CountedEvents.allocateMegabytes', least: 5 },
      { name: '[class [B]', least: 5 },
    ],
  },
  exceptions: { work: ['exceptions 5'], frames: [{ name: 'CountedEvents.throwOne', exactly: 5 }] },
  classload: { work: ['classes 3'], frames: [{ name: 'CountedEvents.loadOften', exactly: 3 }] },
  wall: {
    work: ['sleeps 4'],
    frames: [
      { name: 'CountedEvents.sleepOften', least: 4 },
      { name: '[blocked]', least: 4 },
    ],
  },
  threads: { work: ['monitors 3'], frames: [{ name: 'CountedEvents.contendOften', exactly: 3 }] },
  nativemem: { work: ['direct 5'], frames: [{ name: 'CountedEvents.allocateDirect', least: 5 }] },
  lock: {
    work: ['monitors 3', 'blockers 3'],
    frames: [
      { name: '[class CountedEvents$Contended]', exactly: 3, unless: /monitors .* are not seen/u },
      { name: '[class CountedEvents$Blocker]', exactly: 3 },
    ],
  },
  gc: { work: ['collections 3'], frames: [{ name: 'CountedEvents.collectOnce', exactly: 3 }, { name: '[cause System.gc()]', exactly: 3 }] }, // prettier-ignore
  safepoint: { work: ['collections 3'], frames: [{ name: 'CountedEvents.collectOnce', exactly: 6 }, { name: '[time to safepoint]', exactly: 3 }] }, // prettier-ignore
  compile: { work: ['compilations 0', 'sleeps 10', 'compilations 0', 'sleeps 10'], frames: [{ name: '[method CountedEvents.hotA]', least: 1 }, { name: '[tier 4]', least: 1, unless: /stands for the tier/u }] }, // prettier-ignore
};

/** For `compile`: compiled is nothing else. The others do not mind. */
export const TRIED_OPTIONS = ['-XX:+UsePerfData', '-XX:CompileCommand=quiet', '-XX:CompileCommand=compileonly,CountedEvents::hot*']; // prettier-ignore

const LESS = /^jtrace: (.*(?:are not (?:seen|told)|stands for the tier).*)$/gmu;

/** `path`: of its output, without an ending. Throws where it runs and does not see what it should. */
export async function tryEvent(jvm: ReadyProcess, event: string, path: string): Promise<Outcome> {
  const expected = EXPECTED[event];
  if (expected === undefined) throw new Error(`test/events/try-event.ts says nothing of ${event}`);
  const tried = await profileWork(jvm, expected.work, path, ['--event', event]);
  if ('refusal' in tried) {
    const [, words = tried.refusal] = /^jtrace: (?!starting|starts )(.*)$/mu.exec(tried.refusal) ?? [];
    return { kind: 'refused', words: general(words) };
  }
  // Long lines are wrapped, and go on indented.
  const said = tried.said.replace(/\n {2,}/gu, ' ');
  if (tried.samples.length === 0) throw new Error(`${event}: no samples\n${tried.said}`);
  for (const frame of expected.frames) {
    const { name, unless } = frame;
    const count = samplesOf(tried, name).length;
    if (isRight(count, frame) || unless?.test(said) === true) continue;
    const wanted = 'exactly' in frame ? String(frame.exactly) : `${String(frame.least)} or more`;
    throw new Error(`${event}: ${String(count)} samples with ${name} instead of ${wanted}\n${tried.said}`);
  }
  const words = [...said.matchAll(LESS)].map(([, text = '']) => text).join('; ');
  return words === '' ? { kind: 'works' } : { kind: 'less', words: general(words) };
}

export function isRight(count: number, frame: ExpectedFrame): boolean {
  return 'exactly' in frame ? count === frame.exactly : count >= frame.least;
}

/** Without what is this machine's. */
function general(words: string): string {
  return words.replace(/\/\S+\/libjvm\.so/gu, 'libjvm.so').trim();
}
