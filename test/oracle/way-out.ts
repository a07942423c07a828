// Code bytes from a pc on → where this function's return address lies, and where its caller's rbp, without any table: every path
// from the pc to a `ret` is followed as the processor would take it, keeping only what happens to rsp, to registers and to stack slots.
// Calls are stepped over (they leave rsp as it was). Works for code at any point of its life: prologue, body, epilogue, stub,
// adapter, library without unwind tables. What it leaves out: flags, arithmetic on anything but rsp.

import { decodeInstruction, type Instruction } from './x86.ts';

/** A value as known from the state at the start. */
export type Value =
  | { readonly kind: 'initial'; readonly register: number }
  /** The address rsp (at the start) + offset. */
  | { readonly kind: 'stack-address'; readonly offset: number }
  /** The word that lay at rsp + offset at the start. */
  | { readonly kind: 'stack-word'; readonly offset: number }
  | { readonly kind: 'unknown' };

/** Words of the stack as they are at the start, to know saved frame pointers for what they are. */
interface StackMemory {
  readonly rsp: number;
  readonly stackEnd: number;
  readonly read: CodeReader;
}

/** A place where the function is left. */
export interface WayOut {
  /** `ret`, or a jump out of the code's range or through a pointer: a tail call, which leaves the return address on top. */
  readonly kind: 'ret' | 'tail';
  readonly at: number;
  readonly returnAddress: Value;
  /** rsp at the leave, before the return address is popped. */
  readonly sp: Value;
  readonly rbp: Value;
  /** HotSpot's adapters and interpreter entries keep the sender's sp here. */
  readonly r13: Value;
  readonly steps: number;
}

export interface Search {
  /** Ways that agree on the return address and rbp, the largest group first; within one, the nearest first. */
  readonly groups: readonly (readonly WayOut[])[];
  /** Ways found in all, those that lead through unknown values too. */
  readonly found: number;
}

export interface CodeReader {
  /** Code at an address, at least one instruction's bytes if there are any; null: not mapped. */
  (address: number, length: number): Uint8Array | null;
}

const RAX = 0, RCX = 1, RDX = 2, RBX = 3, RSP = 4, RBP = 5, RSI = 6, RDI = 7, R13 = 13; // prettier-ignore
const CALLER_SAVED = [RAX, RCX, RDX, RSI, RDI, 8, 9, 10, 11];
const UNKNOWN: Value = { kind: 'unknown' };
/** Fetching a cache line's worth covers any instruction (15 bytes) with room. */
const FETCH_BYTES = 16;
/** A function of libjvm has some thousand instructions; several ends are found long before. */
const MAX_STEPS = 20_000;
/** Enough to see that ways agree. */
const ENOUGH_OUTS = 6;

interface State {
  readonly memory: StackMemory;
  pc: number;
  registers: Value[];
  /** What was written to the stack on this way, by offset from the start's rsp. */
  slots: Map<number, Value>;
  steps: number;
}

/**
 * Follows the code from `pc`. `inside` tells which addresses belong to it; a direct jump elsewhere is a tail call. `start` are the
 * registers' values by x86 number: one that points into the stack, from rsp to `stackEnd`, is known by its distance from rsp. `endsAtPadding`: a call with
 * filler after it never returns.
 */
