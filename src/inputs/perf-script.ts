// The text of `perf script` (tools/perf/builtin-script.c, its default fields) → a recording. A sample is a line
// `comm  tid [cpu] time: period event:` (or `pid/tid`), then one line `address symbol+0xoffset (file)` per frame, leaf first, then an
// empty line. Only samples of the first event count, one each; others are told. Limits: the pid is the tid where perf printed none.

import { OperatorError } from '../model/errors.ts';
import type { Frame } from '../model/frame.ts';
import type { Recording } from '../model/recording.ts';
import { asPid, asTid, USER_ADDRESS_END } from '../model/units.ts';
import { createProfileBuilder } from '../profile/profile-builder.ts';
import { FrameCache, NO_STACK } from './imported-frames.ts';
import { ImportProblems } from './import-problems.ts';
import { firstLines, lineBlocks, looksLikeText } from './line-blocks.ts';
import { perfFrames } from './perf-frames.ts';
import type { RecordingReader } from './reader.ts';

/** Longer ones are no header: comm has 15 bytes, a tracepoint's fields come after its name. */
const MAX_HEADER_CHARACTERS = 512;
const HEADER =
  /^(\S.*?)\s+(-?\d{1,10})(?:\/(-?\d{1,10}))?\s+(?:\[\d+\]\s+)?(?:(\d{1,9})\.(\d{6}|\d{9}):\s+)?(?:\d+\s+)?((?!\d)[\w.:/=,@*-]+):(?:\s|$)/;
/** The address; what follows is perf-frames.ts's. */
const ADDRESS = /^\s+([0-9a-f]{1,16}) /i;
const OUT_OF_PLACE = 'lines that are neither a sample nor a frame';

interface Header {
  readonly comm: string;
  readonly pid: number;
  readonly tid: number;
  /** -1: not printed. */
  readonly timeNs: number;
  readonly event: string;
}

/** null: the line is none. */
export function parsePerfHeader(line: string): Header | null {
  const match = HEADER.exec(line.slice(0, MAX_HEADER_CHARACTERS));
  if (match === null) return null;
  const [, comm = '', first = '0', second, seconds, fraction = '', event = ''] = match;
  const timeNs = seconds === undefined ? -1 : Number(seconds) * 1e9 + Number(fraction.padEnd(9, '0'));
  const pid = Math.max(0, Number(first));
  return { comm, pid, tid: second === undefined ? pid : Math.max(0, Number(second)), timeNs, event };
}

/** Samples as their lines come. */
class PerfSamples {
  readonly builder = createProfileBuilder('samples');
  readonly problems = new ImportProblems();
  /** Samples, of any event. */
  count = 0;
  hasTimes = true;
  startNs = Number.POSITIVE_INFINITY;
  /** Frames by `symbol (file)`: more than one where perf-map-agent wrote what was inlined. */
  readonly #frames = new Map<string, readonly Frame[]>();
  readonly #cache = new FrameCache((text) => {
    const frames = perfFrames(text);
    this.#frames.set(text, frames);
    return frames[0] ?? NO_STACK;
  });
  #event: string | null = null;
  #header: Header | null = null;
  #stack: Frame[] = [];
  #pc = 0;

  line(line: string, number: number): void {
    if (line === '') {
      this.end();
    } else if (line.startsWith('\t') || line.startsWith(' ')) {
      const match = ADDRESS.exec(line);
      if (match === null || this.#header === null || !line.endsWith(')')) this.#outOfPlace(number);
      else this.#frame(match[1] ?? '', line.slice(match[0].length));
    } else if (!line.startsWith('#')) {
      this.end();
      this.#header = parsePerfHeader(line);
      if (this.#header === null) this.#outOfPlace(number);
      else this.count += 1;
    }
  }

  /** Takes the sample that is open, if there is one. */
  end(): void {
    const header = this.#header;
    if (header !== null && this.#isCounted(header)) {
      const { comm, pid, tid, timeNs } = header;
      if (timeNs < 0) this.hasTimes = false;
      else this.startNs = Math.min(this.startNs, timeNs);
      const frames = this.#stack.length > 0 ? this.#stack : [NO_STACK];
      const facts = { pid: asPid(pid), tid: asTid(tid), timeNs: Math.max(0, timeNs), pc: this.#pc, weight: 1 };
      this.builder.add(facts, { frames, outcome: { kind: 'complete' }, hasJava: true });
      this.builder.nameThread(asPid(pid), asTid(tid), comm);
    }
    [this.#header, this.#stack, this.#pc] = [null, [], 0];
  }

  #isCounted({ event }: Header): boolean {
    this.#event ??= event;
    if (event === this.#event) return true;
    this.problems.add(`samples of other events than ${this.#event}, left out`, () => event);
    return false;
  }

  #frame(address: string, text: string): void {
    const first = this.#cache.of(text);
    const pc = Number.parseInt(address, 16);
    if (this.#stack.length === 0 && pc < USER_ADDRESS_END) this.#pc = pc;
    for (const frame of this.#frames.get(text) ?? [first]) this.#stack.push(frame);
  }

  #outOfPlace(number: number): void {
    this.problems.add(OUT_OF_PLACE, () => `line ${String(number)}`);
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
  if (samples.count === 0) {
    throw new OperatorError(
      'usage',
      `${title}: no line is a sample of perf script`,
      'give it what `perf script` prints, with its default fields',
    );
  }
  const profile = samples.builder.build();
  const { hasTimes, startNs } = samples;
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
    const header = lines.findIndex((line) => parsePerfHeader(line) !== null);
    return header >= 0 && header < 5 && lines.some((line) => ADDRESS.test(line) && line.endsWith(')'));
  },
  read: readPerfScript,
};
