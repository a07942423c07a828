import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Frame, UnfinishedReason } from '../../../src/model/frame.ts';
import { type Aarch64Registers, AARCH64_REGISTERS, type Registers } from '../../../src/model/registers.ts';
import { MAX_LOGICAL_FRAMES, MAX_WALK_READ_BYTES } from '../../../src/unwind/limits.ts';
import { NativeCode } from '../../../src/unwind/native/native-code.ts';
import { walkSample } from '../../../src/unwind/sample-walk.ts';
import type { WalkedSample, WalkTarget } from '../../../src/unwind/walk-target.ts';
import { bytesOf, simulate, X86 } from '../../support/frame-simulator.ts';
import { expectSound } from '../../support/expect-sound.ts';
import {
  CALL_OUT,
  javaWorld,
  type JavaWorld,
  LEAF_CODE,
  pushJava,
  type PushedJava,
  pushThreadStart,
} from '../../support/synthetic-java-stack.ts';
import { STACK_END, syntheticSample, SyntheticStack } from '../../support/synthetic-sample.ts';
import { SYNTHETIC_LAYOUT } from '../../support/synthetic-jvm.ts';
import { asAddress } from '../../../src/model/units.ts';

const names = ({ stack }: WalkedSample): string[] => stack.frames.map(({ kind, name, bci }) => `${kind} ${name}${bci < 0 ? '' : `@${bci}`}`); // prettier-ignore
const ROOTS = ['vm JavaCalls::call_helper', 'vm thread_native_entry'];
const reasonOf = ({ stack: { outcome } }: WalkedSample): string =>
  outcome.kind === 'unfinished' ? outcome.reason : outcome.kind;

/** Walks and checks what holds for every walk. */
function walk(sample: Parameters<typeof walkSample>[0], target: WalkTarget): WalkedSample {
  const walked = walkSample(sample, [], target);
  expectSound(walked);
  return walked;
}

/** A thread in A.leaf (called by A.caller), its frame whole. */
function inLeaf(world: JavaWorld, options: Parameters<typeof pushJava>[3] = {}): { stack: SyntheticStack; java: PushedJava } {
  const stack = new SyntheticStack();
  const java = pushJava(world, stack, pushThreadStart(world, stack), options);
  stack.push(world.code.inCaller);
  stack.push(java.fp);
  stack.skip(0x30);
  return { stack, java };
}
const bodyOffset = simulate(LEAF_CODE)[3]?.offset ?? 0;

