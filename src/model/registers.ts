// The user-mode registers of a sample: what the capture program prints, in the order it prints them.
// Source of the order: struct pt_regs, arch/x86/include/asm/ptrace.h.

/** Register names of x86-64 in capture order; the index of a name is its place in {@link Registers}. */
export const X86_64_REGISTERS = [
  'r15', 'r14', 'r13', 'r12', 'rbp', 'rbx', 'r11', 'r10', 'r9', 'r8', 'rax', 'rcx', 'rdx', 'rsi', 'rdi', 'rip', 'cs', 'rsp',
] as const; // prettier-ignore

export type RegisterName = (typeof X86_64_REGISTERS)[number];

/**
 * One value per name of {@link X86_64_REGISTERS}. Values above 2^53 lose low bits: they are no user addresses, and nothing
 * but addresses is read from registers.
 */
export type Registers = Readonly<Record<RegisterName, number>>;

/** Names by the number that instructions encode (Intel SDM volume 2, table 3-1). */
const BY_NUMBER: readonly RegisterName[] = [
  'rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15',
]; // prettier-ignore

/** The register that an instruction encodes as `number` (0 to 15). */
export function registerByNumber(registers: Registers, number: number): number {
  const name = BY_NUMBER[number];
  if (name === undefined) throw new RangeError(`x86-64 has no register ${String(number)}`);
  return registers[name];
}
