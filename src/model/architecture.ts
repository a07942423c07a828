// The processor architectures of targets, and what more than one stage must know of each.

/** As this project names them: x86-64 is Node's `x64`, aarch64 its `arm64`. */
export type ArchitectureName = 'x86-64' | 'aarch64';

/** One past the highest user address: 4-level page tables of x86-64; 48 bits of aarch64, which a program leaves only by asking. */
export const USER_ADDRESS_END_OF: Readonly<Record<ArchitectureName, number>> = {
  'x86-64': 0x8000_0000_0000,
  aarch64: 0x1_0000_0000_0000,
};
