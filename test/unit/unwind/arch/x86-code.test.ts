// Every pc of every frame shape that HotSpot's compilers emit (macroAssembler_x86.cpp, c1_MacroAssembler_x86.cpp, x86_64.ad,
// sharedRuntime_x86_64.cpp): what the code bytes say against what a simulator of the instructions computes.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compiledLeafState } from '../../../../src/unwind/hotspot/leaf-state.ts';
import {
  activationEnd,
  afterEpilogueState,
  epilogueState,
  pollPcStore,
  pollsBefore,
  prologueState,
} from '../../../../src/unwind/arch/x86-code.ts';
import type { CodeBytes, FrameState } from '../../../../src/unwind/arch/code-bytes.ts';
import { bytesOf, type Instruction, simulate, type SimulatedState, X86 } from '../../../support/frame-simulator.ts';
import { SyntheticJvm } from '../../../support/synthetic-jvm.ts';

const BODY = [X86.nop, X86.addEaxEdx, X86.nop];

interface Shape {
  readonly prologue: readonly Instruction[];
  readonly epilogue: readonly Instruction[];
  /** Bytes between sp and the return address while the frame is whole. */
  readonly wholeDepth: number;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'C1, bang': { prologue: [X86.bang, X86.pushRbp, X86.subRsp8(0x20)], epilogue: [X86.addRsp8(0x20), X86.popRbp, X86.poll32, X86.ja, X86.ret], wholeDepth: 0x28 },
  'C1, large frame': { prologue: [X86.bang, X86.pushRbp, X86.subRsp32(0x1a0)], epilogue: [X86.addRsp32(0x1a0), X86.popRbp, X86.poll8, X86.ja, X86.ret], wholeDepth: 0x1a8 },
  'C1, leaf without bang': { prologue: [X86.pushRbp, X86.subRsp8(0x10)], epilogue: [X86.addRsp8(0x10), X86.popRbp, X86.poll8, X86.ja, X86.ret], wholeDepth: 0x18 },
  'C1, PreserveFramePointer': { prologue: [X86.bang, X86.pushRbp, X86.movRbpRsp, X86.subRsp8(0x20)], epilogue: [X86.addRsp8(0x20), X86.popRbp, X86.poll32, X86.ja, X86.ret], wholeDepth: 0x28 },
  'C2, bang': { prologue: [X86.bang, X86.pushRbp, X86.subRsp8(0x30)], epilogue: [X86.addRsp8(0x30), X86.popRbp, X86.poll32, X86.ja, X86.ret], wholeDepth: 0x38 },
  'C2, bang, vectors': { prologue: [X86.bang, X86.pushRbp, X86.subRsp8(0x30)], epilogue: [X86.vzeroupper, X86.addRsp8(0x30), X86.popRbp, X86.poll32, X86.ja, X86.ret], wholeDepth: 0x38 },
  'C2, bang, PreserveFramePointer': { prologue: [X86.bang, X86.pushRbp, X86.movRbpRsp, X86.subRsp32(0x200)], epilogue: [X86.addRsp32(0x200), X86.popRbp, X86.poll32, X86.ja, X86.ret], wholeDepth: 0x208 },
  'C2, without bang': { prologue: [X86.subRsp32(0x18), X86.saveRbp8(0x10)], epilogue: [X86.addRsp8(0x10), X86.popRbp, X86.poll8, X86.ja, X86.ret], wholeDepth: 0x18 },
  'C2, without bang, large': { prologue: [X86.subRsp32(0x208), X86.saveRbp32(0x200)], epilogue: [X86.addRsp32(0x200), X86.popRbp, X86.poll8, X86.ja, X86.ret], wholeDepth: 0x208 },
  'C2, frame of 128 bytes': { prologue: [X86.bang, X86.pushRbp, X86.subRsp32(0x80)], epilogue: [X86.addRsp32(0x80), X86.popRbp, X86.poll32, X86.ja, X86.ret], wholeDepth: 0x88 },
  'JDK 8, near polling page': { prologue: [X86.bang, X86.pushRbp, X86.subRsp8(0x20)], epilogue: [X86.addRsp8(0x20), X86.popRbp, X86.pollPage, X86.ret], wholeDepth: 0x28 },
  'JDK 8, far polling page': { prologue: [X86.bang, X86.pushRbp, X86.subRsp8(0x20)], epilogue: [X86.addRsp8(0x20), X86.popRbp, X86.movR10Page, X86.pollR10, X86.ret], wholeDepth: 0x28 },
  'JDK 11, C1': { prologue: [X86.bang, X86.pushRbp, X86.subRsp8(0x20)], epilogue: [X86.addRsp8(0x20), X86.popRbp, X86.movR10Poll32, X86.pollR10, X86.ret], wholeDepth: 0x28 },
  'JDK 11, C2': { prologue: [X86.subRsp32(0x18), X86.saveRbp8(0x10)], epilogue: [X86.vzeroupper, X86.addRsp8(0x10), X86.popRbp, X86.movR10Poll8, X86.pollR10, X86.ret], wholeDepth: 0x18 },
  'native wrapper': { prologue: [X86.bang, X86.pushRbp, X86.movRbpRsp, X86.subRsp8(0x40)], epilogue: [X86.leave, X86.pendingException, X86.jne, X86.ret], wholeDepth: 0x48 },
}; // prettier-ignore

