// How this machine's page tables are built: levels, and which bits of an entry are the frame. x86-64 only.
// Sources: arch/x86/include/asm/pgtable_64_types.h, /proc/cpuinfo.

export interface PagingShape {
  readonly levels: 4 | 5;
  /** log2 of the bytes that an entry of the top table stands for. */
  readonly topShift: 39 | 48;
  /** Bits of an entry that hold the physical address. */
  readonly frameMask: bigint;
  /** One past the last user address. */
  readonly userEnd: number;
}

/** Where `address sizes` is missing: 52 bits is all there can be, and entries hold nothing else there but encryption's bit. */
const MOST_PHYSICAL_BITS = 52;
/** Physical address 0 to the most bits: everything less is a machine that does not exist. */
const LEAST_PHYSICAL_BITS = 32;

/** From the text of /proc/cpuinfo; null: no x86-64. The kernel leaves `la57` out where it does not use five levels. */
export function pagingShapeOf(cpuinfo: string): PagingShape | null {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(' ');
  if (flags?.includes('lm') !== true) return null;
  const bits = Number(/^address sizes\s*: (\d{1,2}) bits physical/m.exec(cpuinfo)?.[1] ?? MOST_PHYSICAL_BITS);
  const physicalBits = Math.min(Math.max(bits, LEAST_PHYSICAL_BITS), MOST_PHYSICAL_BITS);
  const levels = flags.includes('la57') ? 5 : 4;
  return {
    levels,
    topShift: levels === 5 ? 48 : 39,
    frameMask: ((1n << BigInt(physicalBits)) - 1n) & ~0xfffn,
    // With five levels, too, only who asks for it gets mappings above 47 bits, and addresses are plain numbers here.
    userEnd: 2 ** 47,
  };
}

/** As the placeholder type `mask` has it: 16 hex digits. */
export function maskOf(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
}
