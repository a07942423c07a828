// The judge must be able to say "wrong": each case where jtrace's answer is not proven right.

import { describe, expect, test } from 'vitest';
import type { Frame } from '../../../src/model/frame.ts';
import type { BlobFacts, PcDescFacts, ThreadFacts } from '../../oracle/debugger-facts.ts';
import type { JhsdbFrame } from '../../oracle/jstack-text.ts';
import type { TruthFrame } from '../../oracle/truth-frames.ts';
import { judge, type StopViews } from '../../oracle/verdict.ts';

const PC = 0x5020;
const SP = 0x7000;

const ours = (method: string, bci: number, line: number, kind: Frame['kind'] = 'c2'): Frame => ({
  kind,
  name: `pkg/${method}`,
  signature: '(I)V',
  bci,
  line,
  library: '',
  lineApproximate: false,
  marker: null,
});
const theirs = (method: string, bci: number, line: number): JhsdbFrame => ({
  method: `pkg.${method}(int)`,
  bci,
  line,
  kind: 'compiled',
  imprecise: false,
  deoptimized: false,
  pc: 0,
});
const bytes = (method: string, bci: number, line: number): TruthFrame => ({
  kind: 'compiled',
  method: `pkg.${method}(int)`,
  bci,
  line,
  native: false,
  physical: 0,
});
const thread: ThreadFacts = {
  javaThread: 1,
  isJava: true,
  state: 'IN_JAVA',
  registers: { rip: PC, rsp: SP },
  anchor: { sp: 0, pc: 0, fp: 0 },
};
const blob: BlobFacts = {
  header: 0x4f00,
  name: 'nmethod',
  className: 'NMethod',
  codeBegin: 0x5000,
  codeEnd: 0x6000,
  frameSizeBytes: 32,
  frameCompleteOffset: 12,
  nmethod: {
    entry: 0x5000,
    verifiedEntry: 0x5000,
    stubBegin: 0x5f00,
    deoptHandler: 0x5f10,
    deoptMhHandler: 0,
    origPcOffset: 8,
    osr: false,
    method: 9,
    methodIsNative: false,
  },
  codelet: null,
};
const desc = (pcOffset: number, bci: number, line: number): PcDescFacts => ({
  pcOffset,
  scopes: [{ method: 'pkg.A.leaf(int)', bci, line, native: false }],
});

interface Sides {
  readonly jtrace: readonly Frame[];
  readonly jhsdb: readonly JhsdbFrame[];
  readonly truth: readonly TruthFrame[] | null;
}

function views({ jtrace, jhsdb, truth }: Sides, more: Partial<StopViews> = {}): StopViews {
  return {
    jtrace: { frames: jtrace, outcome: { kind: 'complete' } },
    jhsdb: { name: 'worker', tid: 7, frames: jhsdb, broken: false },
    truth: {
      frames: truth ?? [],
      complete: truth !== null,
      evidence: ['evidence'],
      leaf: 'body',
      inexact: [],
      inlinedLeaf: false,
    },
    thread,
    blob,
    pcDescs: [desc(0x10, 1, 11), desc(0x30, 2, 12)],
    guess: { sp: SP, fp: 0, pc: PC },
    debuggerWalk: null,
    movedOn: false,
    isSilent: false,
    ...more,
  };
}

describe('equal', () => {
  const all = { jtrace: [ours('A.leaf', 2, 12)], jhsdb: [theirs('A.leaf', 2, 12)], truth: [bytes('A.leaf', 2, 12)] };

  test('and confirmed by the bytes', () => {
    expect(judge(views(all))).toEqual({ kind: 'equal', confirmed: true });
  });

  test('but the bytes could not tell', () => {
    expect(judge(views({ ...all, truth: null }))).toEqual({ kind: 'equal', confirmed: false });
  });

  test('native methods have no index and no line', () => {
    const native = { ...bytes('A.leaf', -1, 0), native: true };
    expect(
      judge(views({ jtrace: [ours('A.leaf', -1, 0, 'java-native')], jhsdb: [theirs('A.leaf', 0, 0)], truth: [native] })).kind,
    ).toBe('equal');
  });

  test('frames that are no Java do not count', () => {
    const vm = { ...ours('x', -1, 0, 'vm'), name: 'JVM_Wait' };
    expect(judge(views({ ...all, jtrace: [vm, ...all.jtrace] })).kind).toBe('equal');
  });
});

