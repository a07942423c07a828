import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Frame, FrameKind, StackOutcome } from '../../../src/model/frame.ts';
import { asPid, asTid } from '../../../src/model/units.ts';
import { createProfileBuilder } from '../../../src/profile/profile-builder.ts';
import { assertProfileIntegrity } from '../../support/assert-profile-integrity.ts';
import { framesOf } from '../../support/stack-text.ts';

const frame = (name: string, parts: Partial<Frame> = {}): Frame => {
  return { kind: 'c2', name, signature: '', bci: 0, line: 0, library: '', lineApproximate: false, marker: null, ...parts };
};
const COMPLETE: StackOutcome = { kind: 'complete' };
const facts = (tid: number, timeNs = 0, weight = 1) => ({ pid: asPid(1), tid: asTid(tid), timeNs, pc: 0, weight });
const stack = (frames: readonly Frame[], outcome: StackOutcome = COMPLETE) => ({ frames, outcome, hasJava: true });

test('an empty profile', () => {
  const profile = createProfileBuilder('samples').build();
  assertProfileIntegrity(profile);
  expect(profile).toMatchObject({ samples: { stack: [] }, threads: [], weightUnit: 'samples' });
});

test('stacks share what they have in common, from the oldest frame on', () => {
  const builder = createProfileBuilder('samples');
  builder.add(facts(7), stack([frame('a'), frame('b'), frame('main')]));
  builder.add(facts(7), stack([frame('c'), frame('b'), frame('main')]));
  builder.add(facts(8), stack([frame('b'), frame('main')]));
  builder.add(facts(7), stack([frame('b'), frame('other')]));
  const profile = builder.build();
  assertProfileIntegrity(profile);
  expect(profile.stacks.prefix).toEqual([-1, 0, 1, 1, -1, 4]);
  expect(profile.frames.frames.map(({ name }) => name)).toEqual(['main', 'b', 'a', 'c', 'other']);
  expect(profile.samples.stack).toEqual([2, 3, 1, 5]);
  expect(profile.samples.thread).toEqual([0, 0, 1, 0]);
});

test('frames that differ in anything are two', () => {
  const parts: Partial<Frame>[] = [{}, { kind: 'inlined' }, { signature: '()V' }, { bci: 1 }, { line: 1 }, { library: 'l' }, { lineApproximate: true }, { marker: 'unresolved' }]; // prettier-ignore
  const builder = createProfileBuilder('samples');
  for (const part of [...parts, ...parts]) builder.add(facts(1), stack([frame('a', part)]));
  const profile = builder.build();
  assertProfileIntegrity(profile);
  expect(profile.frames.frames.length).toBe(parts.length);
});

test('the last name of a thread stays; threads of one number in two processes are two', () => {
  const builder = createProfileBuilder('samples');
  builder.add(facts(7), stack([frame('a')]));
  builder.nameThread(asPid(1), asTid(7), 'pool-1');
  builder.nameThread(asPid(1), asTid(7), 'pool-1 busy');
  builder.nameThread(asPid(2), asTid(7), 'other');
  const { threads } = builder.build();
  expect(threads.map(({ pid, name }) => `${pid} ${name}`)).toEqual(['1 pool-1 busy', '2 other']);
});

test('what was built stays as it was while the builder goes on', () => {
  const builder = createProfileBuilder('samples');
  builder.add(facts(7), stack([frame('a')]));
  const first = builder.build();
  const text = JSON.stringify(first);
  builder.add(facts(8), stack([frame('b'), frame('a')]));
  builder.nameThread(asPid(1), asTid(7), 'new');
  expect(JSON.stringify(first)).toBe(text);
  expect(builder.build().samples.stack.length).toBe(2);
});

test('a stack without frames is a bug', () => {
  expect(() => createProfileBuilder('samples').add(facts(1), stack([]))).toThrow(/marker frame/);
});

describe('any samples', () => {
  const kind = fc.constantFrom<FrameKind>('interpreted', 'c1', 'kernel', 'native');
  const anyFrame = fc.record({
    name: fc.constantFrom('a', 'b', 'c;d', 'x\0y', '\u{1F600}'),
    kind,
    bci: fc.nat(2),
    line: fc.nat(1),
  });
  const outcome = fc.constantFrom<StackOutcome>(COMPLETE, { kind: 'unfinished', reason: 'too-deep', detail: 'x' }, { kind: 'approximate', reasons: ['reread-page'] }); // prettier-ignore
  const sample = fc.record({ frames: fc.array(anyFrame, { minLength: 1, maxLength: 8 }), outcome, tid: fc.nat(3), timeNs: fc.nat(), weight: fc.nat(9) }); // prettier-ignore

  test('come back out of the tables as they went in', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 30 }), (samples) => {
        const builder = createProfileBuilder('nanoseconds');
        for (const { frames, outcome: how, tid, timeNs, weight } of samples)
          builder.add(facts(tid, timeNs, weight), stack(frames.map(({ name, ...parts }) => frame(name, parts)), how)); // prettier-ignore
        const profile = builder.build();
        assertProfileIntegrity(profile);
        samples.forEach(({ frames, outcome: how, tid, timeNs, weight }, i) => {
          expect(framesOf(profile, i)).toEqual(frames.map(({ name, ...parts }) => frame(name, parts)));
          expect(profile.outcomes[profile.samples.outcome[i] ?? -1]).toEqual(how);
          expect(profile.threads[profile.samples.thread[i] ?? -1]?.tid).toBe(tid);
          expect([profile.samples.timeNs[i], profile.samples.weight[i]]).toEqual([timeNs, weight]);
        });
      }),
    );
  });
});

