// Makes test/fixtures/jtrace: recordings as jtrace writes them, and spoilt ones, for transcripts of the command line.
// `npx tsx test/tools/make-jtrace-fixtures.ts`; the bytes depend on the zlib of Node, what is in them does not.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameKind } from '../../src/model/frame.ts';
import { asPid, asTid } from '../../src/model/units.ts';
import { createProfileBuilder, type ProfileBuilder } from '../../src/profile/profile-builder.ts';
import { encodeRecording, RecordingEncoder } from '../../src/recording/encode.ts';
import { packUnit } from '../../src/recording/units.ts';
import { REPOSITORY } from '../support/repository.ts';
import { FACTS, frameOf, RUN } from '../support/sample-recordings.ts';

const FOLDER = join(REPOSITORY, 'test/fixtures/jtrace');
const START_NS = 5_000_000_000_000;

const MAIN = ['org/acme/Main.main/interpreted', 'java/lang/Thread.run/interpreted'];
/** Leaf first, as `name/kind`; each stands for ten samples of a second. */
const SECOND: readonly (readonly [thread: string, stack: readonly string[]])[] = [
  ['main', ['org/acme/Parser.next/inlined', 'org/acme/Parser.parse/c2', ...MAIN]],
  ['main', ['java/util/HashMap.getNode/c2', 'org/acme/Parser.parse/c2', ...MAIN]],
  ['main', ['org/acme/Parser.parse/c2', ...MAIN]],
  ['worker-1', ['do_syscall_64/kernel', 'read/native', 'java/io/FileInputStream.readBytes/java-native', 'org/acme/Task.run/c1', 'java/lang/Thread.run/interpreted']], // prettier-ignore
  ['worker-1', ['org/acme/Task$$Lambda$14/0x0000000800c01000.apply/c2', 'org/acme/Task.run/c1', 'java/lang/Thread.run/interpreted']], // prettier-ignore
  ['GC Thread#0', ['PSScavenge::invoke()/vm', 'start_thread/native']],
];

function addSecond(builder: ProfileBuilder, second: number): void {
  SECOND.forEach(([thread, stack], row) => {
    const frames = stack.map((text) => {
      const at = text.lastIndexOf('/');
      return frameOf(text.slice(0, at), { kind: text.slice(at + 1) as FrameKind, line: 10 + row });
    });
    const tid = asTid(4712 + SECOND.findIndex(([name]) => name === thread));
    for (let i = 0; i < 10; i += 1) {
      const timeNs = START_NS + second * 1e9 + (row * 10 + i) * 1e7;
      builder.add({ pid: asPid(4711), tid, timeNs, pc: 0x7f0000001000 + row * 64, weight: 1 }, { frames, outcome: { kind: 'complete' }, hasJava: true }); // prettier-ignore
    }
    builder.nameThread(asPid(4711), tid, thread);
  });
}

/** Two seconds; `cut` is what a kill in the third would leave. */
function make(): Readonly<Record<string, Uint8Array>> {
  const facts = { ...FACTS, startNs: START_NS, run: { ...RUN, durationMs: 2000 } };
  const [builder, growing] = [createProfileBuilder('samples'), new RecordingEncoder()];
  const seconds = [0, 1].flatMap((second) => {
    addSecond(builder, second);
    return [...growing.units(builder.current(), { ...facts, run: { ...facts.run, durationMs: 0, end: 'failed' } }, false)];
  });
  const profile = builder.build();
  const small = Buffer.concat([...encodeRecording(profile, facts)]);
  const damaged = Buffer.from(small);
  damaged.fill(0x55, 200, 240);
  const spoilt = Buffer.concat(seconds);
  spoilt.fill(0x55, spoilt.length - 60, spoilt.length - 40);
  const empty = createProfileBuilder('samples').build();
  const later = { ...facts, title: 'org.acme.Other', startedAtMs: (FACTS.startedAtMs ?? 0) + 60_000 };
  return {
    'small.jtrace': small,
    'later.jtrace': Buffer.concat([...encodeRecording(profile, { ...later, run: { ...facts.run, rateHz: 49 } })]),
    'cut.jtrace': Buffer.concat([...seconds, small.subarray(0, 100)]),
    'damaged.jtrace': damaged,
    'spoilt.jtrace': spoilt,
    'newer.jtrace': packUnit('{"jtrace":2}\n'),
    'no-samples.jtrace': Buffer.concat([...encodeRecording(empty, facts)]),
    'other-unit.jtrace': Buffer.concat([...encodeRecording({ ...empty, weightUnit: 'bytes' }, { ...facts, run: null })]),
    'empty.jtrace': new Uint8Array(0),
    'garbage.jtrace': Buffer.from('Lorem ipsum dolor sit amet\n'),
  };
}

mkdirSync(FOLDER, { recursive: true });
for (const [name, bytes] of Object.entries(make())) writeFileSync(join(FOLDER, name), bytes);
