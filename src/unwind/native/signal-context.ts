// The registers that a signal interrupted, from the ucontext that the kernel put on the stack (arch/x86/include/uapi/asm/ucontext.h,
// sigcontext.h; glibc's gregset order). x86-64.

import { type RegisterName, type Registers, X86_64_REGISTERS } from '../../model/registers.ts';
import type { StackWindow } from '../stack-window.ts';

/** uc_mcontext in a ucontext: behind uc_flags, uc_link and uc_stack. */
const MCONTEXT_OFFSET = 40;
const MCONTEXT_ORDER: readonly RegisterName[] = [
  'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rdi', 'rsi', 'rbp', 'rbx', 'rdx', 'rax', 'rcx', 'rsp', 'rip',
]; // prettier-ignore

/** Throws WalkStop where the context is not in the copied stack. */
export function interruptedRegisters(window: StackWindow, contextAt: number): Registers {
  const value = (name: RegisterName): number => {
    const index = MCONTEXT_ORDER.indexOf(name);
    return index < 0 ? 0 : window.word(contextAt + MCONTEXT_OFFSET + 8 * index);
  };
  return Object.fromEntries(X86_64_REGISTERS.map((name) => [name, value(name)])) as Record<RegisterName, number>;
}
