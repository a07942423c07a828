// A recording of a run → a small one for test/fixtures/recordings: the chosen samples, only the answers that resolving them needs,
// and of pages read whole only the bytes that were looked at (the rest is zeros), packed as tightly as gzip can.
//   npx tsx test/tools/trim-recording.ts FROM [--no-reread]                      shows the samples, numbered as to be chosen
//   npx tsx test/tools/trim-recording.ts FROM TO SAMPLE[,SAMPLE…] [--no-reread]
//   npx tsx test/tools/trim-recording.ts FROM TO most-different:COUNT [--no-reread]
// It replays FROM twice: first with whole pages refused, which makes the unwinder ask for exactly the bytes it needs, then with
// those bytes, recording that replay. What comes out must give the same stacks.

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type ReplayOptions, replayRecording } from '../../src/app/replay.ts';
import type { Profile } from '../../src/model/profile.ts';
import { PAGE_BYTES } from '../../src/model/units.ts';
import type { OpenTarget } from '../../src/target/open-target.ts';
import { createRecorder, type Recorder } from '../../src/target/recording/recorder.ts';
import { openReplay } from '../../src/target/recording/replay.ts';
import { framesOf, outcomeText, profileText } from '../support/stack-text.ts';

const USAGE = 'usage: trim-recording.ts FROM [TO SAMPLE[,SAMPLE…]] [--no-reread]\n';

/** Which bytes of which pages were looked at, per process. */
class BytesUsed {
  readonly #pages = new Map<string, Uint8Array>();
  /** Pages of stacks that are read again: needed whole, because a walk that may not have them ends elsewhere. */
  readonly stackPages = new Set<number>();

  of(pid: number, page: number): Uint8Array {
    const key = `${pid}/${page}`;
    const known = this.#pages.get(key) ?? new Uint8Array(PAGE_BYTES);
    this.#pages.set(key, known);
    return known;
  }

  use(pid: number, address: number, sizeBytes: number): void {
    for (let at = address; at < address + sizeBytes; at += 1) this.of(pid, at - (at % PAGE_BYTES))[at % PAGE_BYTES] = 1;
  }

  isWholePage(address: number, into: Uint8Array): boolean {
    return into.length === PAGE_BYTES && address % PAGE_BYTES === 0 && !this.stackPages.has(address);
  }
}

type Through = Pick<Recorder, 'target' | 'kernel' | 'sample'>;

/** Learns which bytes a replay needs. */
function learning(used: BytesUsed): Through {
  return {
    kernel: (symbols) => symbols,
    sample: ({ stack }) => stack.unreadablePages.forEach((page) => used.stackPages.add(page)),
    target: (reader) => ({
      ...reader,
      read(address, into) {
        if (used.isWholePage(address, into)) return false;
        used.use(reader.pid, address, into.length);
        return reader.read(address, into);
      },
    }),
  };
}

/** The same target, whose whole pages hold the needed bytes and zeros. */
function masked(reader: OpenTarget, used: BytesUsed): OpenTarget {
  return {
    ...reader,
    read(address, into) {
      const isThere = reader.read(address, into);
      if (isThere && used.isWholePage(address, into)) used.of(reader.pid, address).forEach((isUsed, i) => (into[i] = isUsed ? (into[i] ?? 0) : 0)); // prettier-ignore
      return isThere;
    },
  };
}

function trim(from: string, to: string, kept: ReadonlySet<number>, options: ReplayOptions): boolean {
  const chosen = { ...options, keeps: (index: number) => kept.has(index + 1) };
  const before = profileText(replayRecording(from, chosen).profile);
  const used = new BytesUsed();
  replayRecording(from, { ...chosen, through: learning(used) });
  const recorder = createRecorder(to, openReplay(from, { allowBrokenOff: true }).architecture);
  replayRecording(from, { ...chosen, through: { ...recorder, target: (reader) => recorder.target(masked(reader, used)) } });
  recorder.close();
  writeFileSync(to, gzipSync(gunzipSync(readFileSync(to)), { level: 9 }));
  const { profile, unanswered } = replayRecording(to, options);
  const after = profileText(profile);
  process.stdout.write(`${after}\n${to}: ${statSync(to).size} bytes, ${unanswered} unanswered\n`);
  if (after !== before) process.stderr.write(`the trimmed recording gives other stacks; before:\n${before}`);
  return after === before;
}

/** What makes a sample worth keeping: kinds of frames beside each other, stubs, and how it ended. */
function features(profile: Profile, sample: number): string[] {
  const frames = framesOf(profile, sample);
  const pairs = frames.map(({ kind, marker }, i) => `${kind} ${marker ?? ''} < ${frames[i + 1]?.kind ?? 'end'}`);
  const stubs = frames.flatMap(({ kind, name }) => (kind === 'stub' ? [name] : []));
  const outcome = outcomeText(profile.outcomes[profile.samples.outcome[sample] ?? -1]).replace(/ \(.*/, '');
  return [...pairs, ...stubs, outcome, `leaf ${frames[0]?.kind ?? ''}`];
}

/** The numbers of `count` samples that together have the most features, each the best addition to those before it. */
function mostDifferent(profile: Profile, count: number): Set<number> {
  const [seen, kept] = [new Set<string>(), new Set<number>()];
  const all = profile.samples.stack.map((_, sample) => features(profile, sample));
  const gain = (sample: number): number => new Set(all[sample]?.filter((feature) => !seen.has(feature))).size;
  while (kept.size < Math.min(count, all.length)) {
    const left = all.flatMap((_, sample) => (kept.has(sample + 1) ? [] : [sample]));
    const best = left.reduce((a, b) => (gain(b) > gain(a) ? b : a), left[0] ?? 0);
    all[best]?.forEach((feature) => seen.add(feature));
    kept.add(best + 1);
  }
  return kept;
}

const options: ReplayOptions = { reread: !process.argv.includes('--no-reread'), allowBrokenOff: true };
const [from, to, list] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
if (from === undefined || (to === undefined) !== (list === undefined)) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else if (to === undefined || list === undefined) {
  process.stdout.write(profileText(replayRecording(from, options).profile));
} else {
  const count = /^most-different:(\d+)$/.exec(list)?.[1];
  const chosen = new Set(list.split(',').map(Number));
  process.exitCode = trim(from, to, count === undefined ? chosen : mostDifferent(replayRecording(from, options).profile, Number(count)), options) ? 0 : 1; // prettier-ignore
}