describe('a Java leaf', () => {
  test('at every pc of prologue, body and epilogue: the same stack', () => {
    const world = javaWorld();
    const base = new SyntheticStack();
    const java = pushJava(world, base, pushThreadStart(world, base));
    for (const state of simulate(LEAF_CODE)) {
      const stack = new SyntheticStack();
      pushJava(world, stack, pushThreadStart(world, stack));
      const returnSlot = stack.push(world.code.inCaller);
      stack.skip(state.returnAt);
      if (state.savedFpAt !== null) stack.write(stack.sp + state.savedFpAt, java.fp);
      const registers = { rip: world.code.leaf + state.offset, rsp: stack.sp, rbp: java.fp };
      const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
      expect(names(walked).map((name) => name.replace(/leaf@.*/, 'leaf')), state.text).toEqual(['c2 A.leaf', 'c1 A.caller@21', ...ROOTS]); // prettier-ignore
      expect(walked.stack.outcome, state.text).toEqual({ kind: 'complete' });
      expect(walked.traces[1], state.text).toMatchObject({ pc: world.code.inCaller, sp: returnSlot + 8, fp: java.fp });
    }
  });

  test('its frame is there, the entry barrier is still to come (JDK 21): no bytecode has run', () => {
    const world = javaWorld();
    const method = world.jvm.method({ className: 'A', name: 'entered' });
    // sub rsp, 0x18; mov [rsp + 0x10], rbp; cmp dword [r15 + 0x20], 1; jne …; nop; add rsp, 0x18; ret
    const sub = [0x48, 0x81, 0xec, 0x18, 0, 0, 0, 0x48, 0x89, 0x6c, 0x24, 0x10];
    const barrier = [0x41, 0x81, 0x7f, 0x20, 1, 0, 0, 0, 0x0f, 0x85, 0, 0, 0, 0];
    const code = [...sub, ...barrier, 0x90, 0x48, 0x83, 0xc4, 0x18, 0xc3];
    const scopes = [{ at: code.length, chain: [{ method, bci: 3 }] }];
    const frameComplete = sub.length + barrier.length;
    const start = world.jvm.blob({ name: 'nmethod', code, frameSizeWords: 4, frameComplete, nmethod: { method, level: 4, scopes } }); // prettier-ignore
    const at = (offset: number): WalkedSample => {
      const stack = new SyntheticStack();
      const java = pushJava(world, stack, pushThreadStart(world, stack));
      stack.push(world.code.inCaller);
      stack.push(java.fp);
      stack.skip(0x10);
      const registers = { rip: start + offset, rsp: stack.sp, rbp: java.fp };
      return walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    };
    for (const offset of [sub.length, sub.length + 8])
      expect(names(at(offset))).toEqual(['c2 A.entered@0', 'c1 A.caller@21', ...ROOTS]);
    expect(names(at(frameComplete))).toEqual(['c2 A.entered@3', 'c1 A.caller@21', ...ROOTS]);
  });

  test.each([
    // pop rax; pop rcx
    ['pops', [0x58, 0x59]],
    // mov rsp, [rsp + 8]
    ['takes its stack pointer back from the stack', [0x48, 0x8b, 0x64, 0x24, 0x08]],
  ])('a string intrinsic that has pushed, and %s: an old return address in an unused word of its frame is none', (_, back) => {
    const world = javaWorld();
    const method = world.jvm.method({ className: 'A', name: 'indexOf' });
    const prologue = bytesOf([X86.pushRbp, X86.subRsp8(0x20)]);
    // mov rcx, rsp; push rcx; push rax; nop
    const body = [0x48, 0x8b, 0xcc, 0x51, 0x50, 0x90];
    const code = [...prologue, ...body, ...back, ...bytesOf([X86.addRsp8(0x20), X86.popRbp, X86.ret])];
    const scopes = [{ at: code.length, chain: [{ method, bci: 3 }] }];
    const start = world.jvm.blob({ name: 'nmethod', code, frameSizeWords: 6, frameComplete: prologue.length, nmethod: { method, level: 4, scopes } }); // prettier-ignore
    const stack = new SyntheticStack();
    const java = pushJava(world, stack, pushThreadStart(world, stack));
    const returnSlot = stack.push(world.code.inCaller);
    stack.push(java.fp);
    stack.push(world.code.inCaller);
    stack.skip(0x18);
    stack.push(stack.sp);
    stack.push(0);
    const registers = { rip: start + prologue.length + body.length - 1, rsp: stack.sp, rbp: java.fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(names(walked)).toEqual(['c2 A.indexOf@3', 'c1 A.caller@21', ...ROOTS]);
    expect(walked.traces[1]).toMatchObject({ sp: returnSlot + 8 });
    expect(walked.stack.outcome).toEqual({ kind: 'complete' });
  });

  test('a stub behind its code, entered by a call: its return address is the one on top', () => {
    const world = javaWorld();
    const method = world.jvm.method({ className: 'A', name: 'callsInterpreted' });
    const entry = bytesOf([X86.pushRbp, X86.subRsp8(0x20)]);
    const exit = bytesOf([X86.addRsp8(0x20), X86.popRbp, X86.ret]);
    const own = [...entry, 0xe8, exit.length, 0, 0, 0, ...exit];
    const returnsTo = entry.length + 5;
    // mov rbx, imm64; jmp to the interpreter: the stub of a static call.
    const code = [...own, 0x48, 0xbb, ...new Array<number>(8).fill(0), 0xe9, 0, 0, 0x10, 0];
    const scopes = [returnsTo, code.length].map((at) => ({ at, chain: [{ method, bci: 3 }] }));
    const frameComplete = entry.length;
    const start = world.jvm.blob({ name: 'nmethod', code, frameSizeWords: 6, frameComplete, nmethod: { method, level: 4, scopes, stubsFrom: own.length } }); // prettier-ignore
    const stack = new SyntheticStack();
    const java = pushJava(world, stack, pushThreadStart(world, stack));
    const returnSlot = stack.push(world.code.inCaller);
    stack.push(java.fp);
    stack.skip(0x20);
    stack.push(start + returnsTo);
    const registers = { rip: start + own.length, rsp: stack.sp, rbp: java.fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(names(walked)).toEqual(['c2 A.callsInterpreted@3', 'c1 A.caller@21', ...ROOTS]);
    expect(walked.traces[1]).toMatchObject({ sp: returnSlot + 8 });
    expect(walked.stack.outcome).toEqual({ kind: 'complete' });
  });

  test('where it looks for the reserved zone of the stack, its frame gone', () => {
    const world = javaWorld();
    const method = world.jvm.method({ className: 'A', name: 'locks' });
    const entry = bytesOf([X86.pushRbp, X86.subRsp8(0x20)]);
    const teardown = bytesOf([X86.addRsp8(0x20), X86.popRbp]);
    // cmp rsp, [r15 + 0x70]; jb; sub rsp, 8; call
    const check = [0x49, 0x3b, 0x67, 0x70, 0x0f, 0x82, 0x40, 0, 0, 0, 0x48, 0x83, 0xec, 8, 0xe8, 0, 0, 0, 0, 0x48, 0x83, 0xc4, 8];
    const code = [...entry, ...teardown, ...check];
    const start = world.jvm.blob({
      name: 'nmethod', code, frameSizeWords: 6, frameComplete: entry.length,
      nmethod: { method, level: 4, scopes: [{ at: code.length, chain: [{ method, bci: 3 }] }], stubsFrom: code.length },
    }); // prettier-ignore
    const begin = entry.length + teardown.length;
    for (const [offset, pushedBytes] of [
      [begin - 1, -8],
      [begin, 0],
      [begin + 4, 0],
      [begin + 14, 8],
      [begin + 19, 8],
    ] as const) {
      // prettier-ignore
      const stack = new SyntheticStack();
      const java = pushJava(world, stack, pushThreadStart(world, stack));
      const returnSlot = stack.push(world.code.inCaller);
      if (pushedBytes < 0) stack.push(java.fp);
      else stack.skip(pushedBytes);
      const registers = { rip: start + offset, rsp: stack.sp, rbp: java.fp };
      const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
      expect(names(walked).slice(1), String(offset)).toEqual(['c1 A.caller@21', ...ROOTS]);
      expect(walked.traces[1]).toMatchObject({ sp: returnSlot + 8 });
      expect(walked.stack.outcome).toEqual({ kind: 'complete' });
    }
  });

  test('called by the entry of a continuation, a wrapper without scopes', () => {
    const world = javaWorld();
    const method = world.jvm.method({ className: 'Continuation', name: 'enterSpecial', isNative: true });
    const prologue = bytesOf([X86.pushRbp, X86.subRsp8(0x20)]);
    const code = [...prologue, 0xe8, 0, 0, 0, 0, ...bytesOf([X86.addRsp8(0x20), X86.popRbp, X86.ret])];
    const start = world.jvm.blob({ name: 'native nmethod', code, frameSizeWords: 6, frameComplete: prologue.length, nmethod: { method, level: 0, scopes: [] } }); // prettier-ignore
    world.jvm.enterSpecialReturn = start + prologue.length + 5;
    const stack = new SyntheticStack();
    const java = pushJava(world, stack, pushThreadStart(world, stack));
    stack.push(world.code.inCaller);
    stack.push(java.fp);
    stack.skip(0x20);
    stack.push(world.jvm.enterSpecialReturn);
    stack.push(java.fp);
    stack.skip(0x30);
    const registers = { rip: world.code.leaf + bodyOffset, rsp: stack.sp, rbp: java.fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(names(walked)).toEqual(['c2 A.leaf@3', 'java-native Continuation.enterSpecial', 'c1 A.caller@21', ...ROOTS]);
    expect(walked.stack.outcome).toEqual({ kind: 'complete' });
  });

  test('led to a stub by a safepoint poll: the pc is the thread’s until the stub has put it into its frame', () => {
    const world = javaWorld();
    const { jvm, code } = world;
    // push rbx; push rbp; mov rbp, rsp; sub rsp, 0x10; mov rbx, [r15 + 0x58]; mov [rbp + 8], rbx; nop; leave; ret
    const prologue = [0x53, 0x55, 0x48, 0x8b, 0xec, 0x48, 0x83, 0xec, 0x10];
    const store = [0x49, 0x8b, 0x9f, 0x58, 0, 0, 0, 0x48, 0x89, 0x5d, 0x08];
    const blob = jvm.blob({
      name: 'SafepointBlob',
      code: [...prologue, ...store, 0x90, 0xc9, 0xc3],
      frameSizeWords: 5,
      frameComplete: -1,
    });
    const pollPc = code.leaf + bytesOf(LEAF_CODE).length;
    const thread = jvm.thread(7);
    const at = (offset: number, keptPc: number, storedPc = pollPc) => {
      jvm.memory.word(thread + 0x58, keptPc);
      const { stack, java } = inLeaf(world);
      // An old return address in a register, which the stub pushes to make room.
      const [callerSp, rbx] = [stack.sp, code.inCaller];
      if (offset >= 1) stack.push(offset > prologue.length + 7 ? storedPc : rbx);
      const fp = offset >= 2 ? stack.push(java.fp) : java.fp;
      if (offset >= prologue.length) stack.skip(0x10);
      const rbp = offset >= 5 ? fp : java.fp;
      const registers = { rip: blob + offset, rsp: stack.sp, rbp, rbx, r15: thread };
      const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
      return { walked, callerSp };
    };
    const expected = ['stub SafepointBlob', 'c2 A.leaf@3', 'c1 A.caller@21', ...ROOTS];
    for (const offset of [0, 1, 2, 5, 9, 16]) {
      const { walked, callerSp } = at(offset, pollPc);
      expect(names(walked), String(offset)).toEqual(expected);
      expect(walked.stack.outcome).toEqual({ kind: 'approximate', reasons: ['unvalidated-step'] });
      expect(walked.traces[1]).toMatchObject({ pc: pollPc, sp: callerSp });
    }
    const { walked } = at(20, 0);
    expect(names(walked)).toEqual(expected);
    expect(walked.stack.outcome).toEqual({ kind: 'complete' });
    // The VM was called, and the stub has moved the pc on: test [rax], eax, or one of r10.
    jvm.memory.write(pollPc, [0x85, 0x00]);
    const moved = at(20, 0, pollPc + 2).walked;
    expect(names(moved)).toEqual(expected);
    expect(moved.traces[1]).toMatchObject({ pc: pollPc });
    jvm.memory.write(pollPc, [0x41, 0x85, 0x02]);
    expect(names(at(20, 0, pollPc + 3).walked)).toEqual(expected);
    expect(names(at(20, 0, pollPc + 2).walked)).toEqual(['stub SafepointBlob', 'marker [unfinished: code-changed]']);
    // What the thread keeps is no poll: nothing is made up of it.
    expect(names(at(9, code.leaf + 1).walked)).toEqual(['stub SafepointBlob', 'marker [unfinished: code-changed]']);
  });

  test.each([
    ['it', 'leaf', 'nmethod', false, true],
    ['a method of the same frame size', 'other', 'nmethod', false, false],
    ['a static one of that size', 'other', 'nmethod', true, false],
    ['another version of it', 'polls', 'nmethod', true, true],
    ['the same of another class', 'B.polls', 'nmethod', false, true],
    ['a method handle’s linkToStatic', 'other', 'native nmethod', true, true],
    ['a table of virtual methods, which leads to no static one', 'leaf', 'vtable chunks', true, false],
    ['a table of virtual methods', 'leaf', 'vtable chunks', false, true],
    ['the stub that looks for its target', 'leaf', 'resolve_static_call', true, true],
  ])(
    'the pc that the thread keeps is believed unless the caller calls somebody else: it calls %s',
    (_, name, kind, isStatic, isBelieved) => {
      const world = javaWorld();
      const { jvm, code } = world;
      const store = [0x49, 0x8b, 0x9f, 0x58, 0, 0, 0, 0x48, 0x89, 0x5d, 0x08];
      const stub = jvm.blob({
        name: 'SafepointBlob',
        code: [0x53, 0x55, 0x48, 0x8b, 0xec, ...store, 0x90, 0xc9, 0xc3],
        frameSizeWords: 3,
        frameComplete: -1,
      });
      const own = bytesOf(LEAF_CODE);
      const compiled = (method: number, blob = 'nmethod'): number =>
        jvm.blob({
          name: blob,
          code: own,
          frameSizeWords: 8,
          frameComplete: bodyOffset,
          nmethod: { method, level: 4, scopes: [{ at: bodyOffset, chain: [{ method, bci: 3 }] }] },
        });
      const polls = jvm.method({ className: 'A', name: 'polls', isStatic, codeSizeBytes: 40 });
      const polling = compiled(polls);
      const [className = '', other = ''] = name.includes('.') ? name.split('.') : ['A', name];
      const called = !kind.endsWith('nmethod')
        ? jvm.blob({ name: kind, code: own, frameSizeWords: 0 })
        : name === 'leaf'
          ? polling
          : compiled(jvm.method({ className, name: other, isStatic, codeSizeBytes: 40 }), kind);
      const displacement = Buffer.alloc(4);
      displacement.writeInt32LE(called - code.inCaller);
      jvm.memory.write(code.inCaller - 4, displacement);
      const thread = jvm.thread(7);
      jvm.memory.word(thread + 0x58, polling + bodyOffset);
      const { stack, java } = inLeaf(world);
      const registers = { rip: stub, rsp: stack.sp, rbp: java.fp, r15: thread };
      const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
      expect(names(walked)).toEqual([
        'stub SafepointBlob',
        ...(isBelieved ? ['c2 A.polls@3', 'c1 A.caller@21', ...ROOTS] : ['marker [unfinished: code-changed]']),
      ]);
      expect(reasonOf(walked)).toBe(isBelieved ? 'approximate' : 'code-changed');
    },
  );

  test.each([
    ['the throwing pc, behind no call', bodyOffset],
    ['its handler', bodyOffset + 1],
  ])('in C1’s stub for exceptions, which has put into its return address %s', (_, offset) => {
    const world = javaWorld();
    // push rbp; mov rbp, rsp; nop; leave; pop rcx; jmp rcx
    const code = [0x55, 0x48, 0x8b, 0xec, 0x90, 0xc9, 0x59, 0xff, 0xe1];
    const blob = world.jvm.blob({ name: 'C1 Runtime handle_exception_from_callee_blob', code, frameSizeWords: 2, frameComplete: -1 }); // prettier-ignore
    const { stack, java } = inLeaf(world);
    stack.push(world.code.leaf + offset);
    const fp = stack.push(java.fp);
    const inStub = (at: number, rsp: number, rbp: number, rcx = 0): WalkedSample =>
      walk(syntheticSample({ stack: stack.captured(), registers: { rip: blob + at, rsp, rbp, rcx } }), world.walkTarget());
    // Its frame whole, gone, and its return address in a register.
    const walks = [inStub(4, fp, fp), inStub(6, fp + 8, java.fp), inStub(7, fp + 16, java.fp, world.code.leaf + offset)];
    for (const walked of walks) {
      expect(names(walked)).toEqual(['stub C1 Runtime handle_exception_from_callee_blob', 'c2 A.leaf@3', 'c1 A.caller@21', ...ROOTS]); // prettier-ignore
      expect(walked.stack.outcome).toEqual({ kind: 'complete' });
    }
  });

  test('in forward_exception, in the frame of the stub that jumped there, with the handler for return address', () => {
    const world = javaWorld();
    const blob = world.jvm.blob({ name: 'forward_exception Runtime1 stub', code: [0x90, 0x90, 0x90, 0xc9, 0xc3], frameSizeWords: 20, frameComplete: -1 }); // prettier-ignore
    const { stack, java } = inLeaf(world);
    stack.push(world.code.leaf + bodyOffset + 1);
    const fp = stack.push(java.fp);
    stack.skip(40);
    for (const [offset, rsp, rbp] of [
      [0, stack.sp, fp],
      [3, fp, fp],
      [4, fp + 8, java.fp],
    ] as const) {
      // prettier-ignore
      const walked = walk(syntheticSample({ stack: stack.captured(), registers: { rip: blob + offset, rsp, rbp } }), world.walkTarget()); // prettier-ignore
      expect(names(walked), String(offset)).toEqual(['stub forward_exception Runtime1 stub', 'c2 A.leaf@3', 'c1 A.caller@21', ...ROOTS]); // prettier-ignore
      expect(walked.stack.outcome).toEqual({ kind: 'complete' });
    }
  });

  test('in register_finalizer before it has a frame, which most calls never need', () => {
    const world = javaWorld();
    // mov rax, rdi; mov esi, [rax + 8]; test esi, 0x40000000; jne 1; ret; push rbp; mov rbp, rsp; sub rsp, 0x80
    const code = '488bc7 8b7008 f7c600000040 0f8501000000 c3 55 488bec 4881ec80000000';
    const bytes = [...Buffer.from(code.replaceAll(' ', ''), 'hex')];
    const blob = world.jvm.blob({ name: 'register_finalizer Runtime1 stub', code: bytes, frameSizeWords: 18, frameComplete: -1 });
    const stack = new SyntheticStack();
    const java = pushJava(world, stack, pushThreadStart(world, stack));
    stack.push(world.code.inCaller);
    for (const offset of [0, 3, 6, 12, 18]) {
      const walked = walk(syntheticSample({ stack: stack.captured(), registers: { rip: blob + offset, rsp: stack.sp, rbp: java.fp } }), world.walkTarget()); // prettier-ignore
      expect(names(walked), String(offset)).toEqual(['stub register_finalizer Runtime1 stub', 'c1 A.caller@21', ...ROOTS]);
      expect(walked.stack.outcome).toEqual({ kind: 'complete' });
    }
  });

  test('in another stub any pc of a method is no return address', () => {
    const world = javaWorld();
    const blob = world.jvm.blob({ name: 'new_instance Runtime1 stub', code: [0x55, 0x48, 0x8b, 0xec, 0x90, 0xc9, 0xc3], frameSizeWords: 2, frameComplete: -1 }); // prettier-ignore
    const { stack, java } = inLeaf(world);
    stack.push(world.code.leaf + bodyOffset + 1);
    const fp = stack.push(java.fp);
    const walked = walk(syntheticSample({ stack: stack.captured(), registers: { rip: blob + 4, rsp: fp, rbp: fp } }), world.walkTarget()); // prettier-ignore
    expect(names(walked)).not.toContain('c2 A.leaf@3');
    expect(walked.stack.outcome.kind).not.toBe('complete');
  });

  test('in a stub that has pushed something: the return address above it, marked as a guess', () => {
    const world = javaWorld();
    const blob = world.jvm.blob({ name: 'monitorenter', code: [0x90, 0x90, 0x90], frameSizeWords: 2, frameComplete: 0 });
    const stack = new SyntheticStack();
    const java = pushJava(world, stack, pushThreadStart(world, stack));
    stack.push(world.code.inCaller);
    stack.push(java.fp);
    const whole = syntheticSample({ stack: stack.captured(), registers: { rip: blob + 1, rsp: stack.sp, rbp: java.fp } });
    expect(walk(whole, world.walkTarget()).stack.outcome).toEqual({ kind: 'complete' });
    stack.push(1);
    const walked = walk(syntheticSample({ stack: stack.captured(), registers: { rip: blob + 1, rsp: stack.sp, rbp: java.fp } }), world.walkTarget()); // prettier-ignore
    expect(names(walked)).toEqual(['stub monitorenter', 'c1 A.caller@21', ...ROOTS]);
    expect(walked.stack.outcome).toEqual({ kind: 'approximate', reasons: ['unvalidated-step'] });
  });

  test('its return address is outside Java code: no other word is taken for it', () => {
    const world = javaWorld();
    const { stack, java } = inLeaf(world);
    stack.write(java.sp - 8, 0x1234);
    const registers = { rip: world.code.leaf + bodyOffset, rsp: stack.sp, rbp: java.fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(names(walked)).toEqual(['c2 A.leaf@3', 'marker [unfinished: bad-frame]']);
  });

  test('its caller is gone: told, not passed over', () => {
    const world = javaWorld();
    const { stack, java } = inLeaf(world);
    const free = world.jvm.heapHigh - 0x40;
    stack.write(java.sp - 8, free);
    const registers = { rip: world.code.leaf + bodyOffset, rsp: stack.sp, rbp: java.fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(names(walked)).toEqual(['c2 A.leaf@3', 'marker [unfinished: code-changed]']);
  });

  test('over an interpreted caller', () => {
    const world = javaWorld();
    const { stack, java } = inLeaf(world, { interpreted: true });
    const registers = { rip: world.code.leaf + bodyOffset, rsp: stack.sp, rbp: java.fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(names(walked)).toEqual(['c2 A.leaf@3', 'c1 A.caller@21', 'interpreted A.interpreted@20', ...ROOTS]);
    expect(walked.stack).toMatchObject({ outcome: { kind: 'complete' }, hasJava: true });
    expect(walked.stack.frames.map(({ line }) => line).slice(0, 3)).toEqual([2, 7, 2]);
  });

  test('at the very return into the call stub: a frame stands for it', () => {
    const world = javaWorld();
    const stack = new SyntheticStack();
    const java = pushJava(world, stack, pushThreadStart(world, stack));
    // A.caller has returned.
    stack.sp = java.sp + 0x20 + 16;
    const registers = { rip: world.code.inCallStub, rsp: stack.sp, rbp: java.fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(names(walked)).toEqual(['stub call_stub', ...ROOTS]);
  });
});

/** A.caller called the VM, which called Java again: A.caller ← call stub ← call_helper (whose frame pointer is `helper`) ← A.caller ← … */
function calledAgain(world: JavaWorld, change: (outer: PushedJava) => Partial<PushedJava> = () => ({})) {
  const stack = new SyntheticStack();
  const outer = pushJava(world, stack, pushThreadStart(world, stack));
  stack.push(world.code.inCallerOut);
  const helper = stack.push(outer.fp);
  const anchor = { sp: outer.sp, pc: world.code.inCallerOut, fp: outer.fp, ...change(outer) };
  const inner = pushJava(world, stack, helper, { anchor });
  return { stack, inner, outer, helper };
}

/** The same, in A.leaf. */
function nested(world: JavaWorld, change?: Parameters<typeof calledAgain>[1]) {
  const { stack, inner, outer } = calledAgain(world, change);
  stack.push(world.code.inCaller);
  stack.push(inner.fp);
  stack.skip(0x30);
  return { stack, inner, outer, registers: { rip: world.code.leaf + bodyOffset, rsp: stack.sp, rbp: inner.fp } };
}

describe('Java, native, Java', () => {
  test('the anchor in the call wrapper joins them', () => {
    const world = javaWorld();
    const { stack, registers } = nested(world);
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(names(walked)).toEqual([
      'c2 A.leaf@3', 'c1 A.caller@21', 'vm JavaCalls::call_helper', 'c1 A.caller@21', ...ROOTS,
    ]); // prettier-ignore
    expect(walked.stack.outcome).toEqual({ kind: 'complete' });
  });

  test.each([
    ['the call stub', 'call_stub', (world: JavaWorld) => world.code.callStubCalls],
    ['the stub that catches exceptions', 'catch_exception', (world: JavaWorld) => world.code.inCatchException],
  ])('a leaf in %s: the anchor leads on, whatever the native frames are', (_, stub, pc) => {
    const world = javaWorld();
    const { stack, inner } = nested(world);
    // Between call stub and call_helper nothing can be walked.
    stack.write(inner.fp + 8, world.code.inNoFramePointer);
    stack.sp = inner.fp - 0x60;
    const registers = { rip: pc(world), rsp: stack.sp, rbp: inner.fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(names(walked)[0]).toBe(`stub ${stub}`);
    expect(names(walked).slice(-1 - ROOTS.length)).toEqual(['c1 A.caller@21', ...ROOTS]);
    expect(walked.stack.outcome).toEqual({ kind: 'complete' });
  });

  test.each([
    ['to itself', (at: PushedJava) => at.anchorAt],
    ['to the frame it belongs to', (at: PushedJava) => at.sp - 0x200],
    ['below the stack', () => 4096],
    ['above the stack', () => STACK_END + 8],
    ['to no slot', (at: PushedJava) => at.sp + 3],
  ])('an anchor that points %s ends the walk', (_, sp) => {
    const world = javaWorld();
    const { stack, registers, inner, outer } = nested(world);
    stack.write(inner.anchorAt, sp(inner) === inner.anchorAt ? inner.anchorAt : sp(outer));
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(reasonOf(walked)).toMatch(/^(bad-frame|no-progress)$/);
    expect(names(walked).slice(0, 2)).toEqual(['c2 A.leaf@3', 'c1 A.caller@21']);
  });
});

test("C1's slow_subtype_check saves registers and keeps no frame: left by what its code does", () => {
  const world = javaWorld();
  const [push, pop] = [[0x57, 0x56, 0x51, 0x50], [0x58, 0x59, 0x5e, 0x5f]]; // prettier-ignore
  // mov rsi, [rsp + 0x38]; push rdi; add rdi, 8; repne scasq; pop rdi; jne over the next: mov [rsp + 0x30], rax
  const check = [
    0x48, 0x8b, 0x74, 0x24, 0x38, 0x57, 0x48, 0x83, 0xc7, 0x08, 0xf2, 0x48, 0xaf, 0x5f, 0x75, 0x05, 0x48, 0x89, 0x44, 0x24, 0x30,
  ];
  const code = [...push, ...check, ...pop, 0xc3];
  const stub = world.jvm.blob({ name: 'C1 Runtime slow_subtype_check_blob', code, frameSizeWords: 0 });
  const inScan = push.length + 10;
  for (const [offset, pushed] of [
    [2, 2],
    [4, 4],
    [inScan, 5],
    [inScan + 6, 4],
    [code.length - 1, 0],
  ] as const) {
    const stack = new SyntheticStack();
    const java = pushJava(world, stack, pushThreadStart(world, stack));
    stack.push(world.code.inCaller);
    // What it saves may look like where a call returns to.
    for (let i = 0; i < pushed; i += 1) stack.push(world.code.inCallerOut);
    const registers = { rip: stub + offset, rsp: stack.sp, rbp: java.fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(names(walked), String(offset)).toEqual(['stub C1 Runtime slow_subtype_check_blob', 'c1 A.caller@21', ...ROOTS]);
    expect(walked.stack.outcome, String(offset)).toEqual({ kind: 'complete' });
  }
});

test('C calls Java by the foreign function interface: the anchor in the upcall stub joins them', () => {
  const world = javaWorld();
  const { code, jvm } = world;
  const upcallStub = jvm.blob({
    name: 'upcall_stub',
    // The words in front stand where the made-up layout has the offset of the frame's data.
    code: [0, 0, 0, 0, ...CALL_OUT, 0x90, 0x90, 0x90, 0xe8, 0, 0, 0, 0, 0x90],
    frameSizeWords: 0,
  });
  const stub = upcallStub - SYNTHETIC_LAYOUT.codeBlob.sizeBytes;
  const [afterEntry, inStub] = [upcallStub + 4 + CALL_OUT.length, upcallStub + 4 + CALL_OUT.length + 8];
  jvm.memory.i32(stub + (SYNTHETIC_LAYOUT.upcall?.frameDataOffset ?? NaN), 0x20);
  const stack = new SyntheticStack();
  const java = pushJava(world, stack, pushThreadStart(world, stack));
  // A.caller → a function of C → upcall stub → A.caller → A.leaf
  stack.push(code.inCallerOut);
  const native = stack.push(java.fp);
  stack.skip(0x30);
  stack.push(code.inCallHelper);
  const inC = stack.push(native);
  stack.skip(0x80);
  const anchorAt = stack.sp + 0x20 + (SYNTHETIC_LAYOUT.upcall?.anchor ?? NaN);
  [java.sp, code.inCallerOut, java.fp].forEach((word, i) => stack.write(anchorAt + 8 * i, word));
  const stubSp = stack.sp;
  stack.push(inStub);
  stack.push(inC);
  stack.skip(0x20);
  stack.push(code.inCaller);
  stack.push(inC);
  stack.skip(0x30);
  const registers = { rip: code.leaf + bodyOffset, rsp: stack.sp, rbp: inC };
  const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
  expect(names(walked)).toEqual(['c2 A.leaf@3', 'c1 A.caller@21', 'stub upcall_stub', 'vm JavaCalls::call_helper', 'c1 A.caller@21', ...ROOTS]); // prettier-ignore
  expect(walked.stack.outcome).toEqual({ kind: 'complete' });
  // A thread that C made: nothing is older.
  stack.write(anchorAt, 0);
  const first = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
  expect(names(first).slice(0, 3)).toEqual(['c2 A.leaf@3', 'c1 A.caller@21', 'stub upcall_stub']);
  expect(first.stack.outcome).toEqual({ kind: 'complete' });
  // The VM's function that the stub calls first has yet to fill the anchor in: what lies there says nothing, not even that nothing is older.
  stack.sp = stubSp;
  stack.push(afterEntry);
  const onEntry = stack.push(inC);
  stack.skip(0x20);
  const entering = { rip: code.inCallHelper, rsp: stack.sp, rbp: onEntry };
  for (const stale of [0, java.sp - 8, STACK_END - 64]) {
    stack.write(anchorAt, stale);
    const anchor = { sp: 0, pc: 0, fp: 0 };
    const early = walk(syntheticSample({ stack: stack.captured(), registers: entering, anchor }), world.walkTarget());
    expect(names(early)).toEqual(['vm JavaCalls::call_helper', 'stub upcall_stub', 'vm JavaCalls::call_helper', 'c1 A.caller@21', ...ROOTS]); // prettier-ignore
    expect(early.stack.outcome).toEqual({ kind: 'complete' });
  }
});

describe('a leaf in the VM', () => {
  function inVm(world: JavaWorld, returnTo: number) {
    const stack = new SyntheticStack();
    const java = pushJava(world, stack, pushThreadStart(world, stack));
    stack.push(returnTo);
    const fp = stack.push(java.fp);
    stack.skip(0x40);
    const registers = { rip: world.code.inCallHelper, rsp: stack.sp, rbp: fp };
    return { stack, java, registers };
  }

  test('its anchor says where Java begins', () => {
    const world = javaWorld();
    const { stack, java, registers } = inVm(world, world.code.inCallerOut);
    const anchor = { sp: java.sp, pc: world.code.inCallerOut, fp: java.fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers, anchor }), world.walkTarget());
    expect(names(walked)).toEqual(['vm JavaCalls::call_helper', 'c1 A.caller@21', ...ROOTS]);
    expect(walked.stack.outcome).toEqual({ kind: 'complete' });
  });

  test('an anchor without a pc: the word below its sp is it', () => {
    const world = javaWorld();
    const { stack, java, registers } = inVm(world, world.code.inCallerOut);
    const anchor = { sp: java.sp, pc: 0, fp: java.fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers, anchor }), world.walkTarget());
    expect(names(walked)).toEqual(['vm JavaCalls::call_helper', 'c1 A.caller@21', ...ROOTS]);
  });

  test.each<[string, UnfinishedReason]>([
    ['the stack was cut before it', 'stack-cut'],
    ['it lies in no stack', 'bad-frame'],
  ])('native frames are shown, too, where the Java frame cannot be had: %s', (_, reason) => {
    const world = javaWorld();
    const { stack, java, registers } = inVm(world, world.code.inCallerOut);
    const thread = world.jvm.thread(7);
    const whole = stack.captured();
    const chunks = whole.chunks.slice(0, 1).map(({ address, bytes }) => ({ address, bytes: bytes.subarray(0, 0x48) }));
    const isCut = reason === 'stack-cut';
    const anchor = { sp: isCut ? java.sp : 0x7f00_0000_0000, pc: 0, fp: java.fp, thread };
    const walked = walk(syntheticSample({ stack: isCut ? { ...whole, chunks, cut: true } : whole, registers, anchor }), world.walkTarget()); // prettier-ignore
    expect(reasonOf(walked)).toBe(reason);
    expect(names(walked)[0]).toBe('vm JavaCalls::call_helper');
  });

  test('an empty anchor: no Java frames, down to the start of the thread', () => {
    const world = javaWorld();
    const stack = new SyntheticStack();
    const fp = pushThreadStart(world, stack);
    stack.skip(0x40);
    const registers = { rip: world.code.inCallHelper, rsp: stack.sp, rbp: fp };
    const anchor = { sp: 0, pc: 0, fp: 0 };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers, anchor }), world.walkTarget());
    expect(names(walked)).toEqual(ROOTS);
    expect(walked.stack).toMatchObject({ outcome: { kind: 'complete' }, hasJava: false });
  });

  test('an anchor read after the tick is believed where the stack agrees, and marked', () => {
    const world = javaWorld();
    const { stack, java, registers } = inVm(world, world.code.inCallerOut);
    const thread = world.jvm.thread(7);
    [java.sp, world.code.inCallerOut, java.fp].forEach((word, i) => world.jvm.memory.word(thread + 16 + 8 * i, word));
    const sample = syntheticSample({ stack: stack.captured(), registers });
    const walked = walk(sample, world.walkTarget({ reread: true }));
    expect(names(walked)).toEqual(['vm JavaCalls::call_helper', 'c1 A.caller@21', ...ROOTS]);
    expect(walked.stack.outcome).toEqual({ kind: 'approximate', reasons: ['reread-anchor'] });
  });

  test('a function without frame pointer over Java: the gap is shown, the rest goes on', () => {
    const world = javaWorld();
    const { stack, java, registers } = inVm(world, world.code.inCallerOut);
    const anchor = { sp: java.sp, pc: world.code.inCallerOut, fp: java.fp };
    const broken = { ...registers, rip: world.code.inNoFramePointer, rbp: 1 };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers: broken, anchor }), world.walkTarget());
    expect(names(walked)).toEqual(['vm memcpy_without_frame_pointer', 'marker [native gap]', 'c1 A.caller@21', ...ROOTS]);
    expect(walked.stack.outcome).toEqual({ kind: 'complete' });
  });
});

