// Frames of the template interpreter on aarch64 (hotspot/cpu/aarch64/frame_aarch64.hpp, templateInterpreterGenerator_aarch64.cpp,
// interp_masm_aarch64.cpp): what stands in them, and the leaf's states before the frame is there and after it is gone. The
// expression stack has a register of its own (x20, esp): sp lies somewhere below it.
//
// | JDK | slots as below                                                              |
// |-----|-----------------------------------------------------------------------------|
// | 17, 21 | tested (test/real/aarch64.test.ts)                                       |
// | 9+  | same slots by source; the sender's sp is in x13 up to 19, in x19 from 20    |

import { type Aarch64Registers, isAarch64, registerByNumber, type Registers } from '../../model/registers.ts';
import {
  frameRecordOf,
  INSTRUCTION_BYTES,
  isJump,
  isNeutral,
  isReturn,
  MOV_SP_FP,
  pairOf,
  setsFramePointer,
  SP,
  spMovedBy,
  takesLink,
  wordAt,
} from '../arch/a64-instructions.ts';
import type { CodeBytes } from '../arch/code-bytes.ts';
import type { StackWindow } from '../stack-window.ts';
import { type Codelet, isMethodEntry } from './codelets.ts';
import { FRAME_ENTRIES, type InterpreterState } from './interpreter-state.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';

/** Offsets from fp in bytes (frame::interpreter_frame_*_offset). */
const SLOT = { returnAddress: 8, savedFp: 0, senderSp: -8, method: -24, bcp: -72 } as const;
const FRAME_RECORD_BYTES = 16;
/** stp xzr, xN, [sp, #64] stores the sender's sp in the frame that is being made: xN is where it was until then. */
const SENDER_SP_PAIR_BYTES = 64;
const ZERO_REGISTER = 31;
/** Where no such store is found: JDK 20 and later. */
const DEFAULT_SENDER_SP = 19;

/** The frame at `frame.fp`, for a pc whose interpreter frame is whole. */
export function wholeFrame(window: StackWindow, frame: PhysicalFrame, liveBcp: number | null): InterpreterState {
  const { fp } = frame;
  const savedBcp = window.word(fp + SLOT.bcp);
  return {
    kind: 'frame',
    method: window.word(fp + SLOT.method),
    bcps: liveBcp === null ? [savedBcp] : [liveBcp, savedBcp],
    caller: callerFrame(
      window.returnAddress(fp + SLOT.returnAddress),
      callerSp(window.word(fp + SLOT.senderSp), fp + FRAME_RECORD_BYTES),
      window.word(fp + SLOT.savedFp),
    ),
  };
}

/** The method of a whole frame at `fp`; null where the stack was not copied. */
export function interpretedMethod(window: StackWindow, fp: number): number | null {
  return window.tryWord(fp + SLOT.method);
}

/**
 * A compiled caller's sp is what it was at its call. An interpreted caller's lies anywhere below its expression stack, where the
 * frame it called may have been put above it: such a caller is found by its fp, and counts as beginning where its callee ends.
 */
function callerSp(senderSp: number, calleeEnd: number): number {
  return Math.max(senderSp, calleeEnd);
}

/** State of a leaf: `code` is the codelet's whole code (method entries) or what lies around pc. */
export function leafState(window: StackWindow, given: Registers, codelet: Codelet, code: CodeBytes): InterpreterState {
  if (!isAarch64(given)) throw new Error('registers of another architecture');
  const registers = given;
  if (hasLeft(code, registers.pc))
    // esp was the sender's sp until it was moved to sp.
    return { kind: 'left', caller: callerFrame(registers.x30, callerSp(registers.x20, registers.sp), registers.x29) };
  if (isLeaving(code, registers)) {
    // sp is back at the frame record, the frame below it no longer in the stack.
    const [returnAddress, fp] = [window.returnAddress(registers.sp + 8), window.word(registers.sp)];
    return { kind: 'left', caller: callerFrame(returnAddress, callerSp(registers.x20, registers.sp + FRAME_RECORD_BYTES), fp) };
  }
  const leaf: PhysicalFrame = { pc: registers.pc, sp: registers.sp, fp: registers.x29, isLeaf: true };
  if (!isMethodEntry(codelet)) return wholeFrame(window, leaf, registers.x22);
  if (!FRAME_ENTRIES.some((kind) => codelet.description.includes(kind))) return enteringWithoutFrame(registers, code);
  return methodEntry(window, registers, code, leaf);
}

/** Instructions between `ldp x29, x30, [sp], #16` of remove_activation and its ret, or a loop's and its jump to code compiled for it. */
const MAX_AFTER_LEAVE_INSTRUCTIONS = 6;

