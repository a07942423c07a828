// Units and brands that more than one stage shares. A user address fits in 48 bits and is a plain number: exact, and fast in
// hot loops (facts: bigint is not). Kernel addresses are bigint at every boundary. Names carry their unit last.

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A process id (the kernel's tgid) as seen from jtrace's pid namespace. */
export type Pid = Branded<number, 'Pid'>;
/** A thread id (the kernel's pid) as seen from jtrace's pid namespace. */
export type Tid = Branded<number, 'Tid'>;
/** An address in a target's user space, below 2^48. */
export type Address = Branded<number, 'Address'>;
/** An address in the kernel. */
export type KernelAddress = Branded<bigint, 'KernelAddress'>;
/** An address as a library's own ELF headers count it (before relocation to where it is mapped). */
export type ElfAddress = Branded<number, 'ElfAddress'>;

export const asPid = (value: number): Pid => value as Pid;
export const asTid = (value: number): Tid => value as Tid;
export const asAddress = (value: number): Address => value as Address;
export const asKernelAddress = (value: bigint): KernelAddress => value as KernelAddress;
export const asElfAddress = (value: number): ElfAddress => value as ElfAddress;

/** One past the highest user address of any architecture (architecture.ts has each one's); what lies beyond is never read. */
export const USER_ADDRESS_END = 0x1_0000_0000_0000;
export const PAGE_BYTES = 4096;
export const WORD_BYTES = 8;

/** As debuggers write an address. */
export const hex = (address: number): string => `0x${address.toString(16)}`;
