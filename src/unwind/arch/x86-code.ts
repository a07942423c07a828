// Reading the machine code HotSpot generates at the places where a frame is not whole: which of the few instruction sequences of
// frame building and tearing down a pc stands in. Patterns are what the assemblers emit:
// macroAssembler_x86.cpp verified_entry / enter / leave, c1_MacroAssembler_x86.cpp build_frame / remove_frame,
// x86_64.ad MachEpilogNode, templateInterpreterGenerator_x86.cpp, interp_masm_x86.cpp remove_activation. JDK 8, 11, 17.

import { type CodeBytes, type FrameState, matches, type StubState, WHOLE } from './code-bytes.ts';

export const AT_RETURN_ADDRESS: FrameState = { kind: 'partial', returnAt: 0, savedFpAt: null };
const FP_PUSHED: FrameState = { kind: 'partial', returnAt: 8, savedFpAt: 0 };

/** -1: any byte. */
type Pattern = readonly number[];
const ANY = -1;
const any = (count: number): number[] => Array.from({ length: count }, () => ANY);

const PUSH_RBP = 0x55;
const POP_RBP = 0x5d;
const POP_RDX = 0x5a;
const RDX = 2;
/** What follows `push rbp` in a prologue: sub rsp, imm8 / imm32, directly or after mov rbp, rsp. */
const AFTER_PUSH: readonly Pattern[] = [
  [0x48, 0x83, 0xec, ANY],
  [0x48, 0x81, 0xec, ...any(4)],
  [0x48, 0x8b, 0xec, 0x48, 0x83, 0xec, ANY],
  [0x48, 0x8b, 0xec, 0x48, 0x81, 0xec, ...any(4)],
  [0x48, 0x8b, 0xec],
];
/** sub rsp, imm32; mov [rsp + x], rbp: C2's frame without a stack bang. */
const SUB_THEN_SAVE: readonly Pattern[] = [
  [0x48, 0x81, 0xec, ...any(4), 0x48, 0x89, 0x6c, 0x24, ANY],
  [0x48, 0x83, 0xec, ANY, 0x48, 0x89, 0x6c, 0x24, ANY],
  [0x48, 0x81, 0xec, ...any(4), 0x48, 0x89, 0xac, 0x24, ...any(4)],
];
const SUB_IMM32_BYTES = 7;
const SUB_IMM8_BYTES = 4;

/**
 * State of the frame at `pc` in a prologue whose last instruction ends at or before `end` and which starts at or after `start`.
 * null: no prologue of a known shape there.
 */
export function prologueState(code: CodeBytes, pc: number, start: number, end: number): FrameState | null {
  for (let at = end - 1; at >= start; at -= 1) {
    const byte = code.bytes[at - code.address];
    if (byte === PUSH_RBP) {
      const rest = AFTER_PUSH.find((pattern) => at + 1 + pattern.length <= end && matches(code, at + 1, pattern));
      if (rest === undefined) continue;
      if (pc <= at) return AT_RETURN_ADDRESS;
      return pc < at + 1 + rest.length ? FP_PUSHED : WHOLE;
    }
    const form = SUB_THEN_SAVE.find((pattern) => at + pattern.length <= end && matches(code, at, pattern));
    if (form === undefined) continue;
    if (pc <= at) return AT_RETURN_ADDRESS;
    const saved = at + (form[1] === 0x81 ? SUB_IMM32_BYTES : SUB_IMM8_BYTES);
    if (pc >= at + form.length) return WHOLE;
    // Between the two: whole but for the frame pointer, which is still the caller's.
    return pc === saved ? { kind: 'partial', returnAt: subtracted(code, at), savedFpAt: null } : null;
  }
  return null;
}

/** Size of a frame made by sub at `at`: the return address lies right above it. */
function subtracted(code: CodeBytes, at: number): number {
  const offset = at - code.address;
  const immediate = (i: number): number => code.bytes[offset + 3 + i] ?? 0;
  if (code.bytes[offset + 1] === 0x83) return immediate(0);
  return immediate(0) | (immediate(1) << 8) | (immediate(2) << 16) | (immediate(3) << 24);
}