/** Between the two instructions of `leave`: mov sp, x29; ldp x29, x30, [sp], #16. */
function isLeaving(code: CodeBytes, { pc, sp, x29 }: Aarch64Registers): boolean {
  const record = frameRecordOf(wordAt(code, pc) ?? 0);
  return record?.isLoad === true && record.mode === 'post' && sp === x29;
}

/** Whether pc stands behind `leave` and before the return, or the jump of on-stack replacement: x30 and x29 are the caller's. */
function hasLeft(code: CodeBytes, pc: number): boolean {
  for (let i = 0; ; i += 1) {
    const word = wordAt(code, pc + i * INSTRUCTION_BYTES);
    if (word === null || i > MAX_AFTER_LEAVE_INSTRUCTIONS) return false;
    if (isReturn(word) || isJump(word)) break;
    if (!isNeutral(word) && !alignsSp(word)) return false;
  }
  for (let i = 1; i <= MAX_AFTER_LEAVE_INSTRUCTIONS; i += 1) {
    const word = wordAt(code, pc - i * INSTRUCTION_BYTES);
    if (word === null) return false;
    const record = frameRecordOf(word);
    if (record?.isLoad === true && record.mode === 'post') return true;
    if (!isNeutral(word) && !alignsSp(word)) return false;
  }
  return false;
}

/** What sets sp to the sender's: and sp, x20, #-16; in native entries mov sp, xN. */
function alignsSp(word: number): boolean {
  return word === 0x927c_ee9f || ((word & 0xffff_fc1f) >>> 0 === 0x9100_001f && word !== MOV_SP_FP);
}

/** Math and CRC32 entries: sender's sp in its register, method in x12; fp is the caller's, the return address in x30 or kept in x19. */
function enteringWithoutFrame(registers: Aarch64Registers, code: CodeBytes): InterpreterState {
  let link = registers.x30;
  for (let at = code.address; at < registers.pc; at += INSTRUCTION_BYTES) {
    const kept = takesLink(wordAt(code, at) ?? 0);
    if (kept !== null) link = registerByNumber(registers, kept);
  }
  const sp = callerSp(registerByNumber(registers, senderSpRegister(code)), registers.sp);
  return { kind: 'entering', method: registers.x12, caller: callerFrame(link, sp, registers.x29), bySenderSp: null };
}

function methodEntry(window: StackWindow, registers: Aarch64Registers, code: CodeBytes, leaf: PhysicalFrame): InterpreterState {
  const frame = fixedFrame(code);
  if (frame === null) return wholeFrame(window, leaf, registers.x22);
  const { pc, fp } = leaf;
  const senderSp = registerByNumber(registers, frame.senderSpRegister);
  if (pc <= frame.setsFp)
    return {
      kind: 'entering',
      method: registers.x12,
      caller: callerFrame(registers.x30, callerSp(senderSp, registers.sp), registers.x29),
      bySenderSp: null,
    };
  if (pc <= frame.storesSenderSp) {
    const caller = callerFrame(
      window.returnAddress(fp + SLOT.returnAddress),
      callerSp(senderSp, fp + FRAME_RECORD_BYTES),
      window.word(fp),
    );
    return { kind: 'entering', method: registers.x12, caller, bySenderSp: null };
  }
  return wholeFrame(window, leaf, registers.x22);
}

interface FixedFrame {
  /** add x29, sp, #80: up to it x29 and x30 are the caller's. */
  readonly setsFp: number;
  readonly storesSenderSp: number;
  readonly senderSpRegister: number;
}

/** generate_fixed_frame: the record in the new frame, x29, the sender's sp; null: not found. */
function fixedFrame(code: CodeBytes): FixedFrame | null {
  let setsFp: number | null = null;
  for (let at = code.address; at < code.address + code.bytes.length; at += INSTRUCTION_BYTES) {
    const word = wordAt(code, at);
    if (word === null) return null;
    if (setsFp === null && setsFramePointer(word) && spMovedBy(word) === null) setsFp = at;
    const register = setsFp === null ? null : storesSenderSp(word);
    if (setsFp !== null && register !== null) return { setsFp, storesSenderSp: at, senderSpRegister: register };
  }
  return null;
}

function storesSenderSp(word: number): number | null {
  const pair = pairOf(word);
  if (pair === null || pair.isLoad || pair.mode !== 'offset' || pair.base !== SP) return null;
  return pair.first === ZERO_REGISTER && pair.offsetBytes === SENDER_SP_PAIR_BYTES ? pair.second : null;
}

/** `mov sp, xN` of an entry without a frame. */
function senderSpRegister(code: CodeBytes): number {
  for (let at = code.address; at < code.address + code.bytes.length; at += INSTRUCTION_BYTES) {
    const word = wordAt(code, at) ?? 0;
    if ((word & 0xffff_fc1f) >>> 0 === 0x9100_001f) return (word >>> 5) & 31;
  }
  return DEFAULT_SENDER_SP;
}
