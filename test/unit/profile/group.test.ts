// First levels: every sample under its group, once, with the stack it had.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Recording } from '../../../src/model/recording.ts';
import { asPid, asTid } from '../../../src/model/units.ts';
import { GROUPINGS, type Grouping } from '../../../src/model/view.ts';
import { foldedLines } from '../../../src/outputs/folded.ts';
import { groupRecording, groupsOnly } from '../../../src/profile/group.ts';
import { assertProfileIntegrity } from '../../support/assert-profile-integrity.ts';
import { anySamples, builderOf, FACTS, RUN, samplesOf } from '../../support/sample-recordings.ts';
import { drawProfile } from './draw-profile.ts';

const DRAWN: Recording = {
  profile: drawProfile([
    { stack: 'read/native < java/io/In.read/java-native < org/acme/A.a < M.main', thread: 'main' },
    { stack: 'org/acme/B$C.b/inlined < org/acme/A.a < M.main', thread: 'worker' },
    { stack: 'org/acme/T$$Lambda$14/0x0000000800c01000.run < M.main', thread: 'worker' },
    { stack: 'M.main', thread: 'main' },
    { stack: 'collect/vm < start_thread/native', thread: 'GC' },
  ]),
  facts: { ...FACTS, run: { ...RUN, targets: RUN.targets.map((target) => ({ ...target, pid: 100 as never })) } },
};
const roots = (by: Grouping): string[] => {
  const { profile } = groupRecording(DRAWN, by);
  assertProfileIntegrity(profile);
  return [...foldedLines(profile, { byThread: false, lines: false, native: true })].map((line) => line.replace(/;.*;/, ' … '));
};

test('by each', () => {
  expect(roots('thread')).toEqual([
    '[main tid=101] … read 1',
    '[worker tid=102] … org/acme/B$C.b 1',
    '[worker tid=102] … org/acme/T$$Lambda$14/0x0000000800c01000.run 1',
    '[main tid=101];M.main 1',
    '[GC tid=103] … collect 1',
  ]);
  expect(new Set(roots('process').map((line) => line.replace(/\].*/, ']')))).toEqual(new Set(['[process 100 org.acme.Main]']));
  expect(new Set(roots('container').map((line) => line.replace(/\].*/, ']')))).toEqual(new Set(['[docker 1f2e3d4c5b6a]']));
  expect(roots('class').map((line) => line.replace(/\].*/, ']'))).toEqual([
    '[class java/io/In]',
    '[class org/acme/B$C]',
    '[class org/acme/T$$Lambda]',
    '[class M]',
    '[no Java]',
  ]);
  expect(roots('package').map((line) => line.replace(/\].*/, ']'))).toEqual([
    '[package java/io]',
    '[package org/acme]',
    '[package org/acme]',
    '[no package]',
    '[no Java]',
  ]);
});

test('of a whole machine: processes by the names of their frames, containers of programs that are no JVM', () => {
  const drawn = drawProfile([
    { stack: 'read/native < sh/marker', thread: 'sh' },
    { stack: 'cmp/native < sort [docker 77aa]/marker', thread: 'sh' },
    // It was gone when this one was named.
    { stack: 'exit/native < tail/marker', thread: 'sh' },
    { stack: 'org/acme/M.main < java org.acme.Main/marker', thread: 'main' },
  ]);
  const profile = {
    ...drawn,
    frames: {
      frames: drawn.frames.frames.map((frame) => (frame.name.startsWith('sort') ? { ...frame, library: 'docker 77aa' } : frame)),
    },
    threads: drawn.threads.map((row, index) => ({ ...row, pid: asPid(500 + index) })),
  };
  const targets = RUN.targets.map((target) => ({ ...target, pid: asPid(501) }));
  const names = (by: Grouping): string[] =>
    groupsOnly({ profile, facts: { ...FACTS, run: { ...RUN, targets, isWholeMachine: true } } }, by).frames.frames.map(
      ({ name }) => name,
    );
  // The shell has become sort, and sort something else.
  expect(names('process')).toEqual(['[process 500 tail]', '[process 501 java org.acme.Main]']);
  expect(names('container')).toEqual(['[docker 77aa]', '[docker 1f2e3d4c5b6a]']);
});

test('processes that a command has started are called as their main threads are', () => {
  const drawn = drawProfile([{ stack: 'cmp/native', thread: 'sort' }, { stack: 'cmp/native', thread: 'helper' }, { stack: 'a/native', thread: 'other' }]); // prettier-ignore
  const at = [
    { pid: asPid(7), tid: asTid(7) },
    { pid: asPid(7), tid: asTid(8) },
    { pid: asPid(9), tid: asTid(10) },
  ];
  const profile = { ...drawn, threads: drawn.threads.map((row, index) => ({ ...row, ...at[index] })) };
  const names = groupsOnly({ profile, facts: { ...FACTS, run: RUN } }, 'process').frames.frames.map(({ name }) => name);
  expect(names).toEqual(['[process 7 sort]', '[process 9]']);
});

test('any profile: one frame more at the root of every sample, and nothing else', () => {
  fc.assert(
    fc.property(anySamples, fc.constantFrom(...GROUPINGS), (samples, by) => {
      const recording = { profile: builderOf(samples).build(), facts: FACTS };
      const grouped = groupRecording(recording, by);
      assertProfileIntegrity(grouped.profile);
      const without = (samplesOf(grouped) as { frames: unknown[] }[]).map((row) => ({ ...row, frames: row.frames.slice(0, -1) }));
      expect(without).toEqual(samplesOf(recording));
    }),
  );
});

test('groups alone: a share for each, the sum is all', () => {
  const profile = groupsOnly(DRAWN, 'package');
  assertProfileIntegrity(profile);
  expect([...foldedLines(profile, { byThread: false, lines: false, native: true })]).toEqual([
    '[package java/io] 1',
    '[package org/acme] 2',
    '[no package] 1',
    '[no Java] 1',
  ]);
});

test('of a profile that tells neither threads nor processes', () => {
  const profile = { ...DRAWN.profile, threads: DRAWN.profile.threads.map((row) => ({ ...row, name: '', pid: 0 as never, tid: 0 as never })) }; // prettier-ignore
  const names = (by: Grouping): string[] => groupsOnly({ ...DRAWN, profile }, by).frames.frames.map(({ name }) => name);
  expect([names('thread'), names('process'), names('container')]).toEqual([
    ['[no thread]'],
    ['[no process]'],
    ['[no container]'],
  ]);
});