describe('the debugger is wrong only with a proof', () => {
  const byRule = { jtrace: [ours('A.leaf', 2, 12)], jhsdb: [theirs('A.leaf', 1, 11)], truth: [bytes('A.leaf', 2, 12)] };

  test('its descriptor rule gives exactly what it printed', () => {
    expect(judge(views(byRule))).toMatchObject({ kind: 'jhsdb-wrong', fault: 'descriptor-rule' });
  });

  test('its descriptor rule would give something else', () => {
    expect(judge(views(byRule, { pcDescs: [desc(0x10, 5, 15), desc(0x30, 2, 12)] }))).toMatchObject({
      kind: 'wrong',
      reason: 'unexplained',
    });
  });

  test('it came to no end: the bytes alone judge', () => {
    const silent = { ...byRule, jhsdb: [] };
    expect(judge(views(silent, { isSilent: true }))).toMatchObject({ kind: 'jhsdb-wrong', fault: 'no-answer' });
    const other = { ...silent, jtrace: [ours('A.leaf', 1, 11)] };
    expect(judge(views(other, { isSilent: true }))).toMatchObject({ kind: 'wrong', reason: 'differs-from-both' });
    expect(judge(views({ ...silent, truth: null }, { isSilent: true }))).toMatchObject({ kind: 'wrong', reason: 'unproved' });
  });

  describe('JDK 11 reads the bytecode that the interpreter put aside last', () => {
    const interpreted = { kind: 'interpreted' } as const;
    const codelet = { name: 'iadd', begin: 0x5000, end: 0x5040 };
    const stored: Partial<StopViews> = {
      blob: { ...blob, name: 'Interpreter', className: 'BufferBlob', nmethod: null, codelet },
      pcDescs: [],
      debuggerWalk: { frames: [{ ...bytes('A.leaf', 0, 10), ...interpreted }], complete: true, evidence: [] },
    };
    const sides = {
      jtrace: [ours('A.leaf', 2, 12, 'interpreted')],
      jhsdb: [{ ...theirs('A.leaf', 0, 10), ...interpreted }],
      truth: [{ ...bytes('A.leaf', 2, 12), ...interpreted }],
    };

    test('where its rule gives what it printed', () => {
      expect(judge(views(sides, stored))).toMatchObject({ kind: 'jhsdb-wrong', fault: 'stored-bcp' });
    });

    test('not where its rule gives another place', () => {
      const other = { frames: [{ ...bytes('A.leaf', 1, 11), ...interpreted }], complete: true, evidence: [] };
      expect(judge(views(sides, { ...stored, debuggerWalk: other }))).toMatchObject({ kind: 'wrong', reason: 'unexplained' });
    });

    test('not where jtrace says something else than the bytes', () => {
      const jtrace = [ours('A.leaf', 1, 11, 'interpreted')];
      expect(judge(views({ ...sides, jtrace }, stored))).toMatchObject({ kind: 'wrong', reason: 'differs-from-both' });
    });
  });

  test('it began to walk elsewhere', () => {
    const skipped = {
      ...byRule,
      jtrace: [ours('A.leaf', 2, 12), ours('A.mid', 1, 1)],
      truth: [bytes('A.leaf', 2, 12), bytes('A.mid', 1, 1)],
    };
    const guess = { sp: SP + 16, fp: 0, pc: PC };
    const rules = { frames: [bytes('A.leaf', 2, 12)], complete: true, evidence: [] };
    const { jhsdb } = byRule;
    const printed = { ...skipped, jhsdb: [theirs('A.leaf', 2, 12)] };
    expect(judge(views(printed, { guess, debuggerWalk: rules }))).toMatchObject({
      kind: 'jhsdb-wrong',
      fault: 'start-of-walk',
    });
    // Its rules, from there on, give something else, or nobody asked them.
    expect(judge(views({ ...skipped, jhsdb }, { guess, debuggerWalk: rules }))).toMatchObject({ reason: 'unexplained' });
    expect(judge(views(printed, { guess }))).toMatchObject({ kind: 'wrong', reason: 'unexplained' });
    expect(judge(views(printed))).toMatchObject({ kind: 'wrong', reason: 'unexplained' });
  });

  test('it found no start: then it prints nothing, and no garbage either', () => {
    const stub = { jtrace: [ours('A.leaf', 2, 12)], truth: [bytes('A.leaf', 2, 12)], jhsdb: [] };
    const more = { guess: null, blob: { ...blob, nmethod: null } };
    expect(judge(views(stub, more))).toMatchObject({ kind: 'jhsdb-wrong', fault: 'start-of-walk' });
    expect(judge(views({ ...stub, jhsdb: [theirs('Non.sense', 1, 1)] }, more))).toMatchObject({ reason: 'unexplained' });
  });

  test('nothing on both sides where the bytes cannot tell: jtrace gave up, and that counts', () => {
    const outcome = { kind: 'unfinished', reason: 'bad-frame', detail: '' } as const;
    const neither = views({ jtrace: [], jhsdb: [], truth: null }, { jtrace: { frames: [], outcome } });
    expect(judge(neither)).toMatchObject({ kind: 'wrong', reason: 'unproved' });
  });

  test('no proof when the bytes could not be walked to the end', () => {
    expect(judge(views({ ...byRule, truth: null }))).toMatchObject({ kind: 'wrong', reason: 'unproved' });
  });
});

