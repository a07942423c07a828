// Frames of the template interpreter on x86-64 (hotspot/cpu/x86/frame_x86.hpp, templateInterpreterGenerator_x86.cpp): what stands in
// them, and the leaf's states before the frame is there and after it is gone.
//
// | JDK   | slots                                                          |
// |-------|----------------------------------------------------------------|
// | 8     | as below without the mirror: bcp at -7; tested (test/real/jdk/old-jdks.test.ts) |
// | 9+    | as below; tested on 11 (same), 17 (test/real/accuracy.test.ts) |
//
// No table tells where the bcp is. Both slots are read: the other one holds a stack address in either layout (8: the bottom of the
// expression stack, 9+: the locals), which never lies in a method's bytecode, as a bcp must.

import { asX86, registerByNumber, type Registers, type X86Registers } from '../../model/registers.ts';
import { type CodeBytes, matches } from '../arch/code-bytes.ts';
import { activationEnd } from '../arch/x86-code.ts';
import type { StackWindow } from '../stack-window.ts';
import { type Codelet, isMethodEntry } from './codelets.ts';
import { FRAME_ENTRIES, type InterpreterState } from './interpreter-state.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';

/** Offsets from fp in bytes (frame::interpreter_frame_*_offset). */
const SLOT = { returnAddress: 8, savedFp: 0, senderSp: -8, method: -24, bcpWithoutMirror: -56, bcp: -64 } as const;

/** push rax (return address); push rbp; mov rbp, rsp: start of generate_fixed_frame. */
const FIXED_FRAME = [0x50, 0x55, 0x48, 0x8b, 0xec] as const;
/** pop rax; lea r14, [rsp + rcx*8 - 8]: the return address moves into rax, the locals are made below. */
const POP_RETURN = [0x58, 0x4c, 0x8d, 0x74, 0xcc] as const;
/** pop rax; mov rsp, r13; push rax: way to the stack overflow error. */
const OVERFLOW_EXIT = [0x58, 0x49, 0x8b, 0xe5, 0x50] as const;

/** The frame at `frame.fp`, for a pc whose interpreter frame is whole: every caller, and most leaves. */
export function wholeFrame(window: StackWindow, frame: PhysicalFrame, liveBcp: number | null): InterpreterState {
  const { fp } = frame;
  const savedBcps = [window.word(fp + SLOT.bcp), window.word(fp + SLOT.bcpWithoutMirror)];
  return {
    kind: 'frame',
    method: window.word(fp + SLOT.method),
    bcps: liveBcp === null ? savedBcps : [liveBcp, ...savedBcps],
    caller: callerFrame(window.word(fp + SLOT.returnAddress), window.word(fp + SLOT.senderSp), window.word(fp + SLOT.savedFp)),
  };
}

/** The method of a whole frame at `fp`; null where the stack was not copied. */
export function interpretedMethod(window: StackWindow, fp: number): number | null {
  return window.tryWord(fp + SLOT.method);
}

/** State of a leaf: `code` is the codelet's whole code (method entries) or what lies around pc. */
export function leafState(window: StackWindow, given: Registers, codelet: Codelet, code: CodeBytes): InterpreterState {
  const registers = asX86(given);
  const leaf: PhysicalFrame = { pc: registers.rip, sp: registers.rsp, fp: registers.rbp, isLeaf: true };
  const end = activationEnd(code, leaf.pc);
  if (end !== null) return { kind: 'left', caller: afterActivation(window, registers, end) };
  if (!isMethodEntry(codelet)) return wholeFrame(window, leaf, registers.r13);
  return methodEntry(window, registers, codelet, code, leaf);
}

function afterActivation(
  window: StackWindow,
  registers: X86Registers,
  end: NonNullable<ReturnType<typeof activationEnd>>,
): PhysicalFrame {
  const value = (number: number): number => registerByNumber(registers, number);
  switch (end.kind) {
    case 'before-pop':
      return callerFrame(window.word(registers.rsp), value(end.senderSpRegister), registers.rbp);
    case 'after-pop':
      return callerFrame(value(end.returnRegister), value(end.senderSpRegister), registers.rbp);
    case 'before-jump':
      return callerFrame(value(end.returnRegister), registers.rsp, registers.rbp);
    default:
      return end satisfies never;
  }
}

/** Math and CRC32 entries: return address on top of the stack, sender's sp in r13, method in rbx; fp is the caller's. */
function enteringWithoutFrame(window: StackWindow, registers: X86Registers, code: CodeBytes): InterpreterState {
  const end = activationEnd(code, registers.rip);
  if (end !== null) return { kind: 'left', caller: afterActivation(window, registers, end) };
  return {
    kind: 'entering',
    method: registers.rbx,
    caller: callerFrame(window.word(registers.rsp), registers.r13, registers.rbp),
    bySenderSp: callerFrame(window.tryWord(registers.r13 - 8) ?? 0, registers.r13, registers.rbp),
  };
}

function methodEntry(
  window: StackWindow,
  registers: X86Registers,
  codelet: Codelet,
  code: CodeBytes,
  leaf: PhysicalFrame,
): InterpreterState {
  const fixedFrame = find(code, FIXED_FRAME);
  const popReturn = find(code, POP_RETURN);
  const overflow = find(code, OVERFLOW_EXIT);
  if (fixedFrame === null || popReturn === null) {
    const buildsFrame = FRAME_ENTRIES.some((kind) => codelet.description.includes(kind));
    return buildsFrame ? wholeFrame(window, leaf, registers.r13) : enteringWithoutFrame(window, registers, code);
  }
  const { pc, sp } = leaf;
  const entering = (returnAddress: number, savedFp: number): InterpreterState => ({
    kind: 'entering',
    method: registers.rbx,
    caller: callerFrame(returnAddress, registers.r13, savedFp),
    bySenderSp: null,
  });
  if (overflow !== null && pc > overflow && pc <= overflow + 4) return entering(registers.rax, registers.rbp);
  if (pc <= popReturn) return entering(window.word(sp), registers.rbp);
  if (pc <= fixedFrame) return entering(registers.rax, registers.rbp);
  if (pc === fixedFrame + 1) return entering(window.word(sp), registers.rbp);
  if (pc < fixedFrame + FIXED_FRAME.length) return entering(window.word(sp + 8), window.word(sp));
  const { fp } = leaf;
  // Inside the pushes of the fixed frame: the sender's sp and the method may still be only in r13 and rbx.
  if (sp > fp + SLOT.bcp) {
    const senderSp = sp <= fp + SLOT.senderSp ? window.word(fp + SLOT.senderSp) : registers.r13;
    const method = sp <= fp + SLOT.method ? window.word(fp + SLOT.method) : registers.rbx;
    return {
      kind: 'entering',
      method,
      caller: callerFrame(window.word(fp + SLOT.returnAddress), senderSp, window.word(fp)),
      bySenderSp: null,
    };
  }
  return wholeFrame(window, leaf, registers.r13);
}

function find(code: CodeBytes, pattern: readonly number[]): number | null {
  for (let at = code.address; at + pattern.length <= code.address + code.bytes.length; at += 1) {
    if (matches(code, at, pattern)) return at;
  }
  return null;
}