const codeAt = (address: number, code: readonly Instruction[]): CodeBytes => ({ address, bytes: Uint8Array.from(bytesOf(code)) });

/** What a rule said leads to the same caller as what the simulator computed. */
function expectLeadsToCaller(state: FrameState | null, simulated: SimulatedState, wholeDepth: number): void {
  const where = `${simulated.text} at +${simulated.offset}`;
  expect(state, where).not.toBe(null);
  if (state === null) return;
  if (state.kind === 'whole') {
    // The walk then takes the return address from the frame's end and the caller's rbp from right below it.
    expect(simulated.returnAt, where).toBe(wholeDepth);
    expect(simulated.savedFpAt, where).toBe(wholeDepth - 8);
    return;
  }
  if (state.kind !== 'partial') throw new Error(`${where}: ${state.kind}`);
  expect(state.returnAt, where).toBe(simulated.returnAt);
  if (state.savedFpAt === null) expect(simulated.isFpCallers, `rbp, ${where}`).toBe(true);
  else expect(state.savedFpAt, `saved rbp, ${where}`).toBe(simulated.savedFpAt);
}

describe.each(Object.entries(SHAPES))('%s', (_, { prologue, epilogue, wholeDepth }) => {
  const code = [...prologue, ...BODY, ...epilogue];
  const states = simulate(code);

  test('the simulator ends where it began', () => {
    expect(states.at(-1)).toMatchObject({ returnAt: 0, isFpCallers: true });
    expect(states[prologue.length]).toMatchObject({ returnAt: wholeDepth, savedFpAt: wholeDepth - 8 });
  });

  test('every pc, of the method as HotSpot puts it into the code cache', () => {
    const jvm = new SyntheticJvm();
    const method = jvm.method({ className: 'A', name: 'm' });
    const begin = jvm.blob({
      name: 'nmethod',
      code: bytesOf(code),
      frameSizeWords: wholeDepth / 8 + 1,
      frameComplete: bytesOf(prologue).length,
      nmethod: { method, level: 4, scopes: [] },
    });
    const { code: index } = jvm.process();
    for (const simulated of states) {
      const pc = begin + simulated.offset;
      const known = index.at(pc);
      if (known === null) throw new Error('no blob');
      expectLeadsToCaller(compiledLeafState(index, known, pc), simulated, wholeDepth);
    }
  });

  test('every pc of the prologue alone', () => {
    const bytes = codeAt(0x1000, prologue);
    const end = 0x1000 + bytes.bytes.length;
    for (const simulated of states.slice(0, prologue.length))
      expectLeadsToCaller(prologueState(bytes, 0x1000 + simulated.offset, 0x1000, end), simulated, wholeDepth);
  });

  test('nothing of the body looks like an epilogue', () => {
    const bytes = codeAt(0x1000, code);
    for (const { offset } of states.slice(prologue.length, prologue.length + BODY.length - 1))
      expect(epilogueState(bytes, 0x1000 + offset)).toBe(null);
  });
});