/** Instructions that may stand between tearing down a frame and `ret`, with what they do to the stack pointer. */
const TEARDOWN: readonly { readonly pattern: Pattern; readonly effect: 'none' | 'add8' | 'add32' | 'pop-rbp' | 'leave' }[] = [
  { pattern: [0x48, 0x83, 0xc4, ANY], effect: 'add8' },
  { pattern: [0x48, 0x81, 0xc4, ...any(4)], effect: 'add32' },
  { pattern: [0x5d], effect: 'pop-rbp' },
  { pattern: [0xc9], effect: 'leave' },
  { pattern: [0xc5, 0xf8, 0x77], effect: 'none' }, // vzeroupper
  { pattern: [0x49, 0x3b, 0x67, ANY], effect: 'none' }, // cmp rsp, [r15 + poll word]
  { pattern: [0x49, 0x3b, 0xa7, ...any(4)], effect: 'none' },
  { pattern: [0x0f, 0x87, ...any(4)], effect: 'none' }, // ja slow path of the poll
  { pattern: [0x85, 0x05, ...any(4)], effect: 'none' }, // test eax, [rip + polling page] (JDK 8, 11 without thread-local polls)
  { pattern: [0x49, 0xba, ...any(8)], effect: 'none' }, // mov r10, polling page, when it is far
  { pattern: [0x4d, 0x8b, 0x57, ANY], effect: 'none' }, // mov r10, [r15 + polling page] (JDK 10 to 15)
  { pattern: [0x4d, 0x8b, 0x97, ...any(4)], effect: 'none' },
  { pattern: [0x41, 0x85, 0x02], effect: 'none' }, // test [r10], eax
  { pattern: [0x49, 0x83, 0x7f, ANY, ANY], effect: 'none' }, // cmp [r15 + pending exception], 0 (native wrapper)
  { pattern: [0x49, 0x81, 0x7f, ANY, ...any(4)], effect: 'none' },
  { pattern: [0x0f, 0x85, ...any(4)], effect: 'none' }, // jne exception pending
  { pattern: [0x48, 0x8b, 0x5c, 0x24, ANY], effect: 'none' }, // mov rbx, [rsp + field of the ContinuationEntry] (enterSpecial, doYield)
  { pattern: [0x49, 0x89, 0x9f, ...any(4)], effect: 'none' }, // mov [r15 + field of the thread], rbx
  { pattern: [0x45, 0x8a, 0x97, ...any(4)], effect: 'none' }, // mov r10b, [r15 + preemption cancelled] (cont_preempt_stub)
  { pattern: [0x41, 0xf6, 0xc2, 0xff], effect: 'none' }, // test r10b, 0xff
];
const RET: readonly Pattern[] = [[0xc3], [0xc2, ANY, ANY]];
/** An epilogue has at most: vzeroupper, add, pop, poll, ja, ret; leaving a continuation six moves more. */
const MAX_TEARDOWN_INSTRUCTIONS = 16;

/**
 * Runs the code from `pc` to its `ret` in mind, if only teardown instructions lie between: where the return address is, exactly.
 * null: `pc` is not in such a sequence. `leave` needs the caller's state from rbp, so it reports the frame as whole: rbp is good.
 */
export function epilogueState(code: CodeBytes, pc: number): FrameState | null {
  let [at, returnAt] = [pc, 0];
  let savedFpAt: number | null = null;
  for (let i = 0; i < MAX_TEARDOWN_INSTRUCTIONS; i += 1) {
    const here = at;
    if (
      RET.some((pattern) => matches(code, here, pattern)) ||
      popAndJumpAt(code, here) ||
      dropAndJumpAt(code, here) ||
      isTailJump(code, here)
    )
      return { kind: 'partial', returnAt, savedFpAt };
    const found = TEARDOWN.find(({ pattern }) => matches(code, here, pattern));
    if (found === undefined) return null;
    if (found.effect === 'leave') return null;
    if (found.effect === 'add8') returnAt += ((code.bytes[here - code.address + 3] ?? 0) << 24) >> 24;
    if (found.effect === 'add32') returnAt += subtracted(code, here);
    if (found.effect === 'pop-rbp') {
      savedFpAt = returnAt;
      returnAt += 8;
    }
    at += found.pattern.length;
  }
  return null;
}