test('stacks without end: those known go on counting, all others under one frame that says so', () => {
  const builder = createProfileBuilder('samples', { maxStackNodes: 100 });
  const deep = (i: number) => Array.from({ length: 10 }, (_, depth) => frame(`f${String(i)}.${String(depth)}`));
  for (let i = 0; i < 50; i++) builder.add(facts(7), stack(deep(i)));
  builder.add(facts(7), stack(deep(3)));
  const profile = builder.build();
  assertProfileIntegrity(profile);
  expect(profile.stacks.prefix.length).toBe(101);
  const leaves = profile.samples.stack.map((_, i) => framesOf(profile, i)[0]?.name);
  expect(leaves.filter((name) => name === '[unresolved: too many stacks]').length).toBe(40);
  expect(leaves.at(-1)).toBe('f3.0');
});

test('stacks that find no room leave no frames behind', () => {
  const builder = createProfileBuilder('samples', { maxStackNodes: 1 });
  builder.add(facts(7), stack([frame('main')]));
  for (let i = 0; i < 5; i++) builder.add(facts(7), stack([frame(`leaf${String(i)}`), frame(`root${String(i)}`)]));
  expect(builder.build().frames.frames.map(({ name }) => name)).toEqual(['main', '[unresolved: too many stacks]']);
});

test('names without end: further frames are one that says so, those known go on', () => {
  const builder = createProfileBuilder('samples', { maxFrameCharacters: 200 });
  for (let i = 0; i < 50; i++) builder.add(facts(7), stack([frame(`leaf${String(i)}`)]));
  builder.add(facts(7), stack([frame('leaf0')]));
  const profile = builder.build();
  assertProfileIntegrity(profile);
  expect(profile.frames.frames.length).toBeLessThan(20);
  expect(profile.frames.frames.at(-1)?.name).toBe('[unresolved: too many names]');
  expect(framesOf(profile, 50)[0]?.name).toBe('leaf0');
});

test('threads without end: further ones are one that says so, whatever they are named', () => {
  const builder = createProfileBuilder('samples', { maxThreads: 3 });
  for (let tid = 1; tid <= 9; tid++) {
    builder.add(facts(tid), stack([frame('a')]));
    builder.nameThread(asPid(1), asTid(tid), `thread ${String(tid)}`);
  }
  builder.add(facts(2), stack([frame('a')]));
  const profile = builder.build();
  assertProfileIntegrity(profile);
  expect(profile.threads.map(({ name }) => name)).toEqual(['thread 1', 'thread 2', '[too many threads]']);
  expect(profile.samples.thread).toEqual([0, 1, 2, 2, 2, 2, 2, 2, 2, 1]);
});

test('outcomes without end: further ones lose their detail, not their reason', () => {
  const builder = createProfileBuilder('samples', { maxOutcomes: 3 });
  const outcome = (i: number): StackOutcome => ({ kind: 'unfinished', reason: 'bad-frame', detail: `at ${String(i)}` });
  for (let i = 0; i < 9; i++) builder.add(facts(1), stack([frame('a')], outcome(i)));
  builder.add(facts(1), stack([frame('a')], outcome(1)));
  const profile = builder.build();
  assertProfileIntegrity(profile);
  expect(profile.outcomes).toEqual([outcome(0), outcome(1), outcome(2), { ...outcome(3), detail: '' }]);
  expect(profile.samples.outcome).toEqual([0, 1, 2, 3, 3, 3, 3, 3, 3, 1]);
});

test('an instruction pointer outside of user space is not known: the vsyscall page, or where a hostile target jumped to', () => {
  const builder = createProfileBuilder('samples');
  for (const pc of [0x7fff_ffff_efff, 0xffff_ffff_ff60_0000, 2 ** 53]) builder.add({ ...facts(1), pc }, stack([frame('a')]));
  const { samples } = builder.build();
  expect(samples.pc).toEqual([0x7fff_ffff_efff, 0, 0]);
  // As numbers they are no whole ones, and a `.jtrace` file with one of them could not be read again.
  expect(samples.pc.every(Number.isSafeInteger)).toBe(true);
});