describe('a leaf without frame pointer that Java called directly', () => {
  /** A.caller (or A.interpreted) called memcpy, which sets no anchor and keeps no frame pointer. */
  function inMemcpy(world: JavaWorld, rbp: (java: PushedJava) => number) {
    const stack = new SyntheticStack();
    const java = pushJava(world, stack, pushThreadStart(world, stack));
    stack.push(world.code.inCallerOut);
    stack.skip(0x60);
    const thread = world.jvm.thread(7);
    const registers = { rip: world.code.inNoFramePointer, rsp: stack.sp, rbp: rbp(java) };
    return syntheticSample({ stack: stack.captured(), registers, anchor: { sp: 0, pc: 0, fp: 0, thread } });
  }
  const expected = ['vm memcpy_without_frame_pointer', 'marker [native gap]', 'c1 A.caller@21', ...ROOTS];

  test('rbp is anything: the call out of Java above is found, and marked as a guess', () => {
    const world = javaWorld();
    const walked = walk(inMemcpy(world, () => 1), world.walkTarget()); // prettier-ignore
    expect(names(walked)).toEqual(expected);
    expect(walked.stack.outcome).toEqual({ kind: 'approximate', reasons: ['unvalidated-step'] });
  });

  test("rbp is still the call stub's: its chain leads to the thread's start, past the Java frames, which are not lost", () => {
    const world = javaWorld();
    const walked = walk(inMemcpy(world, ({ fp }) => fp), world.walkTarget()); // prettier-ignore
    expect(names(walked)).toEqual(expected);
    expect(walked.stack).toMatchObject({ hasJava: true, outcome: { kind: 'approximate', reasons: ['unvalidated-step'] } });
  });

  test("rbp is still an older Java frame's: what is found nearer is the caller", () => {
    const world = javaWorld();
    const { stack, helper } = calledAgain(world);
    stack.push(world.code.inCallerOut);
    stack.skip(0x60);
    const thread = world.jvm.thread(7);
    const at = (rbp: number, sp: number) => {
      const registers = { rip: world.code.inNoFramePointer, rsp: sp, rbp };
      return walk(syntheticSample({ stack: stack.captured(), registers, anchor: { sp: 0, pc: 0, fp: 0, thread } }), world.walkTarget()); // prettier-ignore
    };
    const both = ['c1 A.caller@21', 'vm JavaCalls::call_helper', 'c1 A.caller@21', ...ROOTS];
    const walked = at(helper, stack.sp);
    expect(names(walked)).toEqual(['vm memcpy_without_frame_pointer', 'marker [native gap]', ...both]);
    expect(walked.stack.outcome).toEqual({ kind: 'approximate', reasons: ['unvalidated-step'] });
    // Nothing nearer than what rbp led to: Java frames in between are not known, and it is told.
    const alone = at(helper, helper);
    expect(names(alone)).toEqual(['vm memcpy_without_frame_pointer', 'marker [native gap]', 'c1 A.caller@21', ...ROOTS]);
    expect(alone.stack.outcome.kind).toBe('approximate');
  });

  test("a thread of the VM's own, where such a chain is all there is", () => {
    const world = javaWorld();
    const stack = new SyntheticStack();
    const fp = pushThreadStart(world, stack);
    stack.push(0);
    const registers = { rip: world.code.inNoFramePointer, rsp: stack.sp, rbp: fp };
    const sample = syntheticSample({ stack: stack.captured(), registers, anchor: { sp: 0, pc: 0, fp: 0, thread: 0x1234 } });
    const walked = walk(sample, world.walkTarget());
    expect(names(walked)).toEqual(['vm memcpy_without_frame_pointer', 'marker [native gap]', 'vm thread_native_entry']);
    expect(walked.stack.outcome).toEqual({ kind: 'approximate', reasons: ['native-gap'] });
  });

  test('called by the interpreter through a function of libjvm, which has saved rbp', () => {
    const world = javaWorld();
    world.jvm.memory.write(world.code.inInterpreter - CALL_OUT.length, CALL_OUT);
    const stack = new SyntheticStack();
    pushJava(world, stack, pushThreadStart(world, stack), { interpreted: true });
    // As if A.interpreted had called: take A.caller's frame away again.
    stack.sp += 0x20 + 8 + 8;
    const interpretedFp = stack.sp + 0x60;
    stack.push(world.code.inInterpreter);
    stack.push(interpretedFp);
    stack.skip(0x40);
    const thread = world.jvm.thread(7);
    const registers = { rip: world.code.inNoFramePointer, rsp: stack.sp, rbp: 0x1301 };
    const sample = syntheticSample({ stack: stack.captured(), registers, anchor: { sp: 0, pc: 0, fp: 0, thread } });
    const walked = walk(sample, world.walkTarget());
    expect(names(walked)).toEqual(['vm memcpy_without_frame_pointer', 'marker [native gap]', 'interpreted A.interpreted@20', ...ROOTS]); // prettier-ignore
    expect(walked.stack.outcome).toEqual({ kind: 'approximate', reasons: ['unvalidated-step'] });
  });
});