test('an inline cache check before the verified entry has pushed nothing', () => {
  const jvm = new SyntheticJvm();
  const check = [0x44, 0x8b, 0x56, 0x08, 0x49, 0x3b, 0xc2, 0x0f, 0x85, 0x10, 0, 0, 0, 0x66, 0x90];
  const prologue = bytesOf([X86.bang, X86.pushRbp, X86.subRsp8(0x20)]);
  const begin = jvm.blob({
    name: 'nmethod',
    code: [...check, ...prologue, ...bytesOf(BODY)],
    frameSizeWords: 6,
    frameComplete: check.length + prologue.length,
    nmethod: { method: jvm.method({ className: 'A', name: 'm' }), level: 4, scopes: [] },
  });
  const { code: index } = jvm.process();
  for (const offset of [0, 4, 7, 13]) {
    const known = index.at(begin + offset);
    if (known === null) throw new Error('no blob');
    expect(compiledLeafState(index, known, begin + offset)).toEqual({ kind: 'partial', returnAt: 0, savedFpAt: null });
  }
});

test('the slow path of the poll at return: the frame is gone', () => {
  const stub = codeAt(0x1000, [X86.leaR10, X86.savePollPc, X86.jmp32]);
  for (const { offset } of simulate([X86.leaR10, X86.savePollPc, X86.jmp32]))
    expect(afterEpilogueState(stub, 0x1000 + offset)).toEqual({ kind: 'partial', returnAt: 0, savedFpAt: null });
});

test.each([X86.jmp32, X86.jmpR10, X86.jmpRax])('$text after the frame is torn down', (jump) => {
  for (const add of [X86.addRsp8(0x20), X86.addRsp32(0x120)]) {
    const code = [add, X86.popRbp, jump];
    const pc = 0x1000 + bytesOf([add, X86.popRbp]).length;
    expect(afterEpilogueState(codeAt(0x1000, code), pc)).toEqual({ kind: 'partial', returnAt: 0, savedFpAt: null });
    // At the pop, and at the add before it.
    const atPop = bytesOf([add]).length;
    expect(epilogueState(codeAt(0x1000, code), 0x1000 + atPop)).toEqual({ kind: 'partial', returnAt: 8, savedFpAt: 0 });
    expect(epilogueState(codeAt(0x1000, code), 0x1000)).toMatchObject({ kind: 'partial' });
    // The same jump in a body: the frame stands.
    expect(afterEpilogueState(codeAt(0x1000, [X86.nop, X86.nop, X86.nop, X86.nop, X86.nop, X86.nop, X86.nop, X86.nop, jump]), 0x1008)).toBe(null); // prettier-ignore
  }
});

test('ret with bytes to drop, and a frame of nothing but a return address', () => {
  expect(epilogueState(codeAt(0x1000, [X86.retImm(8)]), 0x1000)).toEqual({ kind: 'partial', returnAt: 0, savedFpAt: null });
  expect(epilogueState(codeAt(0x1000, [X86.popRbp, X86.ret]), 0x1000)).toEqual({ kind: 'partial', returnAt: 8, savedFpAt: 0 });
});

describe('the end of an interpreted activation: pop R; mov rsp, S; jmp R', () => {
  const NUMBERS = Array.from({ length: 16 }, (_, i) => i).filter((number) => number !== 4);
  const pop = (r: number): number[] => (r >= 8 ? [0x41, 0x58 + r - 8] : [0x58 + r]);
  const move = (s: number): number[] => [s >= 8 ? 0x49 : 0x48, 0x8b, 0xe0 + (s & 7)];
  const jump = (r: number): number[] => (r >= 8 ? [0x41, 0xff, 0xe0 + r - 8] : [0xff, 0xe0 + r]);
  const at = (bytes: readonly number[], offset: number) =>
    activationEnd({ address: 0x1000, bytes: Uint8Array.from(bytes) }, 0x1000 + offset);

  test('all pairs of registers, at each of the three instructions', () => {
    for (const r of NUMBERS) {
      for (const s of NUMBERS) {
        const code = [...pop(r), ...move(s), ...jump(r)];
        const [moveAt, jumpAt] = [pop(r).length, pop(r).length + 3];
        expect(at(code, 0)).toEqual({ kind: 'before-pop', senderSpRegister: s });
        expect(at(code, moveAt)).toEqual({ kind: 'after-pop', senderSpRegister: s, returnRegister: r });
        expect(at(code, jumpAt)).toEqual({ kind: 'before-jump', returnRegister: r });
      }
    }
  });

  test('not where something differs', () => {
    expect(at([...pop(1), ...move(3), ...jump(2)], 0)).toBe(null);
    expect(at([...pop(1), 0x48, 0x89, 0xd8, ...jump(1)], 0)).toBe(null);
    expect(at([0x90, 0x90, 0x90, ...jump(1)], 3)).toBe(null);
    expect(at([...pop(1), ...move(3)], 0)).toBe(null);
  });
});

