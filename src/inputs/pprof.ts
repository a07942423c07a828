// pprof's profile.proto (plain; open-recording.ts unpacks) → a recording. The value is the profile's default sample type, else its
// last, as `go tool pprof` takes it. Lines of one location are code inlined into its last line's. Kinds come from the mappings jtrace
// writes (`[c2]`, `[kernel]` …), from the library's name, else from the name's form. Labels `thread` and `tid`, `pid` make the
// threads. Not in the format: times of samples. Limits: the file is held whole (strings stand behind what refers to them).

import { OperatorError } from '../model/errors.ts';
import type { Frame } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import type { Recording } from '../model/recording.ts';
import { asPid, asTid } from '../model/units.ts';
import { createProfileBuilder, type ProfileBuilder } from '../profile/profile-builder.ts';
import { NO_STACK } from './imported-frames.ts';
import { ImportProblems } from './import-problems.ts';
import { frameSource, LOST } from './pprof-frames.ts';
import { type PprofTables, readPprofTables } from './pprof-tables.ts';
import { DamagedMessage, fieldNumbers, packedNumbers, protobufFields } from './protobuf-fields.ts';
import type { RecordingReader } from './reader.ts';

/** Of the unpacked file: a day of a busy fleet is smaller, and a gzip bomb ends here. */
const MAX_BYTES = 1 << 30;
/** int64 values from here on are negative. */
const FIRST_NEGATIVE = 2 ** 63;
const NANOSECONDS_PER_MS = 1e6;

const THREAD_KEYS: readonly string[] = ['thread', 'thread_name', 'thread name'];
const TID_KEYS: readonly string[] = ['tid', 'thread_id', 'thread id'];
const PID_KEYS: readonly string[] = ['pid', 'process_id'];
/** Unit → the profile's unit and what one is of it; anything else counts samples. */
const UNITS: Readonly<Record<string, readonly [Profile['weightUnit'], number]>> = {
  nanoseconds: ['nanoseconds', 1], ns: ['nanoseconds', 1], microseconds: ['nanoseconds', 1e3], us: ['nanoseconds', 1e3],
  milliseconds: ['nanoseconds', 1e6], ms: ['nanoseconds', 1e6], seconds: ['nanoseconds', 1e9], s: ['nanoseconds', 1e9],
  bytes: ['bytes', 1], kilobytes: ['bytes', 1024], megabytes: ['bytes', 1 << 20],
}; // prettier-ignore

async function readPprof(bytes: AsyncIterable<Uint8Array>, title: string): Promise<Recording> {
  const file = await gather(bytes, title);
  try {
    return recordingOf(file, title);
  } catch (cause) {
    if (!(cause instanceof DamagedMessage)) throw cause;
    throw new OperatorError('usage', `${title}: a pprof profile that is damaged or ends early`, 'copy or record it again', {
      cause,
    });
  }
}

function recordingOf(file: Uint8Array, title: string): Recording {
  const tables = readPprofTables(file);
  const { index, unit } = chosenType(tables);
  const [weightUnit, factor] = UNITS[unit] ?? (['samples', 1] as const);
  const builder = createProfileBuilder(weightUnit, { mergesEqual: true });
  const problems = new ImportProblems();
  const framesOf = frameSource(tables);
  let number = 0;
  for (const { field, start, end } of protobufFields(file, 0, file.length)) {
    if (field !== 2 || start < 0) continue;
    number += 1;
    const where = (): string => `sample ${String(number)}`;
    const sample = readSample(file, start, end, tables);
    const value = sample.values[index];
    if (value === undefined) problems.add('samples without a value', where);
    else if (value >= FIRST_NEGATIVE) problems.add('samples with a negative value', where);
    else if (value > 0) {
      const frames = sample.locations.flatMap((id) => framesOf(id));
      if (frames.some((frame) => frame === LOST)) problems.add('samples with locations that are not there', where);
      addSample(builder, sample, frames, Math.min(Math.round(value * factor), Number.MAX_SAFE_INTEGER));
    }
  }
  const profile = builder.build();
  const startedAtMs = tables.timeNanos === 0 ? null : tables.timeNanos / NANOSECONDS_PER_MS;
  return {
    profile,
    facts: { source: 'pprof', title, startedAtMs, startNs: 0, hasTimes: false, run: null, problems: problems.texts(profile) },
  };
}

/** Which value of a sample counts. */
function chosenType({ sampleTypes, text, defaultType }: PprofTables): { readonly index: number; readonly unit: string } {
  if (sampleTypes.length === 0) throw new DamagedMessage('no sample type');
  const named = defaultType === 0 ? -1 : sampleTypes.findIndex(({ type }) => text(type) === text(defaultType));
  const index = named < 0 ? sampleTypes.length - 1 : named;
  return { index, unit: text(sampleTypes[index]?.unit ?? 0) };
}

interface PprofSample {
  /** Leaf first. */
  readonly locations: readonly number[];
  readonly values: readonly number[];
  readonly thread: string;
  readonly tid: number;
  readonly pid: number;
}

function readSample(file: Uint8Array, start: number, end: number, { text }: PprofTables): PprofSample {
  const [locations, values] = [[] as number[], [] as number[]];
  let [thread, tid, pid] = ['', 0, 0];
  for (const part of protobufFields(file, start, end)) {
    if (part.field === 1) for (const id of packedNumbers(file, part)) locations.push(id);
    else if (part.field === 2) values.push(...packedNumbers(file, part).slice(0, 64));
    else if (part.field === 3 && part.start >= 0) {
      const of = fieldNumbers(file, part.start, part.end);
      const [key, str, num] = [text(of(1)), text(of(2)), of(3)];
      if (THREAD_KEYS.includes(key)) thread = str;
      else if (TID_KEYS.includes(key)) tid = idOf(str, num);
      else if (PID_KEYS.includes(key)) pid = idOf(str, num);
    }
  }
  return { locations, values, thread, tid, pid };
}

/** A process or thread number, as number or text; 0 when it is none. */
function idOf(str: string, num: number): number {
  const id = num !== 0 ? num : /^\d{1,10}$/.test(str) ? Number(str) : 0;
  return id < 2 ** 32 ? id : 0;
}

function addSample(builder: ProfileBuilder, { thread, tid, pid }: PprofSample, frames: readonly Frame[], weight: number): void {
  const facts = { pid: asPid(pid), tid: asTid(tid), timeNs: 0, pc: 0, weight };
  builder.add(facts, { frames: frames.length > 0 ? frames : [NO_STACK], outcome: { kind: 'complete' }, hasJava: true });
  if (thread !== '') builder.nameThread(asPid(pid), asTid(tid), thread);
}

async function gather(bytes: AsyncIterable<Uint8Array>, title: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      throw new OperatorError(
        'usage',
        `${title}: a pprof profile of more than 1 GiB`,
        'record a shorter time, or aggregate it first',
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const PPROF_READER: RecordingReader = {
  name: 'pprof',
  // Field 1, a ValueType: every writer puts it first. Inside it fields 1 and 2, varints.
  recognizes: (start) => start[0] === 0x0a && (start[1] ?? 0xff) <= 24 && (start[2] === 0x08 || start[2] === 0x10),
  read: readPprof,
};
