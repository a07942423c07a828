// Frames of HotSpot's generated code on aarch64 while they are built and torn down, by the instructions around a pc:
// macroAssembler_aarch64.cpp build_frame, remove_frame, enter, leave; aarch64.ad MachPrologNode, MachEpilogNode;
// sharedRuntime_aarch64.cpp; the polls of c1_LIRAssembler_aarch64.cpp and c2_safepointPollStubTable. JDK 17, 21.

import {
  addImmediateOf,
  frameRecordOf,
  INSTRUCTION_BYTES,
  branchTargetOf,
  isAdr,
  isJump,
  isNeutral,
  isReturn,
  isSubSpRegister,
  MOV_SP_FP,
  moveWideOf,
  pairOf,
  setsFramePointer,
  SP,
  spMovedBy,
  storesToThread,
  takesSp,
  wordAt,
} from './a64-instructions.ts';
import { type CodeBytes, type FrameState, type StubState, WHOLE } from './code-bytes.ts';

/** Nothing pushed: the return address is in x30. */
export const LINKED: FrameState = { kind: 'linked', spOffset: 0, spRegister: null };
export const RECORD_ON_TOP: FrameState = { kind: 'partial', returnAt: 8, savedFpAt: 0 };

/** Between the record and the room for a large frame: mov x29, sp; the size in one or two moves. */
const MAX_BETWEEN_INSTRUCTIONS = 4;

/**
 * Either `sub sp, sp, #size; stp x29, x30, [sp, #size - 16]` or `stp x29, x30, [sp, #-16]!; … sub sp, sp, …`: every pc of both.
 * The last such pair before `end` counts.
 */
export function prologueState(code: CodeBytes, pc: number, start: number, end: number): FrameState | null {
  for (let at = end - INSTRUCTION_BYTES; at >= start; at -= INSTRUCTION_BYTES) {
    const word = wordAt(code, at);
    const record = word === null ? null : frameRecordOf(word);
    if (record === null || record.isLoad || record.mode === 'post') continue;
    if (record.mode === 'pre') {
      if (pc <= at) return LINKED;
      const room = record.offsetBytes === -16 ? roomAfter(code, at, end) : null;
      return room === null || pc > room ? WHOLE : RECORD_ON_TOP;
    }
    const before = wordAt(code, at - INSTRUCTION_BYTES);
    const moved = before === null ? null : spMovedBy(before);
    if (moved === null || moved >= 0) continue;
    if (pc < at) return LINKED;
    return pc === at ? { kind: 'linked', spOffset: -moved, spRegister: null } : WHOLE;
  }
  return null;
}

/** The instruction behind a frame record that makes room for the rest of the frame; null: there is none. */
function roomAfter(code: CodeBytes, record: number, end: number): number | null {
  for (let i = 1; i <= MAX_BETWEEN_INSTRUCTIONS; i += 1) {
    const at = record + i * INSTRUCTION_BYTES;
    const word = at < end ? wordAt(code, at) : null;
    if (word === null) return null;
    if ((spMovedBy(word) ?? 0) < 0 || isSubSpRegister(word)) return at;
    if (!setsFramePointer(word) && moveWideOf(word) === null) return null;
  }
  return null;
}

/** remove_frame, poll, ret, with an address in between. */
const MAX_TEARDOWN_INSTRUCTIONS = 14;

/**
 * Runs the code from `pc` to its `ret` in mind, if only teardown lies between. null: it does not. `mov sp, x29` needs the caller's
 * state from x29, so it reports the frame as whole: x29 is good.
 */
export function epilogueState(code: CodeBytes, pc: number): FrameState | null {
  let spOffset = 0;
  let recordAt: number | null = null;
  let hasBegun = false;
  let isInBody = false;
  const state = (): FrameState =>
    recordAt === null
      ? { kind: 'linked', spOffset, spRegister: null }
      : { kind: 'partial', returnAt: recordAt + 8, savedFpAt: recordAt };
  for (let i = 0; i < MAX_TEARDOWN_INSTRUCTIONS; i += 1) {
    const word = wordAt(code, pc + i * INSTRUCTION_BYTES);
    if (word === null) return null;
    if (isReturn(word)) return state();
    const moved = spMovedBy(word);
    const record = frameRecordOf(word);
    const isTeardown = (moved !== null && moved >= 0) || (record?.isLoad === true && recordAt === null && record.mode !== 'pre');
    // What comes before the teardown is the method's body: its frame is whole.
    if (isTeardown && isInBody) return null;
    hasBegun ||= isTeardown;
    if (moved !== null && moved >= 0) spOffset += moved;
    else if (isTeardown && record !== null) {
      recordAt = spOffset + (record.mode === 'offset' ? record.offsetBytes : 0);
      if (record.mode === 'post') spOffset += record.offsetBytes;
    } else if (isJump(word) && recordAt !== null) return state();
    else if (word === MOV_SP_FP || !isNeutral(word)) return null;
    else isInBody ||= !hasBegun;
  }
  return null;
}