export function findWaysOut(
  pc: number,
  start: readonly (number | null)[],
  stackEnd: number,
  read: CodeReader,
  inside: (address: number) => boolean,
  endsAtPadding = false,
): Search {
  const rsp = start[RSP] ?? 0;
  const registers: Value[] = Array.from({ length: 16 }, (_, register) => {
    const offset = (start[register] ?? 0) - rsp;
    return register === RSP || (offset >= 0 && offset < stackEnd - rsp)
      ? { kind: 'stack-address', offset }
      : { kind: 'initial', register };
  });
  const memory = { rsp, stackEnd, read };
  const waiting: State[] = [{ memory, pc, registers, slots: new Map(), steps: 0 }];
  const seen = new Set<string>();
  const outs: WayOut[] = [];
  let steps = 0;
  // Breadth first by branches: near ends first, and loops cannot starve them.
  for (let state = waiting.shift(); state && steps < MAX_STEPS && outs.length < ENOUGH_OUTS; state = waiting.shift()) {
    for (;;) {
      const sp = state.registers[RSP] ?? UNKNOWN;
      const key = `${String(state.pc)} ${sp.kind === 'stack-address' ? String(sp.offset) : '?'}`;
      if (seen.has(key) || ++steps > MAX_STEPS) break;
      seen.add(key);
      const code = read(state.pc, FETCH_BYTES);
      const instruction = code === null ? null : decodeInstruction(code, 0);
      if (!instruction) break;
      state.steps++;
      const next = state.pc + instruction.length;
      const flow = flowOf(instruction);
      if (flow === 'stop') break;
      if (flow === 'ret' || (flow === 'jump' && !inside(next + instruction.immediate)) || flow === 'jump-indirect') {
        outs.push(popAndJump(instruction, state) ?? leave(state, flow === 'ret' ? 'ret' : 'tail'));
        break;
      }
      if (flow === 'branch') {
        const target = next + instruction.immediate;
        if (inside(target))
          waiting.push({ memory, pc: target, registers: [...state.registers], slots: new Map(state.slots), steps: state.steps });
      }
      if (flow === 'jump') {
        state.pc = next + instruction.immediate;
        continue;
      }
      if (flow === 'call' && endsAtPadding && isPadding(read(next, FETCH_BYTES))) break;
      if (flow === 'call') for (const register of CALLER_SAVED) state.registers[register] = UNKNOWN;
      else execute(instruction, state);
      state.pc = next;
    }
  }
  // A ret is the function's own end; jumps out of code that has one lead to slow paths and handlers.
  const rets = outs.filter(({ kind }) => kind === 'ret');
  return grouped(rets.length > 0 ? rets : outs);
}

function grouped(outs: readonly WayOut[]): Search {
  const agree = (a: WayOut, b: WayOut): boolean => sameValue(a.returnAddress, b.returnAddress) && sameValue(a.rbp, b.rbp);
  const firsts = outs.filter((out, at) => agree(out, out) && !outs.slice(0, at).some((before) => agree(before, out)));
  const groups = firsts.map((first) => outs.filter((out) => agree(first, out))).sort((a, b) => b.length - a.length);
  return { groups, found: outs.length };
}

/** Equal as values known from the start; unknown equals nothing. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a?.kind !== b?.kind || a === undefined || b === undefined) return false;
  if (a.kind === 'initial') return b.kind === 'initial' && a.register === b.register;
  return a.kind !== 'unknown' && 'offset' in b && a.offset === b.offset;
}

/** Filler between functions right after a call: the call never returns. (Where it did, only this way is lost.) */
function isPadding(code: Uint8Array | null): boolean {
  const instruction = code === null ? null : decodeInstruction(code, 0);
  if (!instruction || instruction.vector) return instruction === null;
  const { map, opcode } = instruction;
  return map === '0f'
    ? opcode === 0x1f || opcode === 0x1e
    : map === 'one' && (opcode === 0xcc || opcode === 0xf4 || opcode === 0x90);
}

/**
 * pop reg; jmp reg: a ret in two steps. pop rdx; jmp reg: to the caller's exception handler, which is told in rdx what the return
 * address was (generate_unwind_exception of cpu/x86/c1_Runtime1_x86.cpp).
 */
function popAndJump({ rm }: Instruction, state: State): WayOut | null {
  const sp = state.registers[RSP] ?? UNKNOWN;
  for (const register of [rm, RDX]) {
    const target = state.registers[register] ?? UNKNOWN;
    if (sp.kind === 'stack-address' && target.kind === 'stack-word' && target.offset === sp.offset - 8)
      return { ...leave(state, 'ret'), returnAddress: target, sp: plus(sp, -8) };
  }
  return null;
}

function leave(state: State, kind: WayOut['kind']): WayOut {
  const sp = state.registers[RSP] ?? UNKNOWN;
  const returnAddress = sp.kind === 'stack-address' ? slot(state, sp.offset) : UNKNOWN;
  return {
    kind,
    at: state.pc,
    returnAddress,
    sp,
    rbp: state.registers[RBP] ?? UNKNOWN,
    r13: state.registers[R13] ?? UNKNOWN,
    steps: state.steps,
  };
}

type Flow = 'on' | 'call' | 'ret' | 'jump' | 'jump-indirect' | 'branch' | 'stop';

