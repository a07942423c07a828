// The text of `perf script` (tools/perf/builtin-script.c) → a recording. A sample is a line that perf-header.ts reads, then one line
// `address symbol+0xoffset (file)` per frame, leaf first, then an empty line. Only samples of one event count, one each: of the event
// that has most of them; others are told.

import { OperatorError } from '../model/errors.ts';
import type { Frame } from '../model/frame.ts';
import type { Recording } from '../model/recording.ts';
import { asPid, asTid, USER_ADDRESS_END } from '../model/units.ts';
import { createProfileBuilder } from '../profile/profile-builder.ts';
import { FrameCache, NO_STACK } from './imported-frames.ts';
import { ImportProblems } from './import-problems.ts';
import { firstLines, lineBlocks, looksLikeText } from './line-blocks.ts';
import { perfFrames } from './perf-frames.ts';
import { parsePerfHeader, type PerfHeader } from './perf-header.ts';
import type { RecordingReader } from './reader.ts';

/** The address; what follows is perf-frames.ts's. */
const ADDRESS = /^\s+([0-9a-f]{1,16}) /i;
/** perf prints code in files as offsets, code elsewhere as addresses: no file is this large, and no mapping this low. */
const LEAST_ADDRESS = 2 ** 32;
/** Of one recording; each costs a profile of its own until it is known which has most samples. */
const MAX_EVENTS = 16;
const OUT_OF_PLACE = 'lines that are neither a sample nor a frame';
const EVENT_UNKNOWN = '(not printed)';

/** The samples of one event. */
class EventSamples {
  readonly builder = createProfileBuilder('samples');
  readonly event: string;
  count = 0;
  hasTimes = true;
  startNs = Number.POSITIVE_INFINITY;

  constructor(event: string) {
    this.event = event;
  }

  add({ comm, pid: pidNumber, tid: tidNumber, timeNs }: PerfHeader, frames: readonly Frame[], pc: number): void {
    this.count += 1;
    if (timeNs < 0) this.hasTimes = false;
    else this.startNs = Math.min(this.startNs, timeNs);
    const [pid, tid] = [asPid(pidNumber), asTid(tidNumber)];
    const stack = { frames: frames.length > 0 ? frames : [NO_STACK], outcome: { kind: 'complete' }, hasJava: true } as const;
    this.builder.add({ pid, tid, timeNs: Math.max(0, timeNs), pc, weight: 1 }, stack);
    this.builder.nameThread(pid, tid, comm);
  }
}

/** Samples as their lines come. */
class PerfSamples {
  readonly problems = new ImportProblems();
  /** In order of appearance. */
  readonly #events = new Map<string, EventSamples>();
  #beyond = 0;
  /** Frames by `symbol (file)`: more than one where perf-map-agent wrote what was inlined. */
  readonly #frames = new Map<string, readonly Frame[]>();
  readonly #cache = new FrameCache((text) => {
    const frames = perfFrames(text);
    this.#frames.set(text, frames);
    return frames[0] ?? NO_STACK;
  });
  #header: PerfHeader | null = null;
  #stack: Frame[] = [];
  #pc = 0;

  line(line: string, number: number): void {
    if (line === '') {
      this.end();
    } else if (!line.startsWith('#')) {
      const match = this.#header === null ? null : ADDRESS.exec(line);
      if (match !== null) this.#frame(match[1] ?? '', line.slice(match[0].length));
      else this.#begin(line, number);
    }
  }

  /** Takes the sample that is open, if there is one. */
  end(): void {
    const header = this.#header;
    if (header !== null) this.#samplesOf(header.event)?.add(header, this.#stack, this.#pc);
    [this.#header, this.#stack, this.#pc] = [null, [], 0];
  }

  /** The event with most samples, the first of equals; null: there is no sample. What is left out becomes a problem. */
  chosen(): EventSamples | null {
    const [most, ...others] = [...this.#events.values()].sort((a, b) => b.count - a.count);
    if (most === undefined) return null;
    const leftOut = others.reduce((sum, { count }) => sum + count, this.#beyond);
    const what = `samples of other events than ${most.event || EVENT_UNKNOWN}, left out`;
    this.problems.add(what, () => others[0]?.event ?? '', leftOut);
    return most;
  }

  #begin(line: string, number: number): void {
    const header = parsePerfHeader(line);
    if (header === null) {
      // A line of -F +srcline, say: the sample goes on behind it.
      this.problems.add(OUT_OF_PLACE, () => `line ${String(number)}`);
      return;
    }
    this.end();
    this.#header = header;
    if (header.frame === null) return;
    this.#frame(header.frame.address, header.frame.text);
    this.end();
  }

  #samplesOf(event: string): EventSamples | null {
    const known = this.#events.get(event);
    if (known !== undefined) return known;
    if (this.#events.size >= MAX_EVENTS) {
      this.#beyond += 1;
      return null;
    }
    const samples = new EventSamples(event);
    this.#events.set(event, samples);
    return samples;
  }

  #frame(address: string, text: string): void {
    const first = this.#cache.of(text);
    const pc = Number.parseInt(address, 16);
    if (this.#stack.length === 0 && pc >= LEAST_ADDRESS && pc < USER_ADDRESS_END) this.#pc = pc;
    for (const frame of this.#frames.get(text) ?? [first]) this.#stack.push(frame);
  }
}

async function readPerfScript(bytes: AsyncIterable<Uint8Array>, title: string): Promise<Recording> {
  const samples = new PerfSamples();
  let number = 0;
  for await (const { lines, tooLong } of lineBlocks(bytes)) {
    samples.problems.add('lines longer than 16 MiB', () => `behind line ${String(number)}`, tooLong);
    for (const line of lines) samples.line(line, (number += 1));
  }
  samples.end();
  const chosen = samples.chosen();
  if (chosen === null) {
    throw new OperatorError(
      'usage',
      `${title}: no line is a sample of perf script`,
      'give it what `perf script` prints, with its default fields',
    );
  }
  const profile = chosen.builder.build();
  const { hasTimes, startNs } = chosen;
  const times = hasTimes && Number.isFinite(startNs) ? { hasTimes: true, startNs } : { hasTimes: false, startNs: 0 };
  return {
    profile,
    facts: { source: 'perf-script', title, startedAtMs: null, run: null, ...times, problems: samples.problems.texts(profile) },
  };
}

export const PERF_SCRIPT_READER: RecordingReader = {
  name: 'perf script',
  recognizes: (start) => {
    if (!looksLikeText(start)) return false;
    const lines = firstLines(start).filter((line) => line !== '' && !line.startsWith('#'));
    const headers = lines.slice(0, 5).flatMap((line) => parsePerfHeader(line) ?? []);
    return headers.some(({ frame }) => frame !== null) || (headers.length > 0 && lines.some((line) => ADDRESS.test(line)));
  },
  read: readPerfScript,
};
