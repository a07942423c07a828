// The step of a Java walk over a leaf in the stub that compiled code is led to from a safepoint poll inside a method. The signal handler leaves
// the poll's pc in the thread and jumps; the stub makes room for a return address, saves all registers, and only then puts that pc there.
// Until it has, the word holds anything, on aarch64 the return address of an older call. Nor is the poll's pc, once there, one behind a call;
// when the VM was called the stub moves it on, to behind the poll, for which the VM has no scopes (from JDK 10 on).
// hotspot/cpu/{x86,aarch64}/sharedRuntime_*.cpp, generate_handler_blob. The stub for polls at a return has its caller's address where any has.

import { linkOf, registerByNumber, type Registers } from '../../model/registers.ts';
import { hex, WORD_BYTES } from '../../model/units.ts';
import type { StubState } from '../arch/code-bytes.ts';
import { MemoryFault } from '../memory-view.ts';
import { type StackWindow, WalkStop } from '../stack-window.ts';
import type { CodeIndex, KnownBlob } from './code-index.ts';
import { valueOf } from './frame-callers.ts';
import { stubFrame } from './java-frames.ts';
import { runtimeStubLeafState, wayOutOf } from './leaf-state.ts';
import type { MethodInfo } from './methods.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';
import type { WalkContext } from './walk-context.ts';

const NAME = 'SafepointBlob';
/** With all vector registers to save it has 2 KB. */
const MAX_BLOB_BYTES = 8192;

/** Pushes the stub's frame, and leads to the method that polled; null: it is another stub, or its code is not known. Throws WalkStop, MemoryFault. */
export function safepointStep(
  context: WalkContext,
  known: KnownBlob,
  frame: PhysicalFrame,
  registers: Registers | null,
): PhysicalFrame | null {
  const { architecture, process, window } = context;
  const { blob } = known;
  const { savedExceptionPc } = process.layout.javaThread;
  if (blob.name !== NAME || registers === null || savedExceptionPc === null) return null;
  const end = Math.min(blob.codeEnd, blob.codeBegin + MAX_BLOB_BYTES);
  const storeAt = architecture.stubs.pollPcStore(process.code.code(blob.codeBegin, end), savedExceptionPc);
  if (storeAt === null) return null;
  const state =
    wayOutOf(process.code, known, frame.pc, process.callStubReturn) ?? runtimeStubLeafState(process.code, known, frame.pc);
  if (state.kind === 'whole' || state.kind === 'popped' || state.kind === 'kept') return null;
  context.push(stubFrame(blob.name, blob.name), frame);
  const caller = callerByCode(window, frame, state, registers);
  if (caller === null) throw new WalkStop('bad-frame', `the frame of ${NAME} at ${hex(frame.sp)} leads out of the stack`);
  if (frame.pc > storeAt) return { ...caller, pc: pollOf(context, caller.pc) };
  // Read after the tick: the thread may be at another poll by then.
  window.approximations.add('unvalidated-step');
  const thread = registerByNumber(registers, architecture.threadRegister);
  const polling = { ...caller, pc: pollOf(context, process.memory.word(thread + savedExceptionPc)) };
  if (isCalledFalsely(context, polling))
    throw new WalkStop('code-changed', `by now the thread was at another poll, ${hex(polling.pc)}`);
  return polling;
}

/**
 * Whether the frame above is that of another method's caller: its call goes to another compiled method, or by a table of virtual methods to one that
 * is static. Where it goes to a stub that looks for its target, nothing is known; nor where it goes to a native one: those of method handles
 * (linkToStatic and its like, SharedRuntime::generate_native_wrapper) jump on to any method.
 */