describe('jtrace is wrong', () => {
  const truth = [bytes('A.leaf', 2, 12)];
  const jhsdb = [theirs('A.leaf', 2, 12)];

  test.each([
    ['another index', ours('A.leaf', 3, 12)],
    ['another line', ours('A.leaf', 2, 13)],
    ['another method', ours('A.other', 2, 12)],
    ['another overload', { ...ours('A.leaf', 2, 12), signature: '(J)V' }],
    ['interpreted instead of compiled', ours('A.leaf', 2, 12, 'interpreted')],
  ])('%s', (_, frame) => {
    expect(judge(views({ jtrace: [frame], jhsdb, truth }))).toMatchObject({ kind: 'wrong', reason: 'differs-from-both' });
  });

  test('a frame too few, a frame too many', () => {
    expect(judge(views({ jtrace: [], jhsdb, truth }))).toMatchObject({ kind: 'wrong' });
    expect(judge(views({ jtrace: [ours('A.leaf', 2, 12), ours('A.leaf', 2, 12)], jhsdb, truth }))).toMatchObject({
      kind: 'wrong',
    });
  });

  test('together with the debugger: neither shows what the bytes show', () => {
    expect(judge(views({ jtrace: [], jhsdb: [], truth }))).toMatchObject({ kind: 'wrong', reason: 'both-wrong' });
  });

  test('the thread had moved on before it stopped: equal frames prove nothing', () => {
    expect(judge(views({ jtrace: [ours('A.leaf', 2, 12)], jhsdb, truth }, { movedOn: true }))).toMatchObject({
      kind: 'wrong',
      reason: 'moved-on',
    });
  });

  test('it gave up where frames can be shown', () => {
    const outcome = { kind: 'unfinished', reason: 'no-unwind-info', detail: '' } as const;
    expect(judge(views({ jtrace: [], jhsdb: [], truth }, { jtrace: { frames: [], outcome } }))).toMatchObject({
      reason: 'unfinished',
    });
  });
});
