// What a thread did, and who ended its wait, as frames around its stack.

import { expect, test } from 'vitest';
import { withThreadState } from '../../../src/app/thread-state-frames.ts';
import type { Frame, ResolvedStack } from '../../../src/model/frame.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import { asPid, asTid } from '../../../src/model/units.ts';

const LEAF: Frame = {
  ...{ kind: 'native', name: 'poll', signature: '', bci: -1, line: 0, library: '', lineApproximate: false, marker: null },
};
const STACK: ResolvedStack = { frames: [LEAF], outcome: { kind: 'complete' }, hasJava: false };
const WAKER = { kind: 'thread', pid: asPid(1), tid: asTid(7), comm: 'answering' } as const;

function names(sample: Pick<RawSample, 'doing' | 'waker'>, known: string | null = null): readonly string[] {
  const wakers = new Map(known === null ? [] : [[7, { atMs: 0, comm: 'answering', name: known }]]);
  return withThreadState(STACK, { pid: asPid(1), ...sample }, wakers).frames.map(({ name }) => name);
}

test('nothing to be said: the same stack', () => {
  expect(withThreadState(STACK, { pid: asPid(1) }, new Map())).toBe(STACK);
});

test('what it did stands at the base, who woke it behind the leaf', () => {
  expect(names({ doing: 'running' })).toEqual(['poll', '[on-CPU]']);
  expect(names({ doing: 'preempted' })).toEqual(['poll', '[preempted]']);
  expect(names({ doing: 'blocked', waker: WAKER })).toEqual(['[woken by answering, tid 7]', '--', 'poll', '[blocked]']);
});

test('wakers: by the name its VM gives it, of another process, ended, of the kernel, none', () => {
  expect(names({ waker: WAKER }, 'answering all of them')[0]).toBe('[woken by answering all of them, tid 7]');
  expect(names({ waker: { ...WAKER, pid: asPid(2) } })[0]).toBe('[woken by answering, pid 2, tid 7]');
  expect(names({ waker: { ...WAKER, comm: '' } }, 'of another thread')[0]).toBe('[woken by tid 7]');
  expect(names({ waker: { ...WAKER, kind: 'kernel-thread', comm: 'kworker/0:1' } })[0]).toBe(
    '[woken by kernel thread kworker/0:1]',
  );
  expect(names({ waker: { kind: 'interrupt' } })[0]).toBe('[woken by an interrupt]');
});