function isCalledFalsely({ process: { code, methods }, window }: WalkContext, { pc, sp }: PhysicalFrame): boolean {
  const polling = code.at(pc);
  const returnAddress = window.tryReturnAddress(sp + (polling?.blob.frameSizeBytes ?? 0) - WORD_BYTES);
  const target = returnAddress === null || !code.covers(returnAddress) ? null : code.callTarget(returnAddress);
  const own = polling?.blob.nmethod == null ? null : methods.info(polling.blob.nmethod.method);
  if (own === null || returnAddress === null || target === null || !code.covers(target)) return false;
  const called = blobAt(code, target);
  if (called === null || called.blob.address === blobAt(code, returnAddress)?.blob.address) return false;
  if (called.blob.kind === 'vtable-stub') return own.isStatic;
  const { nmethod } = called.blob;
  const other = nmethod === null || nmethod.isNative ? null : methods.info(nmethod.method);
  return other !== null && !canBeCalledThere(own, other);
}

/** Whether a call that now leads to `other` may have led to `own` at the tick: of another version of its class, or where calls are virtual of another class. */
function canBeCalledThere(own: MethodInfo, other: MethodInfo): boolean {
  const nameOf = ({ name, isStatic }: MethodInfo): string => (isStatic ? name : name.slice(name.lastIndexOf('.')));
  return own.isStatic === other.isStatic && own.signature === other.signature && nameOf(own) === nameOf(other);
}

/** A check that only rejects ends no walk. */
function blobAt(code: CodeIndex, pc: number): KnownBlob | null {
  try {
    return code.at(pc);
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}

/** The poll that a pc is of, its own or the one behind it. The rules for other frames would take an older return address for it: there is no other way. */
function pollOf(context: WalkContext, pc: number): number {
  if (isPoll(context, pc)) return pc;
  const { code } = context.process;
  const known = code.covers(pc) ? code.at(pc) : null;
  const before = known === null ? [] : context.architecture.stubs.pollsBefore(code.codeAround(known.blob, pc), pc);
  const poll = before.find((at) => isPoll(context, at));
  if (poll !== undefined) return poll;
  throw new WalkStop('code-changed', `${hex(pc)}, where a poll was, is none any more`);
}

/** Where the method's frame is, whatever the word for its pc holds; null: not in the stack. Throws WalkStop. */
function callerByCode(
  window: StackWindow,
  frame: PhysicalFrame,
  state: Exclude<StubState, { readonly kind: 'whole' | 'popped' | 'kept' }>,
  registers: Registers,
): PhysicalFrame | null {
  switch (state.kind) {
    case 'way-out': {
      // At the very first instruction the room is not made yet.
      const at = valueOf(window, registers, state.returnAt);
      const fp = valueOf(window, registers, state.fp);
      if (at === null || fp === null || at < frame.sp - WORD_BYTES) return null;
      return callerFrame(at < frame.sp ? 0 : window.returnAddress(at), at + WORD_BYTES, fp);
    }
    case 'frame-pointer':
      if (!window.covers(frame.fp) || frame.fp < frame.sp) return null;
      return callerFrame(window.returnAddress(frame.fp + 8), frame.fp + 16, window.word(frame.fp));
    case 'linked': {
      const sp = state.spRegister === null ? frame.sp + state.spOffset : registerByNumber(registers, state.spRegister);
      return callerFrame(linkOf(registers) ?? 0, sp, frame.fp);
    }
    case 'partial': {
      const fp = state.savedFpAt === null ? frame.fp : window.word(frame.sp + state.savedFpAt);
      return callerFrame(window.returnAddress(frame.sp + state.returnAt), frame.sp + state.returnAt + WORD_BYTES, fp);
    }
    default:
      return state satisfies never;
  }
}

/** Whether the VM has scopes for exactly this place of a method: polls have them, as calls do. */
function isPoll({ process: { code } }: WalkContext, pc: number): boolean {
  const known = code.covers(pc) ? code.at(pc) : null;
  if (known?.blob.nmethod == null) return false;
  if (known.blob.nmethod.deoptHandlers.includes(pc)) return true;
  const found = code.scopesAt(known, pc);
  return found.kind === 'scopes' && found.exact;
}