function flowOf({ map, opcode, reg }: Instruction): Flow {
  if (map === '0f') return opcode >= 0x80 && opcode <= 0x8f ? 'branch' : opcode === 0x0b ? 'stop' : 'on';
  if (map !== 'one') return 'on';
  if (opcode === 0xc3 || opcode === 0xc2) return 'ret';
  if (opcode === 0xe8) return 'call';
  if (opcode === 0xe9 || opcode === 0xeb) return 'jump';
  if ((opcode >= 0x70 && opcode <= 0x7f) || (opcode >= 0xe0 && opcode <= 0xe3)) return 'branch';
  if (opcode === 0xcc || opcode === 0xf4) return 'stop';
  if (opcode === 0xff && ((reg & 7) === 2 || (reg & 7) === 3)) return 'call';
  return opcode === 0xff && ((reg & 7) === 4 || (reg & 7) === 5) ? 'jump-indirect' : 'on';
}

function slot(state: State, offset: number): Value {
  const written = state.slots.get(offset);
  if (written) return written;
  const word = offset < 0 ? null : state.memory.read(state.memory.rsp + offset, 8);
  const distance =
    word === null ? -1 : Number(new DataView(word.buffer, word.byteOffset).getBigUint64(0, true)) - state.memory.rsp;
  return distance >= 0 && distance < state.memory.stackEnd - state.memory.rsp
    ? { kind: 'stack-address', offset: distance }
    : { kind: 'stack-word', offset };
}

function execute(instruction: Instruction, state: State): void {
  const { map, opcode, reg, rm, memory, low, immediate, wide } = instruction;
  const get = (register: number): Value => state.registers[register] ?? UNKNOWN;
  const set = (register: number, value: Value): void => {
    if (register >= 0) state.registers[register] = value;
  };
  const address = (): Value => {
    if (memory === null || memory.index !== -1 || memory.base === -1) return UNKNOWN;
    return plus(get(memory.base), memory.displacement);
  };
  const push = (value: Value): void => {
    const sp = plus(get(RSP), -8);
    set(RSP, sp);
    if (sp.kind === 'stack-address') state.slots.set(sp.offset, value);
  };
  const pop = (): Value => {
    const sp = get(RSP);
    set(RSP, plus(sp, 8));
    return sp.kind === 'stack-address' ? slot(state, sp.offset) : UNKNOWN;
  };
  if (map !== 'one') {
    executeOther(instruction, set);
    return;
  }
  if (opcode >= 0x50 && opcode <= 0x57) push(get(low));
  else if (opcode >= 0x58 && opcode <= 0x5f) set(low, pop());
  else if (opcode === 0x68 || opcode === 0x6a || opcode === 0x9c) push(UNKNOWN);
  else if (opcode === 0x9d) pop();
  else if (opcode === 0xff && (reg & 7) === 6) push(UNKNOWN);
  else if (opcode === 0x8f) set(rm, pop());
  else if (opcode === 0xc9) {
    set(RSP, get(RBP));
    set(RBP, pop());
  } else if ((opcode === 0x81 || opcode === 0x83) && rm !== -1) {
    const operation = reg & 7;
    if (operation === 0 || operation === 5) set(rm, wide ? plus(get(rm), operation === 0 ? immediate : -immediate) : UNKNOWN);
    else if (operation !== 7) set(rm, UNKNOWN);
  } else if (opcode === 0x8d) set(reg, wide ? address() : UNKNOWN);
  else if (opcode === 0x89 && rm !== -1) set(rm, wide ? get(reg) : UNKNOWN);
  else if (opcode === 0x8b && rm !== -1) set(reg, wide ? get(rm) : UNKNOWN);
  else if (opcode === 0x8b) {
    const from = address();
    set(reg, wide && from.kind === 'stack-address' ? slot(state, from.offset) : UNKNOWN);
  } else if (opcode === 0x89) {
    const to = address();
    if (to.kind === 'stack-address') state.slots.set(to.offset, wide ? get(reg) : UNKNOWN);
  } else if (opcode === 0x87 && rm !== -1) {
    const [a, b] = [get(reg), get(rm)];
    set(reg, b);
    set(rm, a);
  } else if (opcode >= 0xb8 && opcode <= 0xbf) set(low, UNKNOWN);
  else clobber(instruction, set);
}

