// The registers in a ucontext, against a context laid out as sys/ucontext.h says.

import { expect, test } from 'vitest';
import { asAddress } from '../../../../src/model/units.ts';
import { asX86, X86_64_REGISTERS } from '../../../../src/model/registers.ts';
import { X86_64 } from '../../../../src/unwind/arch/x86-64.ts';
import { StackWindow, WalkStop } from '../../../../src/unwind/stack-window.ts';

const START = 0x7fff_0000_1000;
/** glibc's sys/ucontext.h: REG_R8 is 0; uc_flags, uc_link, uc_stack before. */
const GREGS = ['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rdi', 'rsi', 'rbp', 'rbx', 'rdx', 'rax', 'rcx', 'rsp', 'rip']; // prettier-ignore
const MCONTEXT_OFFSET = 8 + 8 + 24;

function windowWith(contextAt: number, sizeBytes = 4096): StackWindow {
  const bytes = Buffer.alloc(sizeBytes);
  GREGS.forEach((_, index) => {
    const at = contextAt - START + MCONTEXT_OFFSET + 8 * index;
    if (at + 8 <= sizeBytes) bytes.writeBigUInt64LE(BigInt(0x1000 + index), at);
  });
  const chunks = [{ address: asAddress(START), bytes }];
  return new StackWindow({ chunks, unreadablePages: [], end: asAddress(START + sizeBytes), cut: false, lostChunks: 0 }, null);
}

const interruptedRegisters = (window: StackWindow, contextAt: number) =>
  asX86(X86_64.signals.registers((address) => window.word(address), contextAt));

test('every register stands where the kernel put it', () => {
  const registers = interruptedRegisters(windowWith(START + 0x100), START + 0x100);
  for (const name of X86_64_REGISTERS.filter((each) => each !== 'cs'))
    expect(registers[name], name).toBe(0x1000 + GREGS.indexOf(name));
});

test('a context that goes on above the copy: the walk ends with a reason', () => {
  expect(() => interruptedRegisters(windowWith(START + 0x80, 0x100), START + 0x80)).toThrow(WalkStop);
});
