// The few instructions that the freeze check rests on → text as objdump writes them (AT&T): direct calls and jumps, and what counts up, reads
// or tests a field behind a register. All others are only bytes. The oracle is objdump: test/guest/freeze-check.test.ts.

import type { KernelSymbols } from '../model/target.ts';
import { asKernelAddress } from '../model/units.ts';
import { calledAddress, type PlacedInstruction } from './kernel-function.ts';

const REGISTERS = [
  ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'r8d', 'r9d', 'r10d', 'r11d', 'r12d', 'r13d', 'r14d', 'r15d'],
  ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'],
] as const;
/** Opcode 81 and 83, by ModRM.reg. */
const ARITHMETIC = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'] as const;
const REX = 0x40;
/** Nearer fields are written in one byte: they are of something small, not of a task_struct. */
const LEAST_OFFSET = 0x80;

/** A field behind a register: `OFF(%reg)`, whose offset takes 32 bits. */
export interface FieldUse {
  readonly offset: number;
  /** `addl $1` or `incl`: what pagefault_disable() does. */
  readonly countsUp: boolean;
  /** Reads 32 bits of it, without writing: `mov`, `cmp`, `test`. */
  readonly reads: boolean;
  readonly text: string;
}

/** null: not one of the few. Prefixes (another segment, another size, lock) make it another instruction. */
export function fieldUse({ bytes, instruction }: PlacedInstruction): FieldUse | null {
  const { map, opcode, reg, memory, immediate, isWide } = instruction;
  const first = bytes[0] ?? 0;
  const hasPrefix = first !== opcode && (first & 0xf0) !== REX;
  if (map !== 0 || hasPrefix || memory === null || memory.base < 0 || memory.index >= 0) return null;
  const form = formOf(opcode, reg & 7);
  if (form === null || Math.abs(memory.displacement) < LEAST_OFFSET) return null;
  const registers = REGISTERS[isWide ? 1 : 0];
  const field = `${hex(memory.displacement)}(%${REGISTERS[1][memory.base] ?? '?'})`;
  const sized = `${form.name}${isWide ? 'q' : 'l'}`;
  const value = `$0x${BigInt.asUintN(isWide ? 64 : 32, BigInt(immediate)).toString(16)}`;
  const other = `%${registers[reg] ?? '?'}`;
  const text = {
    alone: `${sized} ${field}`,
    immediate: `${sized} ${value},${field}`,
    'from-field': `${form.name} ${field},${other}`,
    'to-field': `${form.name} ${other},${field}`,
  }[form.operands];
  const countsUp = form.operands === 'alone' || (form.name === 'add' && form.operands === 'immediate' && immediate === 1);
  return {
    offset: memory.displacement,
    countsUp: countsUp && !isWide,
    reads: ['mov', 'cmp', 'test'].includes(form.name) && !isWide,
    text,
  };
}

/** `call NAME` or `jmp NAME`; the address where it is no function's start. null: no direct call or jump. */
export function callText(placed: PlacedInstruction, symbols: KernelSymbols): string | null {
  const target = calledAddress(placed);
  if (target === null) return null;
  const name = functionAt(target, symbols) ?? `0x${target.toString(16)}`;
  return `${placed.instruction.opcode === 0xe8 ? 'call' : 'jmp'} ${name}`;
}

/** The function that begins at an address; null: none does. */
export function functionAt(address: bigint, symbols: KernelSymbols): string | null {
  const name = symbols.symbolAt(asKernelAddress(address))?.name ?? null;
  return name !== null && symbols.symbolAt(asKernelAddress(address - 1n))?.name !== name ? name : null;
}

interface Form {
  readonly name: string;
  readonly operands: 'alone' | 'immediate' | 'from-field' | 'to-field';
}

function formOf(opcode: number, operation: number): Form | null {
  switch (opcode) {
    case 0x81:
    case 0x83:
      return { name: ARITHMETIC[operation] ?? '?', operands: 'immediate' };
    case 0xff:
      return operation === 0 ? { name: 'inc', operands: 'alone' } : null;
    case 0xf7:
      return operation === 0 ? { name: 'test', operands: 'immediate' } : null;
    case 0x8b:
      return { name: 'mov', operands: 'from-field' };
    case 0x3b:
      return { name: 'cmp', operands: 'from-field' };
    case 0x39:
      return { name: 'cmp', operands: 'to-field' };
    case 0x85:
      return { name: 'test', operands: 'to-field' };
    default:
      return null;
  }
}

function hex(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}