/** One-byte opcodes that only destroy registers, as far as this file cares. */
function clobber({ opcode, reg, rm, low }: Instruction, set: (register: number, value: Value) => void): void {
  if (opcode < 0x38) {
    if ((opcode & 7) < 2) set(rm, UNKNOWN);
    else if ((opcode & 7) < 4) set(reg, UNKNOWN);
    else set(RAX, UNKNOWN);
  } else if (opcode === 0x63 || opcode === 0x69 || opcode === 0x6b || opcode === 0x8a) set(reg, UNKNOWN);
  else if (opcode >= 0x80 && opcode <= 0x83 && (reg & 7) !== 7) set(rm, UNKNOWN);
  else if (opcode === 0x86 || opcode === 0x87) {
    set(reg, UNKNOWN);
    set(rm, UNKNOWN);
  } else if (opcode === 0x88 || opcode === 0xc6 || opcode === 0xc7 || opcode === 0xc0 || opcode === 0xc1) set(rm, UNKNOWN);
  else if (opcode >= 0xd0 && opcode <= 0xd3) set(rm, UNKNOWN);
  else if (opcode >= 0x91 && opcode <= 0x97) {
    set(RAX, UNKNOWN);
    set(low, UNKNOWN);
  } else if (opcode === 0x98 || opcode === 0xa0 || opcode === 0xa1) set(RAX, UNKNOWN);
  else if (opcode === 0x99) set(RDX, UNKNOWN);
  else if (opcode >= 0xb0 && opcode <= 0xb7) set(low, UNKNOWN);
  else if (opcode >= 0xa4 && opcode <= 0xaf && opcode !== 0xa8 && opcode !== 0xa9) {
    for (const register of [RCX, RSI, RDI, RAX]) set(register, UNKNOWN);
  } else if (opcode === 0xf6 || opcode === 0xf7) {
    if ((reg & 7) >= 4) {
      set(RAX, UNKNOWN);
      set(RDX, UNKNOWN);
    } else if ((reg & 7) >= 2) set(rm, UNKNOWN);
  } else if (opcode === 0xfe || opcode === 0xff) set(rm, UNKNOWN);
}

/** Two- and three-byte opcodes that write general registers; the others write vectors, flags or memory. */
function executeOther({ map, opcode, reg, rm, low, vector }: Instruction, set: (register: number, value: Value) => void): void {
  if (map === '0f') {
    if ((opcode >= 0x40 && opcode <= 0x4f && !vector) || opcode === 0x2c || opcode === 0x2d || opcode === 0x50) set(reg, UNKNOWN);
    else if (opcode === 0xaf || opcode === 0xb6 || opcode === 0xb7 || opcode === 0xb8) set(reg, UNKNOWN);
    else if ((opcode >= 0xbc && opcode <= 0xbf) || opcode === 0xc5 || opcode === 0xd7 || opcode === 0x02 || opcode === 0x03)
      set(reg, UNKNOWN);
    else if ((opcode >= 0x90 && opcode <= 0x9f) || opcode === 0x7e || opcode === 0xa4 || opcode === 0xa5) set(rm, UNKNOWN);
    else if (opcode === 0xab || opcode === 0xac || opcode === 0xad || opcode === 0xb3 || opcode === 0xba || opcode === 0xbb)
      set(rm, UNKNOWN);
    else if (opcode === 0xb0 || opcode === 0xb1 || opcode === 0xc0 || opcode === 0xc1 || opcode === 0xc7) {
      set(rm, UNKNOWN);
      set(RAX, UNKNOWN);
      if (opcode === 0xc0 || opcode === 0xc1) set(reg, UNKNOWN);
    } else if (opcode >= 0xc8 && opcode <= 0xcf) set(low, UNKNOWN);
    else if (opcode === 0xa2 || opcode === 0x31 || opcode === 0x01)
      for (const register of [RAX, RCX, RDX, RBX]) set(register, UNKNOWN);
  } else if (map === '0f38') {
    if (opcode >= 0xf0) set(reg, UNKNOWN);
  } else if (opcode === 0xf0) set(reg, UNKNOWN);
  else if (opcode >= 0x14 && opcode <= 0x17) set(rm, UNKNOWN);
}

function plus(value: Value, amount: number): Value {
  return value.kind === 'stack-address' ? { kind: 'stack-address', offset: value.offset + amount } : UNKNOWN;
}
