// A DWARF expression of call frame information → its value, or null: an unknown register, memory outside of the stack, an operation
// that frames do not need. A bounded machine: expressions are the target's. Source: DWARF 5, 2.5 and 7.7.1.

import type { RegisterFile } from './register-file.ts';

export interface ExpressionContext {
  readonly registers: RegisterFile;
  /** The word at an address; null: not known. */
  readonly word: (address: number) => number | null;
}

/** Operations run, branches back included: glibc's longest runs 2, the PLT's 11. */
const MAX_STEPS = 512;
const MAX_STACK = 64;
const MASK = (1n << 64n) - 1n;

class Stop extends Error {}

/** `initial`: what stands on the stack at first (the CFA, for a register's rule). */
export function evaluateExpression(
  code: readonly number[],
  initial: readonly number[],
  context: ExpressionContext,
): number | null {
  try {
    return new Machine(code, context).run(initial);
  } catch (error) {
    if (error instanceof Stop) return null;
    throw error;
  }
}

class Machine {
  readonly #code: readonly number[];
  readonly #context: ExpressionContext;
  readonly #stack: bigint[] = [];
  #at = 0;

  constructor(code: readonly number[], context: ExpressionContext) {
    this.#code = code;
    this.#context = context;
  }

  run(initial: readonly number[]): number {
    for (const value of initial) this.#push(exact(value));
    for (let steps = 0; this.#at < this.#code.length; steps += 1) {
      if (steps >= MAX_STEPS) throw new Stop();
      this.#operation(this.#byte());
    }
    return Number(this.#pop());
  }

  #operation(op: number): void {
    if (op >= 0x30 && op <= 0x4f) return this.#push(BigInt(op - 0x30)); // DW_OP_lit
    if (op >= 0x70 && op <= 0x8f) return this.#register(op - 0x70); // DW_OP_breg
    const binary = BINARY[op];
    if (binary !== undefined) {
      const right = this.#pop();
      return this.#push(binary(this.#pop(), right));
    }
    switch (op) {
      case 0x03: // DW_OP_addr
      case 0x0e: // DW_OP_const8u
      case 0x0f: // DW_OP_const8s
        return this.#push(this.#constant(8));
      case 0x06: // DW_OP_deref
        return this.#load();
      case 0x08: // DW_OP_const1u
        return this.#push(this.#constant(1));
      case 0x09: // DW_OP_const1s
        return this.#push(BigInt.asIntN(8, this.#constant(1)));
      case 0x0a: // DW_OP_const2u
        return this.#push(this.#constant(2));
      case 0x0b: // DW_OP_const2s
        return this.#push(BigInt.asIntN(16, this.#constant(2)));
      case 0x0c: // DW_OP_const4u
        return this.#push(this.#constant(4));
      case 0x0d: // DW_OP_const4s
        return this.#push(BigInt.asIntN(32, this.#constant(4)));
      case 0x10: // DW_OP_constu
        return this.#push(this.#leb(false));
      case 0x11: // DW_OP_consts
        return this.#push(this.#leb(true));
      case 0x12: // DW_OP_dup
        return this.#push(this.#peek(0));
      case 0x13: // DW_OP_drop
        this.#pop();
        return;
      case 0x14: // DW_OP_over
        return this.#push(this.#peek(1));
      case 0x15: // DW_OP_pick
        return this.#push(this.#peek(this.#byte()));
      case 0x16: // DW_OP_swap
        return this.#rotate(2);
      case 0x17: // DW_OP_rot
        return this.#rotate(3);
      case 0x19: {
        // DW_OP_abs
        const value = signed(this.#pop());
        return this.#push(value < 0n ? -value : value);
      }
      case 0x1f: // DW_OP_neg
        return this.#push(-this.#pop());
      case 0x20: // DW_OP_not
        return this.#push(~this.#pop());
      case 0x23: // DW_OP_plus_uconst
        return this.#push(this.#pop() + this.#leb(false));
      case 0x28: {
        // DW_OP_bra
        const offset = Number(BigInt.asIntN(16, this.#constant(2)));
        return this.#pop() === 0n ? undefined : this.#jump(offset);
      }
      case 0x2f: // DW_OP_skip
        return this.#jump(Number(BigInt.asIntN(16, this.#constant(2))));
      case 0x92: // DW_OP_bregx
        return this.#register(Number(this.#leb(false)));
      case 0x96: // DW_OP_nop
        return;
      default:
        throw new Stop();
    }
  }

  #register(number: number): void {
    const offset = this.#leb(true);
    this.#push(exact(this.#context.registers[number] ?? NaN) + offset);
  }

  #load(): void {
    const value = this.#context.word(Number(this.#pop()));
    if (value === null) throw new Stop();
    this.#push(exact(value));
  }

  #jump(offset: number): void {
    const to = this.#at + offset;
    if (to < 0 || to > this.#code.length) throw new Stop();
    this.#at = to;
  }

  #rotate(count: number): void {
    const top = this.#pop();
    if (this.#stack.length < count - 1) throw new Stop();
    this.#stack.splice(this.#stack.length - (count - 1), 0, top);
  }

  #push(value: bigint): void {
    if (this.#stack.length >= MAX_STACK) throw new Stop();
    this.#stack.push(value & MASK);
  }

  #pop(): bigint {
    const value = this.#stack.pop();
    if (value === undefined) throw new Stop();
    return value;
  }

  #peek(below: number): bigint {
    const value = this.#stack[this.#stack.length - 1 - below];
    if (value === undefined) throw new Stop();
    return value;
  }

  #byte(): number {
    const byte = this.#code[this.#at];
    if (byte === undefined) throw new Stop();
    this.#at += 1;
    return byte & 0xff;
  }

  #constant(bytes: number): bigint {
    let value = 0n;
    for (let i = 0; i < bytes; i += 1) value |= BigInt(this.#byte()) << BigInt(8 * i);
    return value;
  }

  #leb(isSigned: boolean): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return isSigned && (byte & 0x40) !== 0 ? value - (1n << (shift + 7n)) : value;
    }
    throw new Stop();
  }
}

type Binary = (left: bigint, right: bigint) => bigint;

const signed = (value: bigint): bigint => BigInt.asIntN(64, value);
const truth = (value: boolean): bigint => (value ? 1n : 0n);
const shift = (count: bigint): bigint => (count < 64n ? count : 64n);

const BINARY: Readonly<Partial<Record<number, Binary>>> = {
  0x1a: (a, b) => a & b,
  0x1b: (a, b) => {
    if (b === 0n) throw new Stop();
    return signed(a) / signed(b);
  },
  0x1c: (a, b) => a - b,
  0x1d: (a, b) => {
    if (b === 0n) throw new Stop();
    return a % b;
  },
  0x1e: (a, b) => a * b,
  0x21: (a, b) => a | b,
  0x22: (a, b) => a + b,
  0x24: (a, b) => a << shift(b),
  0x25: (a, b) => a >> shift(b),
  0x26: (a, b) => signed(a) >> shift(b),
  0x27: (a, b) => a ^ b,
  0x29: (a, b) => truth(a === b),
  0x2a: (a, b) => truth(signed(a) >= signed(b)),
  0x2b: (a, b) => truth(signed(a) > signed(b)),
  0x2c: (a, b) => truth(signed(a) <= signed(b)),
  0x2d: (a, b) => truth(signed(a) < signed(b)),
  0x2e: (a, b) => truth(a !== b),
};

/** A number that lost bits on its way is none. */
function exact(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw new Stop();
  return BigInt(value);
}
