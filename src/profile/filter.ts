// A recording and a filter → the recording of the samples that pass it. Times and facts of the run stay what they were, so that a
// part can still be placed in the whole; only how long it lasts is that of the window. Pure.

import { OperatorError } from '../model/errors.ts';
import type { Profile } from '../model/profile.ts';
import type { Recording, RecordingFacts } from '../model/recording.ts';
import type { RecordingFilter } from '../model/view.ts';
import { selectSamples } from './select-samples.ts';

/** An operator's expression may take time that grows with the square of a name, and worse: names are a hostile target's. */
const MAX_MATCHED_CHARACTERS = 4096;
/** Threads named in a hint. */
const SHOWN_THREADS = 5;

/** The samples that pass. OperatorError when the recording cannot be asked so, or nothing is left of what it had. */
export function filterRecording(recording: Recording, filter: RecordingFilter): Recording {
  const { profile, facts } = recording;
  const hasWindow = filter.fromMs !== null || filter.toMs !== null;
  if (hasWindow && !facts.hasTimes)
    throw new OperatorError('usage', '--from and --to need times, and this profile has none', 'leave them out');
  if (!hasWindow && filter.thread === null && filter.include.length === 0 && filter.exclude.length === 0) return recording;
  const isKept = new Uint8Array(profile.samples.stack.length).fill(1);
  // One after the other, so that what emptied it can be named.
  const shown = (flag: string, patterns: readonly RegExp[]): string =>
    patterns.map(({ source }) => `${flag} ${source}`).join(' ');
  const { thread, include, exclude } = filter;
  const parts: [boolean, string, (sample: number) => boolean, () => string][] = [
    [thread !== null, `--thread ${thread?.source ?? ''}`, threadTest(profile, thread), () => threadsHint(profile)],
    [hasWindow, '--from and --to', windowTest(recording, filter), () => spanHint(recording)],
    [include.length > 0, shown('--include', include), frameTest(profile, include, true), () => FRAME_HINT],
    [exclude.length > 0, shown('--exclude', exclude), frameTest(profile, exclude, false), () => FRAME_HINT],
  ];
  for (const [isAsked, flag, passes, hint] of parts) {
    if (!isAsked || isKept.length === 0) continue;
    let left = 0;
    for (let sample = 0; sample < isKept.length; sample += 1) {
      if (isKept[sample] === 1 && !passes(sample)) isKept[sample] = 0;
      left += isKept[sample] ?? 0;
    }
    if (left === 0) throw new OperatorError('usage', `no sample is left by ${flag}`, hint());
  }
  return { profile: selectSamples(profile, isKept), facts: factsOfWindow(recording, filter) };
}

const FRAME_HINT = 'names are written as pkg/Cls.method; expressions are those of JavaScript, and a part of a name is enough';

function threadTest({ threads, samples }: Profile, thread: RegExp | null): (sample: number) => boolean {
  const passes = threads.map(({ name }) => thread?.test(name.slice(0, MAX_MATCHED_CHARACTERS)) ?? true);
  return (sample) => passes[samples.thread[sample] ?? -1] ?? false;
}

function threadsHint({ threads }: Profile): string {
  const names = [...new Set(threads.map(({ name }) => name))];
  const more = names.length > SHOWN_THREADS ? `, and ${String(names.length - SHOWN_THREADS)} more` : '';
  return `threads: ${names.slice(0, SHOWN_THREADS).join(', ')}${more}`;
}

function windowTest({ profile, facts }: Recording, { fromMs, toMs }: RecordingFilter): (sample: number) => boolean {
  const from = fromMs === null ? -Infinity : facts.startNs + fromMs * 1e6;
  const to = toMs === null ? Infinity : facts.startNs + toMs * 1e6;
  return (sample) => {
    const timeNs = profile.samples.timeNs[sample] ?? 0;
    return timeNs >= from && timeNs < to;
  };
}

function spanHint({ profile, facts }: Recording): string {
  return `its last sample is ${((lastNs(profile) - facts.startNs) / 1e9).toFixed(1)} s after its start`;
}

/** Samples whose stack has a frame that one of `patterns` matches, or (`isWanted` false) has none. */
function frameTest(
  { frames, stacks, samples }: Profile,
  patterns: readonly RegExp[],
  isWanted: boolean,
): (sample: number) => boolean {
  if (patterns.length === 0) return () => true;
  const matchedNames = new Map<string, boolean>();
  const isMatched = (name: string): boolean => {
    let matched = matchedNames.get(name);
    if (matched === undefined) {
      const start = name.slice(0, MAX_MATCHED_CHARACTERS);
      matched = patterns.some((pattern) => pattern.test(start));
      matchedNames.set(name, matched);
    }
    return matched;
  };
  const frameMatches = Uint8Array.from(frames.frames, ({ name }) => (isMatched(name) ? 1 : 0));
  // Parents come first: a stack has what its parent has.
  const stackMatches = new Uint8Array(stacks.prefix.length);
  for (let node = 0; node < stackMatches.length; node += 1) {
    const inherited = stackMatches[stacks.prefix[node] ?? -1] ?? 0;
    stackMatches[node] = inherited === 1 ? 1 : (frameMatches[stacks.frame[node] ?? -1] ?? 0);
  }
  return (sample) => (stackMatches[samples.stack[sample] ?? -1] === 1) === isWanted;
}

/** How long the window was sampled: of a sum of recordings, which may have gaps and overlaps, no more than they lasted together. */
function factsOfWindow({ profile, facts }: Recording, { fromMs, toMs }: RecordingFilter): RecordingFacts {
  const { run } = facts;
  if (run === null || (fromMs === null && toMs === null)) return facts;
  const spanMs = facts.source === 'merged' ? (lastNs(profile) - facts.startNs) / 1e6 : run.durationMs;
  const durationMs = Math.max(0, Math.min(toMs ?? Infinity, spanMs) - (fromMs ?? 0));
  return { ...facts, run: { ...run, durationMs: Math.min(durationMs, run.durationMs) } };
}

/** Of the last sample; they come nearly in order. */
function lastNs({ samples }: Profile): number {
  let last = -Infinity;
  for (const timeNs of samples.timeNs) if (timeNs > last) last = timeNs;
  return last;
}
