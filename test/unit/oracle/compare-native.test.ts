// The judge of native stacks: what it calls equal, and what it puts down to whom.

import { describe, expect, test } from 'vitest';
import type { Frame, FrameTrace, StackOutcome } from '../../../src/model/frame.ts';
import { asAddress } from '../../../src/model/units.ts';
import { gapFrame } from '../../../src/unwind/marker-frames.ts';
import type { WalkedSample } from '../../../src/unwind/walk-target.ts';
import { compareStacks } from '../../oracle/native/compare-stacks.ts';
import { parseStack } from '../../oracle/native/gdb.ts';

const NATIVE: Frame = {
  kind: 'native',
  name: 'f',
  signature: '',
  bci: -1,
  line: 0,
  library: '/x',
  lineApproximate: false,
  marker: null,
};

/** null: a kernel frame; 'gap': a marker. */
function walked(pcs: readonly (number | null | 'gap')[], outcome: StackOutcome = { kind: 'complete' }): WalkedSample {
  const trace = (pc: number): FrameTrace => ({ pc: asAddress(pc), sp: asAddress(0), fp: asAddress(0) });
  return {
    stack: { frames: pcs.map((pc) => (pc === 'gap' ? gapFrame() : NATIVE)), outcome, hasJava: false },
    continuation: null,
    traces: pcs.map((pc) => (pc === null ? null : trace(pc === 'gap' ? 0 : pc))),
  };
}

const gdb = (pcs: readonly number[], end = 'FRAME_UNWIND_OUTERMOST') => ({
  frames: pcs.map((pc) => ({ pc, name: 'f' })),
  end,
});
const isCode = (pc: number): boolean => pc < 100;

describe('a native stack', () => {
  test('equal: the same pcs, both to the end; kernel frames are not gdb’s', () => {
    expect(compareStacks(walked([null, 1, 2, 3]), gdb([1, 2, 3]), isCode)).toEqual({ kind: 'equal' });
  });

  test.each([
    ['another pc', [1, 9, 3], [1, 2, 3]],
    ['a frame more', [1, 2, 3, 4], [1, 2, 3]],
    ['a frame less', [1, 2], [1, 2, 3]],
    ['nothing', [], [1]],
  ])('different: %s', (_, ours, theirs) => {
    expect(compareStacks(walked(ours), gdb(theirs), isCode).kind).toBe('different');
  });

  test('gdb stopped: only when it says so and what it has is what jtrace has', () => {
    expect(compareStacks(walked([1, 2, 3]), gdb([1, 2], 'FRAME_UNWIND_SAME_ID'), isCode).kind).toBe('gdb-stopped');
    expect(compareStacks(walked([1, 9, 3]), gdb([1, 2], 'FRAME_UNWIND_SAME_ID'), isCode).kind).toBe('different');
    expect(compareStacks(walked([1, 2, 3]), gdb([1, 2]), isCode).kind).toBe('different');
  });

  test('gdb guessed: only where it went on to what is no code', () => {
    expect(compareStacks(walked([1, 2]), gdb([1, 2, 1000]), isCode).kind).toBe('gdb-guessed');
    expect(compareStacks(walked([1, 2]), gdb([1, 2, 50]), isCode).kind).toBe('different');
  });

  test('a gap, and an end before the end, are jtrace’s', () => {
    expect(compareStacks(walked([1, 'gap', 3]), gdb([1, 3]), isCode).kind).toBe('jtrace-unfinished');
    const unfinished = { kind: 'unfinished', reason: 'no-unwind-info', detail: 'f' } as const;
    expect(compareStacks(walked([1], unfinished), gdb([1, 2]), isCode)).toMatchObject({ kind: 'jtrace-unfinished' });
  });
});

test('the answer is found among what gdb says besides', () => {
  expect(parseStack(['[New LWP 5]', 'frame 1f main', 'frame 2a ns::f(int, char)', 'end FRAME_UNWIND_NO_REASON', 'done'])).toEqual(
    {
      frames: [
        { pc: 0x1f, name: 'main' },
        { pc: 0x2a, name: 'ns::f(int, char)' },
      ],
      end: 'FRAME_UNWIND_NO_REASON',
    },
  );
});
