// A kernel function as it was read → its instructions one after the other, each where it really begins: bytes inside another instruction are
// none. By the decoder of unwind/arch, which knows how long every instruction of compiled code is; what it does not know ends the list.

import type { KernelSymbols } from '../model/target.ts';
import { asKernelAddress, type KernelAddress } from '../model/units.ts';
import { decodeX86, type X86Instruction } from '../unwind/arch/x86-instruction.ts';

/** A function as read from the running kernel: from its start, perhaps further than its end. */
export interface KernelCode {
  readonly address: KernelAddress;
  readonly bytes: Uint8Array;
}

/** An instruction in its place. */
export interface PlacedInstruction {
  readonly address: KernelAddress;
  readonly bytes: Uint8Array;
  readonly instruction: X86Instruction;
}

export interface KernelFunction {
  /**
   * How much of it is known. `cut`: its end was not read; `undecoded`: an instruction that is not known came before it; `unreadable`: it is not
   * what its name says (symbols are hidden), or a read failed.
   */
  readonly extent: 'whole' | 'cut' | 'undecoded' | 'unreadable';
  readonly instructions: readonly PlacedInstruction[];
}

/** Takes the code of the function `name` apart; what lies behind its end, as the symbols have it, is left out. */
export function takeApart(name: string, code: KernelCode, symbols: KernelSymbols): KernelFunction {
  const size = sizeOf(name, code, symbols);
  const bytes = code.bytes.subarray(0, size);
  // A read that failed gives zeros in every bpftrace; no function is made of them.
  if (bytes.every((byte) => byte === 0)) return { extent: 'unreadable', instructions: [] };
  const instructions = decodeAll({ address: code.address, bytes });
  const last = instructions.at(-1);
  const end = last === undefined ? 0 : Number(last.address - code.address) + last.bytes.length;
  if (size === code.bytes.length) return { extent: 'cut', instructions };
  return { extent: end === size ? 'whole' : 'undecoded', instructions };
}

/** All instructions up to the end, or to the first that is not known. */
export function decodeAll({ address, bytes }: KernelCode): readonly PlacedInstruction[] {
  const found: PlacedInstruction[] = [];
  for (let at = 0; at < bytes.length;) {
    const instruction = decodeX86(bytes, at);
    if (instruction === null) break;
    const end = at + instruction.length;
    found.push({ address: asKernelAddress(address + BigInt(at)), bytes: bytes.subarray(at, end), instruction });
    at = end;
  }
  return found;
}

/** How many of the bytes that were read belong to the function. */
function sizeOf(name: string, { address, bytes }: KernelCode, symbols: KernelSymbols): number {
  let size = 0;
  while (size < bytes.length && symbols.symbolAt(asKernelAddress(address + BigInt(size)))?.name === name) size++;
  return size;
}

const [CALL_REL32, JMP_REL32] = [0xe8, 0xe9];

/** Where a direct call, or a jump of 32 bits, leads; null: it is neither. Indirect and conditional ones are left out. */
export function calledAddress({
  address,
  instruction: { map, opcode, length, immediate },
}: PlacedInstruction): KernelAddress | null {
  if (map !== 0 || (opcode !== CALL_REL32 && opcode !== JMP_REL32)) return null;
  return asKernelAddress(BigInt.asUintN(64, address + BigInt(length) + BigInt(immediate)));
}
