// Which walks are tried, what bpftrace says of one that is too much, and what the user reads then.

import { expect, test } from 'vitest';
import { describeEngine, refusedByKernel, walkEngines } from '../../../src/app/walk-engines.ts';
import { isTooMuchForKernel } from '../../../src/bpftrace/explain-script-failure.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import { renderWalk } from '../../../src/program/jstack.ts';

const said = (words: string): OperatorError =>
  new OperatorError('environment', 'bpftrace could not start the program', '', { cause: new Error(words) });

test('auto ends with what every kernel takes; what was asked for is not left', () => {
  expect(walkEngines('auto')).toEqual(['kernel', 'kernel-cut', 'kernel-short', 'bytes']);
  expect(walkEngines('kernel')).not.toContain('bytes');
  expect(walkEngines('bytes')).toEqual(['bytes']);
});

// As 0.17, 0.23 and 0.27 say it.
test.each([
  'ERROR: Error loading program: profile:hz:99 (try -v)',
  'ERROR: Error loading BPF program for profile_hz_99_4. Use -v for full kernel error log.\nERROR: Loading BPF object(s) failed.',
  'error: <unknown>:0:0: in function profile_hz_99_4 i64 (ptr): Looks like the BPF stack limit is exceeded. Please move large on stack variables into BPF per-cpu array map.',
])('too much for the kernel: %s', (words) => {
  expect(isTooMuchForKernel(said(words))).toBe(true);
});

test.each(['stdin:1:9-18: ERROR: Undefined or undeclared variable: $x', 'ERROR: tracepoint not found: foo:bar', ''])(
  'no matter of size: %s',
  (words) => {
    expect(isTooMuchForKernel(said(words))).toBe(false);
  },
);

test('the line says why, and the refusal what to do', () => {
  expect(describeEngine('kernel', false)).not.toContain('verifier');
  expect(describeEngine('bytes', true)).toMatch(/verifier did not take .*bytes/u);
  expect(refusedByKernel('kernel', said('x')).hint).toContain('--engine bytes');
  expect(refusedByKernel('bytes', said('x')).hint).not.toContain('--engine');
});

test('each walk is smaller than the one before it; the last walks no frames', () => {
  const walks = walkEngines('auto').map((engine) => renderWalk('id', { mark: 'm', feederPid: 1, engine }));
  const rounds = walks.map((text) => [...text.matchAll(/\$__jt_i < (\d+)/gu)].reduce((sum, [, count]) => sum + Number(count), 0));
  expect(rounds.slice(0, 3)).toEqual(rounds.slice(0, 3).sort((a, b) => b - a));
  expect(new Set(rounds).size).toBe(4);
  expect(walks.map((text) => text.includes('@__jt_sizes'))).toEqual([true, true, true, false]);
});