/** lea r10, [rip + pc of the poll]; mov [r15 + saved exception pc], r10; jmp: slow path of the poll at return, frame already gone. */
const POLL_STUB: Pattern = [0x4c, 0x8d, 0x15, ...any(4), 0x4d, 0x89, 0x97, ...any(4), 0xe9];
const POLL_STUB_STEPS = [0, 7, 14] as const;
/** add rsp, n; pop rbp; then a jump out of the method (rethrow, tail call). */
const TAIL_JUMPS: readonly Pattern[] = [[0xe9, ...any(4)], [0xff, 0xe0], [0xff, 0xe2], [0x41, 0xff, 0xe2], [0x41, 0xff, 0xe3]]; // prettier-ignore

/** `pop R; jmp R`: C1's exception stubs go on at the handler that they put into the return address (c1_Runtime1_x86.cpp). */
function popAndJumpAt(code: CodeBytes, at: number): boolean {
  const pop = popAt(code, at);
  return pop !== null && jumpAt(code, at + pop.length)?.register === pop.register;
}

/** `pop rbp; pop rdx; jmp R`, at the second: C2's rethrow stub drops its return address and goes on at the handler (x86_64.ad tailjmpInd). */
function dropAndJumpAt(code: CodeBytes, at: number): boolean {
  return matches(code, at - 1, [POP_RBP, POP_RDX]) && jumpAt(code, at + 1) !== null;
}

/** States after the frame is gone that do not lead to a `ret`. */
export function afterEpilogueState(code: CodeBytes, pc: number): FrameState | null {
  if (POLL_STUB_STEPS.some((step) => matches(code, pc - step, POLL_STUB))) return AT_RETURN_ADDRESS;
  const jump = jumpAt(code, pc);
  if (dropAndJumpAt(code, pc - 1)) return { kind: 'popped', returnRegister: RDX };
  if (jump !== null && (popAndJumpAt(code, pc - 1) || popAndJumpAt(code, pc - 2)))
    return { kind: 'popped', returnRegister: jump.register };
  if (matches(code, pc - 1, [0xc9]) && TAIL_JUMPS.some((pattern) => matches(code, pc, pattern))) return AT_RETURN_ADDRESS;
  return isTailJump(code, pc) ? AT_RETURN_ADDRESS : null;
}

/** add rsp, n; pop rbp; and at `at` the jump out of the method. */
function isTailJump(code: CodeBytes, at: number): boolean {
  const afterPop =
    matches(code, at - 5, [0x48, 0x83, 0xc4, ANY, 0x5d]) || matches(code, at - 8, [0x48, 0x81, 0xc4, ...any(4), 0x5d]);
  return afterPop && TAIL_JUMPS.some((pattern) => matches(code, at, pattern));
}

/** `pop R; mov rsp, S; jmp R`: how an interpreted frame ends. Register numbers as the processor counts them. */
export type ActivationEnd =
  | { readonly kind: 'before-pop'; readonly senderSpRegister: number }
  | { readonly kind: 'after-pop'; readonly senderSpRegister: number; readonly returnRegister: number }
  | { readonly kind: 'before-jump'; readonly returnRegister: number };

export function activationEnd(code: CodeBytes, pc: number): ActivationEnd | null {
  const pop = popAt(code, pc);
  if (pop !== null) {
    const move = moveToSpAt(code, pc + pop.length);
    const jump = move === null ? null : jumpAt(code, pc + pop.length + move.length);
    if (move !== null && jump?.register === pop.register) return { kind: 'before-pop', senderSpRegister: move.register };
  }
  const move = moveToSpAt(code, pc);
  if (move !== null) {
    const jump = jumpAt(code, pc + move.length);
    if (jump !== null) return { kind: 'after-pop', senderSpRegister: move.register, returnRegister: jump.register };
  }
  const jump = jumpAt(code, pc);
  return jump !== null && moveToSpAt(code, pc - MOVE_TO_SP_BYTES) !== null
    ? { kind: 'before-jump', returnRegister: jump.register }
    : null;
}

interface Decoded {
  readonly register: number;
  readonly length: number;
}
const MOVE_TO_SP_BYTES = 3;
const byteAt = (code: CodeBytes, address: number): number => code.bytes[address - code.address] ?? -1;

function popAt(code: CodeBytes, at: number): Decoded | null {
  const extended = byteAt(code, at) === 0x41;
  const opcode = byteAt(code, extended ? at + 1 : at);
  if (opcode < 0x58 || opcode > 0x5f) return null;
  return { register: opcode - 0x58 + (extended ? 8 : 0), length: extended ? 2 : 1 };
}

