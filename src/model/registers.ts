// The user-mode registers of a sample, per architecture: what the capture program prints, in the order it prints them.
// Sources of the orders: struct pt_regs, arch/x86/include/asm/ptrace.h; struct user_pt_regs, arch/arm64/include/uapi/asm/ptrace.h.

/** Register names of x86-64 in capture order; the index of a name is its place in a recording's list. */
export const X86_64_REGISTERS = [
  'r15', 'r14', 'r13', 'r12', 'rbp', 'rbx', 'r11', 'r10', 'r9', 'r8', 'rax', 'rcx', 'rdx', 'rsi', 'rdi', 'rip', 'cs', 'rsp',
] as const; // prettier-ignore

/** Register names of aarch64 in capture order. x29 is the frame pointer, x30 the link register. */
export const AARCH64_REGISTERS = [
  'x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7', 'x8', 'x9', 'x10', 'x11', 'x12', 'x13', 'x14', 'x15',
  'x16', 'x17', 'x18', 'x19', 'x20', 'x21', 'x22', 'x23', 'x24', 'x25', 'x26', 'x27', 'x28', 'x29', 'x30', 'sp', 'pc', 'pstate',
] as const; // prettier-ignore

export type RegisterName = (typeof X86_64_REGISTERS)[number];
export type Aarch64RegisterName = (typeof AARCH64_REGISTERS)[number];

/**
 * One value per name of {@link X86_64_REGISTERS}. Values above 2^53 lose low bits: they are no user addresses, and nothing
 * but addresses is read from registers.
 */
export type X86Registers = Readonly<Record<RegisterName, number>>;

/** One value per name of {@link AARCH64_REGISTERS}; of x30 and pc without what pointer authentication put into the upper bits. */
export type Aarch64Registers = Readonly<Record<Aarch64RegisterName, number>>;

/** The registers of a sample: those of its target's architecture. */
export type Registers = X86Registers | Aarch64Registers;

export function isAarch64(registers: Registers): registers is Aarch64Registers {
  return 'x30' in registers;
}

/** Those of an x86-64 target: for code of that architecture only. */
export function asX86(registers: Registers): X86Registers {
  if (isAarch64(registers)) throw new Error('registers of another architecture');
  return registers;
}

/** __USER32_CS of arch/x86/include/asm/segment.h: code of 32 bits, also under a 64-bit kernel. */
const COMPATIBILITY_CS = 0x23;
/** The mode in pstate, its bit for 32 bits included, and user mode of these (PSR_AA32_MODE_USR, arch/arm64/include/asm/ptrace.h). */
const [STATE_MODE_MASK, AARCH32_USER_MODE] = [0x1f, 0x10];

/** Whether these were taken in code of 32 bits, whose registers and stack are of another form. */
export function isOf32Bits(registers: Registers): boolean {
  return isAarch64(registers) ? (registers.pstate & STATE_MODE_MASK) === AARCH32_USER_MODE : registers.cs === COMPATIBILITY_CS;
}

/** The return address that a leaf has in its link register; null: the architecture has none. */
export function linkOf(registers: Registers): number | null {
  return isAarch64(registers) ? registers.x30 : null;
}

/** Where execution stands: what every architecture has. */
export interface MachinePoint {
  readonly pc: number;
  readonly sp: number;
  /** The frame pointer register. */
  readonly fp: number;
}

export function pointOf(registers: Registers): MachinePoint {
  return isAarch64(registers)
    ? { pc: registers.pc, sp: registers.sp, fp: registers.x29 }
    : { pc: registers.rip, sp: registers.rsp, fp: registers.rbp };
}

/** Names by the number that instructions encode (Intel SDM volume 2, table 3-1). */
const X86_BY_NUMBER: readonly RegisterName[] = [
  'rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15',
]; // prettier-ignore

/** The register that an instruction encodes as `number` (x86-64: 0 to 15, aarch64: 0 to 31, which is sp). */
export function registerByNumber(registers: Registers, number: number): number {
  if (isAarch64(registers)) {
    const name = number === 31 ? 'sp' : AARCH64_REGISTERS[number];
    if (name === undefined || number > 31) throw new RangeError(`aarch64 has no register ${String(number)}`);
    return registers[name];
  }
  const name = X86_BY_NUMBER[number];
  if (name === undefined) throw new RangeError(`x86-64 has no register ${String(number)}`);
  return registers[name];
}
