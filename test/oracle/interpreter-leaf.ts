// A pc inside the template interpreter → whether the running method's frame is there, not built yet, half built, or taken down
// already, from the codelet's own bytes. Sources: cpu/x86/templateInterpreterGenerator_x86.cpp (generate_normal_entry,
// generate_fixed_frame) and interp_masm_x86.cpp (remove_activation) of JDK 17.

import { callBefore } from './call-site.ts';
import { hexAddress } from './hex-address.ts';
import type { StoppedMemory } from './stopped-process.ts';
import { findWaysOut } from './way-out.ts';
import { R13, RBP, RBX, RCX, RSP, type RegisterValues } from './leave-by-code.ts';

export type InterpreterLeaf =
  /** fp is the frame's, all slots filled. */
  | { readonly kind: 'there'; readonly why: string }
  /** fp is the frame's, Method* still only in rbx, bci 0. */
  | { readonly kind: 'half'; readonly why: string }
  /** Method* in rbx, not one word of its frame; or the frame is popped. The caller is this. */
  | {
      readonly kind: 'not-yet' | 'gone';
      readonly why: string;
      readonly returnTo: number;
      readonly sp: number;
      readonly senderSp: number;
      readonly fp: number;
    }
  | { readonly kind: 'unclear'; readonly why: string };

const WORD = 8;
/** push rbp; mov rbp, rsp */
const ENTER = Buffer.from([0x55, 0x48, 0x8b, 0xec]);
/** A ret in place of the push: the way out then ends where the frame would be begun. */
const STOP_HERE = Uint8Array.of(0xc3, ...new Uint8Array(15));
/** Words from fp down to the bcp slot and the one below it (8 in JDK 8, which the debugger cannot read here). */
const FULL_FRAME_WORDS = 9;
const MOVE_SP = '488be3';
/** Register number, pop and jmp of what remove_activation takes the return address into. */
const RETURNS = [
  { register: RCX, pop: '59', jump: 'ffe1' },
  { register: R13, pop: '415d', jump: '41ffe5' },
] as const;
const TEAR_DOWN_BYTES = 8;

/** `registers` by x86 number. */
export function interpreterLeaf(
  pc: number,
  codelet: { readonly name: string; readonly begin: number; readonly end: number },
  registers: RegisterValues,
  memory: StoppedMemory,
): InterpreterLeaf {
  const rsp = registers[RSP] ?? 0;
  const fp = registers[RBP] ?? 0;
  if (!codelet.name.includes('method entry point'))
    return tornDown(pc, registers, memory) ?? { kind: 'there', why: 'frame at rbp' };
  const code = memory.bytes(codelet.begin, codelet.end - codelet.begin);
  if (!code) return { kind: 'unclear', why: 'codelet not readable' };
  const enter = codelet.begin + Buffer.from(code).indexOf(ENTER);
  const inside = (address: number): boolean => address >= codelet.begin && address < codelet.end;
  if (enter < codelet.begin) return withoutFrame(pc, registers, memory, inside);
  if (pc <= enter) {
    const { groups } = findWaysOut(
      pc,
      registers,
      memory.mappingEnd(rsp),
      (address, length) => (address === enter ? STOP_HERE : memory.bytes(address, length)),
      inside,
    );
    const out = groups.flat().find((way) => way.at === enter);
    const at = out?.sp.kind === 'stack-address' ? rsp + out.sp.offset : null;
    const value = out?.returnAddress;
    const returnTo =
      value?.kind === 'initial'
        ? (registers[value.register] ?? null)
        : value?.kind === 'stack-word' && value.offset >= 0
          ? memory.word(rsp + value.offset)
          : null;
    if (at === null || returnTo === null) return { kind: 'unclear', why: 'the way to the push of rbp is not clear' };
    const why = `the frame's push rbp is still ahead, return address ${hexAddress(returnTo)}${callBefore(memory, returnTo)}`;
    return { kind: 'not-yet', why, returnTo, sp: at + WORD, senderSp: registers[R13] ?? 0, fp };
  }
  if (pc < enter + ENTER.length) {
    const returnTo = memory.word(rsp + WORD);
    if (returnTo === null) return { kind: 'unclear', why: 'stack not readable' };
    return {
      kind: 'not-yet',
      why: 'rbp is pushed, not set yet',
      returnTo,
      sp: rsp + 2 * WORD,
      senderSp: registers[R13] ?? 0,
      fp,
    };
  }
  if (rsp > fp - FULL_FRAME_WORDS * WORD) return { kind: 'half', why: 'rbp is set, the frame not filled yet; Method* in rbx' };
  return { kind: 'there', why: 'frame built' };
}