describe('pop R; jmp R: the way to a handler put into the return address', () => {
  const NUMBERS = Array.from({ length: 16 }, (_, i) => i).filter((number) => number !== 4);
  const pop = (r: number): number[] => (r >= 8 ? [0x41, 0x58 + r - 8] : [0x58 + r]);
  const jump = (r: number): number[] => (r >= 8 ? [0x41, 0xff, 0xe0 + r - 8] : [0xff, 0xe0 + r]);
  const code = (...bytes: number[][]): CodeBytes => ({ address: 0x1000, bytes: Uint8Array.from(bytes.flat()) });

  test('at the jump the return address is in its register, at the pop on top', () => {
    for (const r of NUMBERS) {
      const there = code([0x90], pop(r), jump(r));
      expect(epilogueState(there, 0x1001)).toEqual({ kind: 'partial', returnAt: 0, savedFpAt: null });
      expect(afterEpilogueState(there, 0x1001 + pop(r).length)).toEqual({ kind: 'popped', returnRegister: r });
    }
  });

  test('a jump through another register than the popped one is none', () => {
    for (const r of NUMBERS) {
      const other = (r & 7) === 3 ? 5 : 3; // pop r11 ends as pop rbx does
      expect(afterEpilogueState(code([0x90], pop(r), jump(other)), 0x1001 + pop(r).length)).toBe(null);
      expect(epilogueState(code([0x90], pop(r), jump(other)), 0x1001)).toBe(null);
    }
  });
});

test('any bytes at any pc: a state in bounds, or none', () => {
  // Bytes of real patterns among random ones, so that they are met at all.
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 6 }).map((bytes) => [...bytes]),
    fc.constantFrom(...Object.values(SHAPES).flatMap(({ prologue, epilogue }) => [...prologue, ...epilogue]).map(({ bytes }) => [...bytes])), // prettier-ignore
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.nat(60), fc.nat(60), (parts, offset, end) => {
      const code: CodeBytes = { address: 0x1000, bytes: Uint8Array.from(parts.flat()) };
      const pc = 0x1000 + offset;
      const states = [
        prologueState(code, pc, 0x1000, 0x1000 + end),
        epilogueState(code, pc),
        afterEpilogueState(code, pc),
        activationEnd(code, pc),
      ];
      for (const state of states) {
        if (state?.kind !== 'partial') continue;
        expect(Number.isInteger(state.returnAt)).toBe(true);
      }
    }),
  );
});

test('where a poll’s stub puts the pc of the poll: JDK 17, JDK 8, another field, nothing', () => {
  const code = (hex: string) => ({ address: 0x1000, bytes: Buffer.from(hex.replaceAll(' ', ''), 'hex') });
  expect(pollPcStore(code('90 498b9f58030000 48895d08 498bff'), 0x358)).toBe(0x1008);
  expect(pollPcStore(code('498bbfe8020000 48897d08'), 0x2e8)).toBe(0x1007);
  expect(pollPcStore(code('498b9f58030000 48895d08'), 0x350)).toBeNull();
  expect(pollPcStore(code('498b9f58030000 48897d08'), 0x358)).toBeNull();
  expect(pollPcStore(code('498b9f5803'), 0x358)).toBeNull();
});

// generate_handler_blob's list: test [reg], eax of each register.
test.each([
  ['rax', '8500'],
  ['rbx', '8503'],
  ['rsp', '850424'],
  ['rbp', '854500'],
  ['r10', '418502'],
  ['r12', '41850424'],
  ['r13', '41854500'],
])('a poll by %s is before its end', (_, poll) => {
  const bytes = Buffer.from(`9090${poll}90`, 'hex');
  expect(pollsBefore({ address: 0x1000, bytes }, 0x1000 + bytes.length - 1)).toContain(0x1002);
});

test.each([
  ['of a register with itself', '909085c0', 4],
  ['with an offset', '90908548', 4],
  ['in the middle of one', '90908500', 3],
  ['none', '90909090', 4],
])('no poll: %s', (_, hex, end) => {
  expect(pollsBefore({ address: 0x1000, bytes: Buffer.from(hex, 'hex') }, 0x1000 + end)).toEqual([]);
});