/** mov rsp, reg: 48/49 8b e0+reg. */
function moveToSpAt(code: CodeBytes, at: number): Decoded | null {
  const [rex, opcode, modrm] = [byteAt(code, at), byteAt(code, at + 1), byteAt(code, at + 2)];
  if ((rex !== 0x48 && rex !== 0x49) || opcode !== 0x8b || (modrm & 0xf8) !== 0xe0) return null;
  return { register: (modrm & 7) + (rex === 0x49 ? 8 : 0), length: MOVE_TO_SP_BYTES };
}

/** jmp reg: [41] ff e0+reg. */
function jumpAt(code: CodeBytes, at: number): Decoded | null {
  const extended = byteAt(code, at) === 0x41;
  const start = extended ? at + 1 : at;
  const modrm = byteAt(code, start + 1);
  if (byteAt(code, start) !== 0xff || (modrm & 0xf8) !== 0xe0) return null;
  return { register: (modrm & 7) + (extended ? 8 : 0), length: extended ? 3 : 2 };
}

/** push rbp; mov rbp, rsp, as MacroAssembler::enter emits it. */
const ENTER: Pattern = [0x55, 0x48, 0x8b, 0xec];
export const ENTER_BYTES = ENTER.length;
const [PUSH_FIRST, PUSH_LAST, REX_B] = [0x50, 0x57, 0x41];

/** State in code that begins with enter; null: it does not. */
export function enteredState(code: CodeBytes, pc: number): StubState | null {
  const start = code.address;
  if (!matches(code, start, ENTER)) return null;
  if (pc === start) return AT_RETURN_ADDRESS;
  if (pc < start + ENTER.length) return FP_PUSHED;
  return { kind: 'frame-pointer' };
}

/** Bytes pushed by the run of push instructions that a stub begins with, up to the end of `code`. */
export function savedRegisterBytes(code: CodeBytes): number {
  let [at, pushed] = [0, 0];
  for (;;) {
    const length = code.bytes[at] === REX_B ? 2 : 1;
    const opcode = code.bytes[at + length - 1] ?? 0;
    if (opcode < PUSH_FIRST || opcode > PUSH_LAST) return pushed;
    at += length;
    pushed += 8;
  }
}

/** What MacroAssembler::call_VM_leaf_base takes off again right after its call: it aligns the stack where it must. */
export function alignedBy(code: CodeBytes, pc: number): number {
  return matches(code, pc, [0x48, 0x83, 0xc4, 0x08]) ? 8 : 0;
}

/** test [REG], eax: REG may need a prefix; rsp, r12, rbp and r13 a byte more. JDK 8 has no register there, and moves nothing on. */
const POLLS: readonly Pattern[] = [
  [0x41, 0x85, 0x04, 0x24],
  [0x41, 0x85, 0x45, 0x00],
  [0x85, 0x04, 0x24],
  [0x85, 0x45, 0x00],
  [0x41, 0x85, ANY],
  [0x85, ANY],
];
/** mod 00, and as register eax. */
const MAX_PLAIN_MODRM = 7;

export function pollsBefore(code: CodeBytes, pc: number): readonly number[] {
  return POLLS.filter((poll) => {
    const isPlain = poll.at(-1) !== ANY || byteAt(code, pc - 1) <= MAX_PLAIN_MODRM;
    return isPlain && matches(code, pc - poll.length, poll);
  }).map((poll) => pc - poll.length);
}

/** mov REG, [r15 + offset]; mov [rbp + 8], REG: the second one, where a poll's stub puts the pc that the thread keeps in its frame; null: not in `code`. */
export function pollPcStore(code: CodeBytes, offset: number): number | null {
  const { address, bytes } = code;
  for (let at = 0; at + 11 <= bytes.length; at += 1) {
    // REX.WB 8b /r, mod 10, base r15; REX.W 89 /r, mod 01, base rbp.
    if (bytes[at] !== 0x49 || bytes[at + 1] !== 0x8b || ((bytes[at + 2] ?? 0) & 0xc7) !== 0x87) continue;
    const isField = matches(code, address + at + 3, [offset & 0xff, (offset >> 8) & 0xff, (offset >> 16) & 0xff, offset >>> 24]);
    const register = (bytes[at + 2] ?? 0) & 0x38;
    if (isField && matches(code, address + at + 7, [0x48, 0x89, 0x45 | register, 0x08])) return address + at + 7;
  }
  return null;
}
