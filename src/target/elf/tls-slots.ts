// Relocations of an ELF file → the slots (file addresses) into which the dynamic linker writes where the file's thread-locals are.
// x86-64: the file's own TLS module id, R_X86_64_DTPMOD64 of the psABI; with symbol 0 it means "this module" (local- and general-
// dynamic access to hidden variables). aarch64: a TLS descriptor per variable, R_AARCH64_TLSDESC ("ELF for the Arm 64-bit
// Architecture", thread-local storage; both compilers' default). Files whose accesses were relaxed to initial-exec have neither.

import type { ByteSource } from './byte-source.ts';
import { PT_TLS, SHT_RELA, type ElfFile } from './elf-file.ts';
import { MAX_RELOCATION_BYTES } from './limits.ts';
import type { RawSymbols } from './raw-symbols.ts';

const R_X86_64_DTPMOD64 = 16;
const R_AARCH64_TLSDESC = 1031;
const RELOCATION_WORDS = 6;
const RELOCATION_BYTES = 4 * RELOCATION_WORDS;
/** Read at once. What is looked for stands at the end: linkers put relative relocations first, 98 of 100 of libjvm's. */
const PIECE_BYTES = 8192 * RELOCATION_BYTES;
const TWO_TO_32 = 0x1_0000_0000;
/** Thread-locals of one file whose descriptors are kept: libjvm has 15, a large C++ library some hundreds. */
const MAX_DESCRIPTORS = 65_536;

export interface TlsSlots {
  /** Slot of the module id; null: none. */
  readonly module: number | null;
  /** Slots of descriptors by the variable's offset in the file's TLS block. */
  readonly descriptors: ReadonlyMap<number, number>;
}

/** `dynamicSymbols` is .dynsym, which relocations refer to. */
export function findTlsSlots(source: ByteSource, file: ElfFile, dynamicSymbols: RawSymbols | undefined): TlsSlots {
  const descriptors = new Map<number, number>();
  if (!file.segments.some((segment) => segment.type === PT_TLS)) return { module: null, descriptors };
  const wanted = file.architecture === 'aarch64' ? R_AARCH64_TLSDESC : R_X86_64_DTPMOD64;
  let ofOwnSymbol: number | null = null;
  let budgetBytes = MAX_RELOCATION_BYTES;
  for (const section of file.sections) {
    if (section.type !== SHT_RELA || section.sizeBytes > budgetBytes) continue;
    budgetBytes -= section.sizeBytes;
    const sizeBytes = Math.floor(section.sizeBytes / RELOCATION_BYTES) * RELOCATION_BYTES;
    for (let end = sizeBytes; end > 0; end -= PIECE_BYTES) {
      const start = Math.max(0, end - PIECE_BYTES);
      const bytes = source.read(section.fileOffset + start, end - start);
      if (bytes === null) break;
      const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      for (let at = words.length - RELOCATION_WORDS; at >= 0; at -= RELOCATION_WORDS) {
        if (words[at + 2] !== wanted) continue;
        const slot = (words[at] ?? 0) + (words[at + 1] ?? 0) * TWO_TO_32;
        const symbol = words[at + 3] ?? 0;
        const isDefined = symbol === 0 || dynamicSymbols?.isDefined(symbol) === true;
        if (wanted === R_AARCH64_TLSDESC) {
          const value = symbol === 0 ? 0 : (dynamicSymbols?.value(symbol) ?? 0);
          // Of two descriptors for one variable either serves.
          if (isDefined && descriptors.size < MAX_DESCRIPTORS) descriptors.set(value + (words[at + 4] ?? 0), slot);
          continue;
        }
        if (symbol === 0) return { module: slot, descriptors };
        if (isDefined) ofOwnSymbol ??= slot; // ours, unless another library overrides it
      }
    }
  }
  return { module: ofOwnSymbol, descriptors };
}