describe('what could not be captured has its reason', () => {
  const world = javaWorld();
  const { stack, java } = inLeaf(world);
  const registers = { rip: world.code.leaf + bodyOffset, rsp: stack.sp, rbp: java.fp };
  const whole = stack.captured();
  const page = (STACK_END - 1) - ((STACK_END - 1) % 4096); // prettier-ignore

  test('no registers', () => {
    expect(reasonOf(walk(syntheticSample({ stack: whole, registers: null }), world.walkTarget()))).toBe('no-registers');
  });

  test('a page that BPF could not read', () => {
    const chunks = whole.chunks.map(({ address, bytes }) => ({ address, bytes: new Uint8Array(bytes.length) }));
    const captured = { ...whole, chunks, unreadablePages: [asAddress(page)] };
    const sample = syntheticSample({ stack: captured, registers });
    expect(reasonOf(walk(sample, world.walkTarget()))).toBe('stack-unreadable');
    // Read again, it gives the same stack, marked.
    const alive = javaWorld();
    whole.chunks.forEach(({ address, bytes }) => alive.jvm.memory.write(address, bytes));
    alive.jvm.memory.write(page, new Uint8Array(stack.sp - page));
    const again = walk(sample, alive.walkTarget({ reread: true }));
    expect(again.stack.outcome).toEqual({ kind: 'approximate', reasons: ['reread-page'] });
    expect(names(again)).toEqual(['c2 A.leaf@3', 'c1 A.caller@21', ...ROOTS]);
  });

  test.each<[UnfinishedReason, Partial<typeof whole>]>([
    ['stack-cut', { cut: true }],
    ['stack-lost', { lostChunks: 1 }],
  ])('%s', (reason, parts) => {
    const first = whole.chunks[0];
    if (first === undefined) throw new Error('no chunk');
    const short = { ...first, bytes: first.bytes.subarray(0, 0x40 + 8) };
    const captured = { ...whole, chunks: [short], ...parts };
    const walked = walk(syntheticSample({ stack: captured, registers }), world.walkTarget());
    expect(reasonOf(walked)).toBe(reason);
    expect(names(walked).slice(0, 2)).toEqual(['c2 A.leaf@3', 'c1 A.caller@21']);
  });

  test('the process is gone: what is remembered still names its frames, the rest is the target exited', () => {
    const gone = javaWorld();
    const target = gone.walkTarget();
    const sample = syntheticSample({ stack: whole, registers });
    const before = names(walk(sample, target));
    gone.target.exit();
    target.hotspot?.code.beginBatch();
    target.hotspot?.methods.beginBatch();
    expect(names(walk(sample, target)).slice(0, 2)).toEqual(before.slice(0, 2));
    const nothing = javaWorld();
    const fresh = nothing.walkTarget();
    nothing.target.exit();
    expect(reasonOf(walk(sample, fresh))).toBe('target-exited');
  });

  test('a uretprobe in a return address', () => {
    const hijacked = inLeaf(world).stack;
    hijacked.write(hijacked.sp + 0x38, 0x7fffffffe000);
    const sample = syntheticSample({ stack: hijacked.captured(), registers });
    expect(reasonOf(walk(sample, world.walkTarget()))).toBe('return-hijacked');
  });

  test('code that was freed since the tick', () => {
    const churned = javaWorld();
    churned.jvm.segment(churned.code.leaf, 0xff);
    expect(reasonOf(walk(syntheticSample({ stack: whole, registers }), churned.walkTarget()))).toBe('code-changed');
  });
});