/**
 * Entries of mathematical functions build no frame: they call a stub, then pop rax; mov rsp, r13; jmp rax (Reference.get: rdi). Method* stays in rbx.
 * Past the pop the function has returned, as past the leave of other methods.
 */
function withoutFrame(
  pc: number,
  registers: RegisterValues,
  memory: StoppedMemory,
  inside: (address: number) => boolean,
): InterpreterLeaf {
  const [fp, r13, rsp] = [registers[RBP] ?? 0, registers[R13] ?? 0, registers[RSP] ?? 0];
  const hex = Buffer.from(memory.bytes(pc, 5) ?? []).toString('hex');
  const popped = /^(?:498be5)?ffe([0-7])/u.exec(hex)?.[1] ?? null;
  const read = (address: number, length: number): Uint8Array | null => memory.bytes(address, length);
  const [out] = findWaysOut(pc, registers, memory.mappingEnd(rsp), read, inside).groups[0] ?? [];
  const value = out?.returnAddress;
  const word = popped === null && value?.kind === 'stack-word' && value.offset >= 0 ? rsp + value.offset : null;
  const returnTo = popped !== null ? (registers[Number(popped)] ?? null) : word === null ? null : memory.word(word);
  if (returnTo === null) return { kind: 'unclear', why: 'an entry without a frame, and its way out is not clear' };
  const why = `an entry without a frame, return address ${hexAddress(returnTo)}${callBefore(memory, returnTo)}`;
  return word === null
    ? { kind: 'gone', why, returnTo, sp: r13, senderSp: r13, fp }
    : { kind: 'not-yet', why, returnTo, sp: word + WORD, senderSp: r13, fp };
}

/**
 * remove_activation ends: leave; pop R (the return address); mov rsp, rbx (the sender's sp); jmp R; R is rcx or r13.
 * Past the leave the frame is gone.
 */
function tornDown(pc: number, registers: RegisterValues, memory: StoppedMemory): InterpreterLeaf | null {
  const ahead = memory.bytes(pc, TEAR_DOWN_BYTES);
  const [fp, rsp, rbx] = [registers[RBP] ?? 0, registers[RSP] ?? 0, registers[RBX] ?? 0];
  const hex = ahead ? Buffer.from(ahead).toString('hex') : '';
  for (const { register, pop, jump } of RETURNS) {
    if (hex.startsWith(`${pop}${MOVE_SP}${jump}`)) {
      const returnTo = memory.word(rsp);
      return returnTo === null ? null : { kind: 'gone', why: 'after leave', returnTo, sp: rsp + WORD, senderSp: rbx, fp };
    }
    const returnTo = registers[register] ?? 0;
    if (hex.startsWith(`${MOVE_SP}${jump}`))
      return { kind: 'gone', why: 'after leave, return address in a register', returnTo, sp: rsp, senderSp: rbx, fp };
    if (hex.startsWith(jump) && cameFromMove(pc, memory))
      return { kind: 'gone', why: 'after leave, at the jump', returnTo, sp: rsp, senderSp: rsp, fp };
  }
  return null;
}

/** Two bytes of jmp rcx may be anything; behind mov rsp, rbx they are the end of an activation. */
function cameFromMove(pc: number, memory: StoppedMemory): boolean {
  return Buffer.from(memory.bytes(pc - MOVE_SP.length / 2, MOVE_SP.length / 2) ?? []).toString('hex') === MOVE_SP;
}
