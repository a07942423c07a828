// Recording → pprof's profile.proto (github.com/google/pprof, proto/profile.proto), gzipped. One pprof sample per distinct stack and
// thread, with labels `thread`, `tid` and `pid`; frames as pprof-tables.ts has them. Leaves out: times of samples, bytecode indexes,
// outcomes of walks. Pure.

import type { ProfileThread } from '../model/profile.ts';
import type { Recording } from '../model/recording.ts';
import { StackColumns } from '../model/stack-columns.ts';
import type { OutputFormat, RenderOptions } from './format.ts';
import { gzipMember } from './gzip-member.ts';
import { PprofTables } from './pprof-tables.ts';
import { ProtobufMessage } from './protobuf-message.ts';
import { samplePeriodNs, visibleFrames } from './visible-stacks.ts';

/** Field numbers of profile.proto. */
const PROFILE = {
  sampleType: 1, sample: 2, timeNanos: 9, durationNanos: 10, periodType: 11, period: 12, comment: 13, defaultSampleType: 14,
} as const; // prettier-ignore
const VALUE_TYPE = { type: 1, unit: 2 } as const;
const SAMPLE = { locationId: 1, value: 2, label: 3 } as const;
const LABEL = { key: 1, str: 2, num: 3 } as const;

const NANOSECONDS_PER_MS = 1e6;
/** The greatest float below 2^63. */
const MAX_INT64 = 2 ** 63 - 1024;
/** The value's type and unit, by the profile's unit. */
const VALUE_TYPES = {
  samples: ['samples', 'count'],
  nanoseconds: ['time', 'nanoseconds'],
  bytes: ['space', 'bytes'],
} as const;
const CPU_TIME = ['cpu', 'nanoseconds'] as const;

/** The message of profile.proto in pieces, not compressed. */
export function* pprofPieces(recording: Recording, options: RenderOptions): Generator<Uint8Array> {
  const { profile, facts } = recording;
  const { frames, leafFirst } = visibleFrames(profile, options);
  const tables = new PprofTables(frames, facts.title);
  const periodNs = samplePeriodNs(profile, facts);
  yield headOf(recording, periodNs, tables);
  const labels = profile.threads.map((thread) => labelsOf(thread, tables));
  for (const { stack, thread, weight } of sumsByThread(recording)) {
    const sample = new ProtobufMessage()
      .packed(SAMPLE.locationId, tables.locations(leafFirst(stack)))
      .packed(SAMPLE.value, periodNs === null ? [int64(weight)] : [int64(weight), int64(weight * periodNs)]);
    for (const label of labels[thread] ?? []) sample.message(SAMPLE.label, label);
    yield new ProtobufMessage().message(PROFILE.sample, sample).bytes();
  }
  yield* tables.pieces();
}

/** What stands once: types of values, the period, when it was, what of. */
function headOf({ profile, facts }: Recording, periodNs: number | null, tables: PprofTables): Uint8Array {
  const valueType = ([type, unit]: readonly [string, string]): ProtobufMessage =>
    new ProtobufMessage().uint(VALUE_TYPE.type, tables.text(type)).uint(VALUE_TYPE.unit, tables.text(unit));
  const event = facts.run?.event ?? null;
  const own =
    event === null ? VALUE_TYPES[profile.weightUnit] : ([pprofWord(event.counts), VALUE_TYPES[profile.weightUnit][1]] as const);
  const head = new ProtobufMessage().message(PROFILE.sampleType, valueType(own));
  if (periodNs !== null) {
    head.message(PROFILE.sampleType, valueType(CPU_TIME));
    head.message(PROFILE.periodType, valueType(CPU_TIME)).uint(PROFILE.period, periodNs);
  }
  head.uint(PROFILE.defaultSampleType, tables.text(own[0]));
  if (facts.startedAtMs !== null) head.uint(PROFILE.timeNanos, Math.round(facts.startedAtMs) * NANOSECONDS_PER_MS);
  if (facts.run !== null) head.uint(PROFILE.durationNanos, Math.round(facts.run.durationMs * NANOSECONDS_PER_MS));
  return head.packed(PROFILE.comment, [tables.text(facts.title)]).bytes();
}

function labelsOf({ name, tid, pid }: ProfileThread, tables: PprofTables): readonly ProtobufMessage[] {
  const label = (key: string): ProtobufMessage => new ProtobufMessage().uint(LABEL.key, tables.text(key));
  return [
    ...(name === '' ? [] : [label('thread').uint(LABEL.str, tables.text(name))]),
    ...(Number(tid) === 0 ? [] : [label('tid').uint(LABEL.num, tid)]),
    ...(Number(pid) === 0 ? [] : [label('pid').uint(LABEL.num, pid)]),
  ];
}

/** As its tools choose it on their command lines: `page_faults`. */
function pprofWord(text: string): string {
  return text.replace(/[^A-Za-z0-9]+/g, '_');
}

/** Sums of hostile counts end where profile.proto's numbers do. */
function int64(value: number): number {
  return Math.min(value, MAX_INT64);
}

interface StackSum {
  readonly stack: number;
  readonly thread: number;
  weight: number;
}

/** Weights by thread and stack, in order of first appearance. */
function sumsByThread({ profile }: Recording): readonly StackSum[] {
  const { stack, thread, weight } = profile.samples;
  const pairs = new StackColumns();
  const sums: StackSum[] = [];
  for (let i = 0; i < stack.length; i += 1) {
    const pair = pairs.child(thread[i] ?? 0, stack[i] ?? 0);
    const known = (sums[pair] ??= { stack: stack[i] ?? 0, thread: thread[i] ?? 0, weight: 0 });
    known.weight += weight[i] ?? 0;
  }
  return sums;
}

export const PPROF_FORMAT: OutputFormat = {
  name: 'pprof',
  endings: ['.pb.gz', '.pprof', '.pprof.gz'],
  does: 'profile.proto: go tool pprof, speedscope, Grafana, Polar Signals',
  render: (recording, options) => gzipMember(pprofPieces(recording, options)),
};