describe('hostile stacks', () => {
  test('a million native frames: cut, in a moment', () => {
    const world = javaWorld();
    const FRAMES = 1_000_000;
    const bytes = Buffer.alloc(16 * FRAMES);
    const start = STACK_END - bytes.length;
    for (let i = 0; i < FRAMES; i += 1) {
      bytes.writeBigUInt64LE(BigInt(start + 16 * (i + 1)), 16 * i);
      bytes.writeBigUInt64LE(BigInt(world.code.inCallHelper), 16 * i + 8);
    }
    const stack = { chunks: [{ address: asAddress(start), bytes: new Uint8Array(bytes) }], unreadablePages: [], end: asAddress(STACK_END), cut: false, lostChunks: 0 }; // prettier-ignore
    const registers = { rip: world.code.inCallHelper, rsp: start, rbp: start };
    const startMs = performance.now();
    const walked = walk(syntheticSample({ stack, registers }), world.walkTarget());
    expect(reasonOf(walked)).toBe('too-deep');
    expect(walked.stack.frames.length).toBeLessThanOrEqual(MAX_LOGICAL_FRAMES + 1);
    expect(performance.now() - startMs).toBeLessThan(3000);
  });

  test('a million compiled frames: cut as well', () => {
    const world = javaWorld();
    const FRAMES = 1_000_000;
    const bytes = Buffer.alloc(48 * FRAMES);
    const start = STACK_END - bytes.length;
    for (let i = 0; i < FRAMES; i += 1) bytes.writeBigUInt64LE(BigInt(world.code.inCaller), 48 * i + 40);
    const stack = { chunks: [{ address: asAddress(start), bytes: new Uint8Array(bytes) }], unreadablePages: [], end: asAddress(STACK_END), cut: false, lostChunks: 0 }; // prettier-ignore
    const registers = { rip: world.code.inCaller, rsp: start, rbp: start };
    expect(reasonOf(walk(syntheticSample({ stack, registers }), world.walkTarget()))).toBe('too-deep');
  });

  test('frames whose line tables are as large as can be: what one stack may cost is bounded, and what was found is shown', () => {
    const world = javaWorld();
    const { jvm, code } = world;
    const [lines, frames] = [1 << 18, 1000];
    const method = jvm.method({ className: 'A', name: 'long', codeSizeBytes: 60_000, lineTable: new Array<number>(lines).fill((1 << 3) | 1) }); // prettier-ignore
    const stack = new SyntheticStack();
    let fp = pushThreadStart(world, stack);
    for (let i = 0; i < frames; i += 1) {
      const senderSp = stack.sp;
      stack.push(code.inInterpreter);
      fp = stack.push(fp);
      stack.write(fp - 8, senderSp);
      stack.write(fp - 24, method);
      stack.write(fp - 64, jvm.codeBase(method) + i);
      stack.skip(0x60);
    }
    const registers = { rip: code.inInterpreter + 128, rsp: stack.sp, rbp: fp };
    const target = world.walkTarget();
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), target);
    expect(reasonOf(walked)).toBe('too-costly');
    expect(walked.stack.frames.length).toBeGreaterThan(100);
    expect(walked.stack.frames.length).toBeLessThan(MAX_WALK_READ_BYTES / lines + 2);
    // The next stack has a bound of its own.
    expect(reasonOf(walk(syntheticSample({ stack: inLeaf(world).stack.captured(), registers: null }), target))).toBe(
      'no-registers',
    );
    expect(target.hotspot?.memory.word(method)).toBe(0);
  });

  test.each([
    ['itself', 0],
    ['the one before', -16],
  ])('a frame pointer that points to %s', (_, by) => {
    const world = javaWorld();
    const stack = new SyntheticStack();
    pushThreadStart(world, stack);
    stack.push(world.code.inCallHelper);
    const fp = stack.push(0);
    stack.write(fp, fp + by);
    stack.skip(0x20);
    const registers = { rip: world.code.inCallHelper, rsp: stack.sp, rbp: fp };
    const walked = walk(syntheticSample({ stack: stack.captured(), registers }), world.walkTarget());
    expect(walked.stack.outcome.kind).toBe('unfinished');
    expect(walked.stack.frames.length).toBeLessThan(5);
  });

  test('any words in stack, registers and anchor: it ends, in bounds, with an outcome of the closed set', () => {
    const world = javaWorld();
    const { stack, java } = inLeaf(world, { interpreted: true });
    const { code } = world;
    const interesting = fc.constantFrom(
      0, 1, -1, 8, java.sp, java.fp, java.fp + 8, java.anchorAt, stack.sp, STACK_END - 8, STACK_END, 2 ** 53, 2 ** 63,
      ...Object.values(code), code.leaf + bodyOffset, code.inInterpreter + 128, world.jvm.heapHigh - 1, world.methods.interpreted,
    ); // prettier-ignore
    const word = fc.oneof(
      { weight: 4, arbitrary: interesting },
      fc.maxSafeNat(),
      fc.nat(0x400).map((n) => stack.sp + 8 * n),
    );
    const words = (STACK_END - stack.sp) / 8;
    const change = fc.record({
      words: fc.array(fc.tuple(fc.nat(words - 1), word), { maxLength: 12 }),
      registers: fc.record({ rip: word, rsp: fc.oneof(fc.constant(stack.sp), word), rbp: word, rbx: word, r13: word, rax: word }),
      anchor: fc.option(fc.record({ sp: word, pc: word, fp: word })),
      parts: fc.record({ cut: fc.boolean(), lostChunks: fc.nat(1) }),
      reread: fc.boolean(),
    });
    fc.assert(
      fc.property(change, ({ words: changed, registers, anchor, parts, reread }) => {
        const fresh = inLeaf(world, { interpreted: true }).stack;
        for (const [at, value] of changed) fresh.write(stack.sp + 8 * at, value);
        walk(syntheticSample({ stack: fresh.captured(parts), registers, anchor }), world.walkTarget({ reread }));
      }),
      { numRuns: 400 },
    );
  }, 60_000);
});