/** How far back the end of the frame is looked for: the poll and an address lie between. */
const MAX_BACK_INSTRUCTIONS = 8;

/** The frame is gone and the code jumps: rethrow, tail call, slow path of the poll at the return. */
export function afterEpilogueState(code: CodeBytes, pc: number): FrameState | null {
  if (!leadsToJump(code, pc)) return null;
  // The slow path of the poll at its first instruction: before it stands other code, of a small method its ret.
  const [here, next] = [wordAt(code, pc), wordAt(code, pc + INSTRUCTION_BYTES)];
  if (here !== null && next !== null && isAdr(here) && storesToThread(next)) return LINKED;
  for (let i = 1; i <= MAX_BACK_INSTRUCTIONS; i += 1) {
    const at = pc - i * INSTRUCTION_BYTES;
    const word = wordAt(code, at);
    if (word === null) return null;
    const record = frameRecordOf(word);
    if (record?.isLoad === true && record.mode === 'post') return LINKED;
    if ((spMovedBy(word) ?? 0) > 0) {
      const before = wordAt(code, at - INSTRUCTION_BYTES);
      return before !== null && frameRecordOf(before)?.isLoad === true ? LINKED : null;
    }
    // adr x8, pc of the poll; str x8, [x28, #saved exception pc]: what only the poll at the return does.
    if (isAdr(word)) return LINKED;
    if (!isNeutral(word) && !storesToThread(word)) return null;
  }
  return null;
}

function leadsToJump(code: CodeBytes, pc: number): boolean {
  for (let i = 0; i < MAX_BACK_INSTRUCTIONS; i += 1) {
    const word = wordAt(code, pc + i * INSTRUCTION_BYTES);
    if (word === null) return false;
    if (isJump(word)) return true;
    if (!isNeutral(word) && !isAdr(word) && !storesToThread(word)) return false;
  }
  return false;
}

/** A stub's code that is looked at: the largest (SHA-512, GHASH) have some kilobytes. */
const MAX_STUB_BYTES = 16 * 1024;

export function enteredBytes(pcOffset: number): number {
  return Math.min(pcOffset, MAX_STUB_BYTES) + 2 * INSTRUCTION_BYTES;
}

/**
 * State in a stub by what ran before pc: `enter` (stp x29, x30, [sp, #-16]!; mov x29, sp) and `leave`, wherever they stand in it.
 * Behind a return or jump the state is that of the branch that leads there; where none came by, what it was before that way out was taken.
 */
export function enteredState(code: CodeBytes, pc: number): StubState | null {
  const first = frameRecordOf(wordAt(code, code.address) ?? 0);
  let state: StubState | null = first?.isLoad === false && first.mode === 'pre' ? LINKED : null;
  let beforeLeave: StubState | null = null;
  const branched = new Map<number, StubState | null>();
  for (let at = code.address; at < pc; at += INSTRUCTION_BYTES) {
    const word = wordAt(code, at);
    if (word === null) return state;
    const target = branchTargetOf(word, at);
    if (target !== null && target > at) branched.set(target, state);
    const next = isReturn(word) || isJump(word) ? branched.get(at + INSTRUCTION_BYTES) : undefined;
    if (next !== undefined) [state, beforeLeave] = [next, null];
    const record = frameRecordOf(word);
    if (record?.isLoad === false && record.mode === 'pre') state = recordState(record.offsetBytes);
    else if (record?.isLoad === true && record.mode === 'post') [beforeLeave, state] = [state, LINKED];
    else if (setsFramePointer(word) && state?.kind === 'partial') state = { kind: 'frame-pointer' };
    else if ((isReturn(word) || isJump(word)) && beforeLeave !== null) [state, beforeLeave] = [beforeLeave, null];
  }
  return state;
}

/** Record pushed; x29 not yet set. */
function recordState(offsetBytes: number): StubState {
  return offsetBytes < 0 ? RECORD_ON_TOP : LINKED;
}

/**
 * Adapters (i2c, c2i) and the like: the return address stays in x30. c2i keeps the sender's sp in a register, x13 or x19 by
 * release, before it makes room for arguments.
 */
export function framelessLeaf(code: CodeBytes): StubState {
  let spRegister: number | null = null;
  let moved = 0;
  for (let at = code.address; at < code.address + code.bytes.length; at += INSTRUCTION_BYTES) {
    const word = wordAt(code, at);
    if (word === null) break;
    spRegister = senderSpRegister(word) ?? spRegister;
    const push = pairOf(word);
    if (push !== null && !push.isLoad && push.mode === 'pre' && push.base === SP) moved -= push.offsetBytes;
    else if (push !== null && push.isLoad && push.mode === 'post' && push.base === SP) moved -= push.offsetBytes;
  }
  return { kind: 'linked', spOffset: spRegister === null ? Math.max(0, moved) : 0, spRegister };
}

