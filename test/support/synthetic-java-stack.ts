// One small JVM with everything a stack can run through, and stacks on it built as the code would build them:
//   A.leaf (c2) ← A.caller (c1) ← [A.interpreted] ← call stub ← JavaCalls::call_helper ← thread_native_entry
// Tests change single words of it. Addresses of code are those after a call where a return address is meant.

import type { WalkTarget } from '../../src/unwind/walk-target.ts';
import { NativeCode } from '../../src/unwind/native/native-code.ts';
import { bytesOf, X86, type Instruction } from './frame-simulator.ts';
import { SyntheticJvm } from './synthetic-jvm.ts';
import type { SyntheticStack } from './synthetic-sample.ts';
import { syntheticTarget, type SyntheticTarget } from './synthetic-target.ts';

const CALL = [0xe8, 0, 0, 0, 0];
/** mov r10, imm64; call r10: from anywhere to a function of libjvm. */
export const CALL_OUT = [0x49, 0xba, 0x00, 0x10, 0x00, 0x00, 0x00, 0x7e, 0x00, 0x00, 0x41, 0xff, 0xd2]; // to LIBJVM + 0x1000
const LIBJVM = 0x7e00_0000_0000;
const FUNCTION_BYTES = 64;
const FRAME_POINTER_PROLOGUE = [0x55, 0x48, 0x89, 0xe5];
/** Offset of the return address in each native function. */
const NATIVE_RETURN = 32;

/** The leaf's code, as C2 makes it with a stack bang: 0x30 bytes of frame below the saved rbp. */
export const LEAF_CODE: readonly Instruction[] = [
  X86.bang,
  X86.pushRbp,
  X86.subRsp8(0x30),
  X86.nop,
  X86.addEaxEdx,
  X86.addRsp8(0x30),
  X86.popRbp,
  X86.poll32,
  X86.ja,
  X86.ret,
];
const LEAF_FRAME_WORDS = 8;
const LEAF_FRAME_COMPLETE = bytesOf(LEAF_CODE.slice(0, 3)).length;

export interface JavaWorld {
  readonly jvm: SyntheticJvm;
  readonly target: SyntheticTarget;
  readonly code: {
    readonly leaf: number;
    /** Return addresses. */
    readonly inCaller: number;
    /** In A.caller, after a call of a C++ function. */
    readonly inCallerOut: number;
    readonly inInterpreter: number;
    readonly inCallStub: number;
    /** In the call stub, its frame whole. */
    readonly callStubCalls: number;
    readonly inCatchException: number;
    readonly inCallHelper: number;
    readonly inThreadEntry: number;
    readonly inNoFramePointer: number;
  };
  readonly methods: { readonly interpreted: number };
  /** For walkSample. `reread`: whether pages and anchors may be read after the tick. */
  walkTarget(options?: { readonly reread?: boolean }): WalkTarget;
}

