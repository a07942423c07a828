// Folded stacks → a recording: `frame;frame;frame COUNT`, oldest first, as FlameGraph's stackcollapse scripts, async-profiler's
// `collapsed` and jtrace write them. `_[j] _[i] _[k] _[0] _[1]` behind a name say its kind, `[name tid=N]` as the first frame is the
// thread, "lib.so`" before a function is its library (asprof -l), a signature behind a method its signature (-g). Equal stacks become
// one sample, so memory is bounded by distinct stacks. Not known, and so missing: times, processes.

import { OperatorError } from '../model/errors.ts';
import type { Frame, FrameKind, ResolvedStack } from '../model/frame.ts';
import type { Recording } from '../model/recording.ts';
import { asPid, asTid } from '../model/units.ts';
import { createProfileBuilder } from '../profile/profile-builder.ts';
import { FrameCache, importedFrame, kindOfLibrary, kindOfName, markOf, splitLibrary, splitSignature } from './imported-frames.ts';
import { ImportProblems } from './import-problems.ts';
import { firstLines, lineBlocks, looksLikeText } from './line-blocks.ts';
import type { RecordingReader } from './reader.ts';

const NO_STACKS = 'lines that are no folded stack';
const TOO_LONG = 'lines longer than 16 MiB';
/** Threads of one profile; more are a list of something else. */
const MAX_THREADS = 1 << 16;
const THREAD = /^\[(.*) tid=(\d{1,10})\]$/su;
const KINDS: Readonly<Record<string, FrameKind>> = {
  '_[j]': 'c2',
  '_[i]': 'inlined',
  '_[k]': 'kernel',
  '_[0]': 'interpreted',
  '_[1]': 'c1',
};
const SUFFIX_CHARACTERS = 4;
/** Three days in nanoseconds; greater ones would not add up exactly. */
const MAX_COUNT = 2 ** 48;
/** Characters of a count. */
const [ZERO, NINE, BLANK] = [0x30, 0x39, 0x20];

/** A line's stack and count; null: it is none. */
export function parseFoldedLine(line: string): { readonly stack: string; readonly count: number } | null {
  let at = line.length;
  while (at > 0 && line.charCodeAt(at - 1) >= ZERO && line.charCodeAt(at - 1) <= NINE) at -= 1;
  if (at < 2 || at === line.length || line.charCodeAt(at - 1) !== BLANK) return null;
  const count = Number(line.slice(at));
  return count <= MAX_COUNT ? { stack: line.slice(0, at - 1), count } : null;
}

/** A frame's text → the frame. */
function foldedFrame(text: string): Frame {
  const kind = text.endsWith(']') ? KINDS[text.slice(-SUFFIX_CHARACTERS)] : undefined;
  const isKnown = kind !== undefined && text.length > SUFFIX_CHARACTERS;
  const { name: withSignature, library } = splitLibrary(isKnown ? text.slice(0, -SUFFIX_CHARACTERS) : text);
  const { name, signature } = splitSignature(withSignature);
  if (isKnown) return importedFrame({ kind, name, signature, library });
  return importedFrame({ kind: kindOfLibrary(library) ?? kindOfName(name), name, signature, library, marker: markOf(name) });
}

async function readFolded(bytes: AsyncIterable<Uint8Array>, title: string): Promise<Recording> {
  const builder = createProfileBuilder('samples', { mergesEqual: true });
  const problems = new ImportProblems();
  const cache = new FrameCache(foldedFrame);
  const threads = new Map<string, number | null>();
  /** The thread a first frame stands for; null: it is a frame. */
  const threadOf = (text: string): number | null => {
    const known = threads.get(text);
    if (known !== undefined) return known;
    const match = threads.size < MAX_THREADS ? THREAD.exec(text) : null;
    if (match === null) return null;
    const tid = Number(match[2]);
    threads.set(text, tid);
    builder.nameThread(asPid(0), asTid(tid), match[1] ?? '');
    return tid;
  };
  let [number, good] = [0, 0];
  for await (const { lines, tooLong } of lineBlocks(bytes)) {
    problems.add(TOO_LONG, () => `behind line ${String(number)}`, tooLong);
    for (const line of lines) {
      number += 1;
      if (line === '' || line.startsWith('#')) continue; // async-profiler's and FlameGraph's comments
      const parsed = parseFoldedLine(line);
      const texts = parsed?.stack.split(';').filter((text) => text !== '') ?? [];
      if (parsed === null || texts.length === 0) {
        problems.add(NO_STACKS, () => `line ${String(number)}`);
        continue;
      }
      good += 1;
      if (parsed.count === 0) continue;
      const first = texts[0] ?? '';
      const tid = texts.length > 1 && first.startsWith('[') ? threadOf(first) : null;
      const frames: Frame[] = [];
      for (let i = texts.length - 1; i >= (tid === null ? 0 : 1); i -= 1) frames.push(cache.of(texts[i] ?? ''));
      const stack: ResolvedStack = { frames, outcome: { kind: 'complete' }, hasJava: true };
      builder.add({ pid: asPid(0), tid: asTid(tid ?? 0), timeNs: 0, pc: 0, weight: parsed.count }, stack);
    }
  }
  if (good === 0 && problems.count > 0) {
    throw new OperatorError(
      'usage',
      `${title}: no line is a folded stack`,
      'a line of folded stacks is frames with ; between them, a blank and a count',
    );
  }
  const profile = builder.build();
  return {
    profile,
    facts: {
      source: 'folded',
      title,
      startedAtMs: null,
      startNs: 0,
      hasTimes: false,
      run: null,
      problems: problems.texts(profile),
    },
  };
}

export const FOLDED_READER: RecordingReader = {
  name: 'folded stacks',
  recognizes: (start) => {
    if (!looksLikeText(start)) return false;
    const lines = firstLines(start).filter((line) => line !== '' && !line.startsWith('#'));
    const good = lines.filter((line) => parseFoldedLine(line) !== null).length;
    // A first line that is longer than what is looked at ends in no count yet.
    return 2 * good > lines.length || (lines.length === 1 && (lines[0] ?? '').includes(';'));
  },
  read: readFolded,
};