test('32-bit code ends at once: what lies on its stack are no 64-bit words', () => {
  const world = javaWorld();
  const { stack } = inLeaf(world);
  const sample = syntheticSample({ stack: stack.captured(), registers: { rip: world.code.leaf, rsp: stack.sp } });
  const registers = sample.registers && { ...sample.registers, cs: 0x23 };
  expect(reasonOf(walk({ ...sample, registers }, world.walkTarget()))).toBe('32-bit-code');
});

test('32-bit code of aarch64 is told by its state', () => {
  const world = javaWorld();
  const sample = syntheticSample({ stack: new SyntheticStack().captured(), registers: {} });
  const { native, ...rest } = world.walkTarget();
  const target = { ...rest, native: new NativeCode({ ...world.target, architecture: 'aarch64' }), hotspot: null };
  const withState = (pstate: number): Registers =>
    Object.fromEntries(AARCH64_REGISTERS.map((name) => [name, name === 'pstate' ? pstate : 0])) as Aarch64Registers;
  expect(native.architecture.name).toBe('x86-64');
  // NZCV, the instruction set (T32) and the mode, AArch32 user.
  expect(reasonOf(walk({ ...sample, registers: withState(0x6000_0030) }, target))).toBe('32-bit-code');
  expect(reasonOf(walk({ ...sample, registers: withState(0x6000_0000) }, target))).toBe('unknown-code');
});

test('a thread of the kernel has kernel frames, and no user registers to miss', () => {
  const world = javaWorld();
  const sample = {
    ...syntheticSample({ stack: new SyntheticStack().captured(), registers: {} }),
    mode: 'kernel-thread',
    registers: null,
  } as const;
  const frame = { ...walk(sample, world.walkTarget()).stack.frames[0], kind: 'kernel', marker: null } as Frame;
  expect(walkSample(sample, [frame], world.walkTarget()).stack.outcome).toEqual({ kind: 'complete' });
  expect(reasonOf(walk(sample, world.walkTarget()))).toBe('unknown-code');
});