export function javaWorld(): JavaWorld {
  const jvm = new SyntheticJvm();
  const method = (name: string) => jvm.method({ className: 'A', name, codeSizeBytes: 40, lineTable: [10, (20 << 3) | 5, 0] });
  const [leafMethod, callerMethod, interpreted] = [method('leaf'), method('caller'), method('interpreted')];
  const scopes = (bci: number, owner: number, ...at: number[]) => at.map((pc) => ({ at: pc, chain: [{ method: owner, bci }] }));
  const leaf = jvm.blob({
    name: 'nmethod',
    code: bytesOf(LEAF_CODE),
    frameSizeWords: LEAF_FRAME_WORDS,
    frameComplete: LEAF_FRAME_COMPLETE,
    nmethod: { method: leafMethod, level: 4, scopes: scopes(3, leafMethod, bytesOf(LEAF_CODE).length) },
  });
  // push rbp; sub rsp, 0x20; call; nop; call out; …
  const callerPrologue = bytesOf([X86.pushRbp, X86.subRsp8(0x20)]);
  const [afterCall, afterCallOut] = [callerPrologue.length + 5, callerPrologue.length + 5 + 1 + CALL_OUT.length];
  const caller = jvm.blob({
    name: 'nmethod',
    code: [...callerPrologue, ...CALL, 0x90, ...CALL_OUT, 0x90, ...bytesOf([X86.addRsp8(0x20), X86.popRbp, X86.ret])],
    frameSizeWords: 6,
    frameComplete: callerPrologue.length,
    nmethod: { method: callerMethod, level: 3, scopes: scopes(21, callerMethod, afterCall, afterCallOut) },
  });
  const interpreter = jvm.blob({ name: 'Interpreter', code: new Array<number>(256).fill(0x90), frameSizeWords: 0 });
  jvm.codelets.push(
    { start: interpreter, end: interpreter + 128, description: 'return entry points' },
    { start: interpreter + 128, end: interpreter + 256, description: 'iadd' },
  );
  const stubs = jvm.blob({ name: 'StubRoutines (1)', code: [...new Array<number>(16).fill(0x90), ...SAVE_LAST, ...new Array<number>(7).fill(0x90), ...CALL, 0x90, 0xc3, 0x90, 0x90], frameSizeWords: 0 }); // prettier-ignore
  jvm.stubs.push({ start: stubs, end: stubs + 34, description: 'call_stub' }, { start: stubs + 34, end: stubs + 36, description: 'catch_exception' }); // prettier-ignore
  jvm.callStubReturn = stubs + 32;

  const functions = ['JavaCalls::call_helper', 'thread_native_entry', 'memcpy_without_frame_pointer'].map((name, i) => {
    const start = LIBJVM + 0x1000 + i * FUNCTION_BYTES;
    const prologue = i === 2 ? [] : FRAME_POINTER_PROLOGUE;
    const body = new Array<number>(NATIVE_RETURN - prologue.length - CALL.length).fill(0x90);
    jvm.memory.write(start, [...prologue, ...body, ...CALL, ...new Array<number>(FUNCTION_BYTES - NATIVE_RETURN).fill(0x90)]);
    return { name, start, sizeBytes: FUNCTION_BYTES };
  });
  const nativeReturn = (i: number): number => LIBJVM + 0x1000 + i * FUNCTION_BYTES + NATIVE_RETURN;
  const library = { path: '/jdk/lib/server/libjvm.so', start: LIBJVM, end: LIBJVM + 0x10_0000, functions };
  const target = syntheticTarget(jvm.memory, library);
  return {
    jvm,
    target,
    code: {
      leaf,
      inCaller: caller + afterCall,
      inCallerOut: caller + afterCallOut,
      inInterpreter: interpreter + 16,
      inCallStub: stubs + 32,
      callStubCalls: stubs + 24,
      inCatchException: stubs + 34,
      inCallHelper: nativeReturn(0),
      inThreadEntry: nativeReturn(1),
      inNoFramePointer: nativeReturn(2),
    },
    methods: { interpreted },
    walkTarget: ({ reread = false } = {}) => ({
      hotspot: jvm.process(target),
      notReady: null,
      native: new NativeCode(target),
      reread: reread ? target : null,
      alive: () => target.alive(),
    }),
  };
}

/** mov [rbp - 88], r15: the call stub has saved its JavaCallWrapper and C++'s registers. */
const SAVE_LAST = [0x4c, 0x89, 0x7d, 0xa8];

/** Where things are in a stack made by {@link pushJava}. */
export interface PushedJava {
  /** The caller's stack pointer at the call of the leaf. */
  readonly sp: number;
  /** rbp in the caller at that call. */
  readonly fp: number;
  /** Address of the JavaFrameAnchor in the call wrapper. */
  readonly anchorAt: number;
}

/** The frames of a new thread up to call_helper: returns its frame pointer. */
export function pushThreadStart(world: JavaWorld, stack: SyntheticStack): number {
  stack.push(0);
  const fp = stack.push(0);
  stack.skip(0x40);
  stack.push(world.code.inThreadEntry);
  return stack.push(fp);
}

/**
 * call_helper → call stub → (A.interpreted →) A.caller, calling. `anchor`: the Java frames below this entry; null: none.
 * `nativeFp`: call_helper's frame pointer.
 */
export function pushJava(
  world: JavaWorld,
  stack: SyntheticStack,
  nativeFp: number,
  options: {
    readonly anchor?: { readonly sp: number; readonly pc: number; readonly fp: number } | null;
    readonly interpreted?: boolean;
  } = {},
): PushedJava {
  const { code, jvm, methods } = world;
  const wrapper = stack.skip(0x80);
  const anchorAt = wrapper + 32;
  const { anchor = null } = options;
  stack.write(anchorAt, anchor?.sp ?? 0);
  stack.write(anchorAt + 8, anchor?.pc ?? 0);
  stack.write(anchorAt + 16, anchor?.fp ?? 0);
  stack.push(code.inCallHelper);
  let fp = stack.push(nativeFp);
  stack.write(fp - 48, wrapper);
  stack.skip(0x60);
  if (options.interpreted === true) {
    const senderSp = stack.sp;
    stack.push(code.inCallStub);
    fp = stack.push(fp);
    stack.write(fp - 8, senderSp);
    stack.write(fp - 24, methods.interpreted);
    stack.write(fp - 64, jvm.codeBase(methods.interpreted) + 20);
    stack.skip(0x60);
    stack.push(code.inInterpreter);
  } else {
    stack.push(code.inCallStub);
  }
  stack.push(fp);
  stack.skip(0x20);
  return { sp: stack.sp, fp, anchorAt };
}