/** Registers that HotSpot keeps a sender's sp in: r13 up to JDK 19, r19 since. */
const SENDER_SP_REGISTERS: readonly number[] = [13, 19];

function senderSpRegister(word: number): number | null {
  const register = takesSp(word);
  return register !== null && SENDER_SP_REGISTERS.includes(register) ? register : null;
}

/** stp xzr, x9, [sp, #-16]!: a breadcrumb for the anchor, before a call of C++ code out of compiled code. */
const BREADCRUMB = 0xa9bf_27ff;
const BREADCRUMB_BYTES = 16;
/** The breadcrumb stands right before the call, or with the address in between. */
const MAX_BEFORE_CALL_INSTRUCTIONS = 6;

/** What a compiled frame pushed for the call that returns to `pc`, and takes off there. */
export function pushedForCall(code: CodeBytes, pc: number): number {
  const word = wordAt(code, pc);
  if (word === null || spMovedBy(word) !== BREADCRUMB_BYTES) return 0;
  for (let i = 2; i <= MAX_BEFORE_CALL_INSTRUCTIONS; i += 1)
    if (wordAt(code, pc - i * INSTRUCTION_BYTES) === BREADCRUMB) return BREADCRUMB_BYTES;
  return 0;
}

/** Offset behind the instruction that sets x29 to a frame record; null: none in `bytes`. */
export function framePointerFrom(bytes: Uint8Array): number | null {
  const code = { address: 0, bytes };
  let hasRecord = false;
  for (let at = 0; at + INSTRUCTION_BYTES <= bytes.length; at += INSTRUCTION_BYTES) {
    const word = wordAt(code, at) ?? 0;
    const record = frameRecordOf(word);
    if (record?.isLoad === false) hasRecord = true;
    else if (hasRecord && setsFramePointer(word)) return at + INSTRUCTION_BYTES;
  }
  return null;
}

/** Of a library's function, at a leaf: as {@link enteredState}, and with records anywhere in the frame. */
export function nativeLeafState(code: CodeBytes, pc: number): StubState {
  const end = epilogueState(code, pc);
  if (end !== null) return end;
  let [state, room]: [StubState, number] = [LINKED, 0];
  let beforeLeave: readonly [StubState, number] | null = null;
  for (let at = code.address; at < pc; at += INSTRUCTION_BYTES) {
    const word = wordAt(code, at);
    if (word === null) break;
    const record = frameRecordOf(word);
    const moved = addImmediateOf(word)?.from === SP ? spMovedBy(word) : null;
    if (record?.isLoad === false && record.mode !== 'post') {
      if (record.mode === 'pre') state = RECORD_ON_TOP;
      else state = { kind: 'partial', returnAt: record.offsetBytes + 8, savedFpAt: record.offsetBytes };
    } else if (record?.isLoad === true) {
      beforeLeave = [state, room];
      // What is left of the frame is taken off before the return.
      [state, room] = [LINKED, record.mode === 'post' ? 0 : Math.max(0, room)];
    } else if (setsFramePointer(word) && state.kind === 'partial') state = { kind: 'frame-pointer' };
    else if (moved !== null) room -= moved;
    else if (isReturn(word) && beforeLeave !== null) {
      [state, room] = beforeLeave;
      beforeLeave = null;
    }
  }
  return state.kind === 'linked' ? { kind: 'linked', spOffset: Math.max(0, room), spRegister: null } : state;
}

/** Between them the address may be signed. */
const INSTRUCTIONS_UP_TO_STORE = 4;

/** ldr wzr, [xN]. */
export function pollsBefore(code: CodeBytes, pc: number): readonly number[] {
  const at = pc - INSTRUCTION_BYTES;
  return ((wordAt(code, at) ?? 0) & 0xffff_fc1f) >>> 0 === 0xb940_001f ? [at] : [];
}

/** ldr xN, [x28, offset]; str xN, [x29, 8]: the second one, where a poll's stub puts the pc that the thread keeps in its frame; null: not in `code`. */
export function pollPcStore(code: CodeBytes, offset: number): number | null {
  const load = 0xf940_0000 + (offset / 8) * 2 ** 10 + 28 * 2 ** 5;
  for (let at = code.address; at < code.address + code.bytes.length; at += INSTRUCTION_BYTES) {
    const register = (wordAt(code, at) ?? 0) - load;
    if (register < 0 || register > 31) continue;
    for (let i = 1; i <= INSTRUCTIONS_UP_TO_STORE; i += 1) {
      const store = at + i * INSTRUCTION_BYTES;
      if (wordAt(code, store) === 0xf900_07a0 + register) return store;
    }
  }
  return null;
}
