// Relocations of an ELF file → the slot (file address) into which the dynamic linker writes the file's own TLS module id.
// Source: the psABI's R_X86_64_DTPMOD64; with symbol 0 it means "this module" (local- and general-dynamic access to hidden
// variables). Files built with TLS descriptors, or whose accesses were relaxed to initial-exec, have none.

import type { ByteSource } from './byte-source.ts';
import { PT_TLS, SHT_RELA, type ElfFile } from './elf-file.ts';
import { MAX_RELOCATION_BYTES } from './limits.ts';
import type { RawSymbols } from './raw-symbols.ts';

const R_X86_64_DTPMOD64 = 16;
const RELOCATION_WORDS = 6;
const TWO_TO_32 = 0x1_0000_0000;

/** null when the file has no thread-locals or no such relocation. `dynamicSymbols` is .dynsym, which relocations refer to. */
export function findTlsModuleSlot(source: ByteSource, file: ElfFile, dynamicSymbols: RawSymbols | undefined): number | null {
  if (!file.segments.some((segment) => segment.type === PT_TLS)) return null;
  let ofOwnSymbol: number | null = null;
  let budgetBytes = MAX_RELOCATION_BYTES;
  for (const section of file.sections) {
    if (section.type !== SHT_RELA || section.sizeBytes > budgetBytes) continue;
    budgetBytes -= section.sizeBytes;
    const bytes = source.read(section.fileOffset, section.sizeBytes);
    if (bytes === null) continue;
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
    for (let at = 0; at + RELOCATION_WORDS <= words.length; at += RELOCATION_WORDS) {
      if (words[at + 2] !== R_X86_64_DTPMOD64) continue;
      const slot = (words[at] ?? 0) + (words[at + 1] ?? 0) * TWO_TO_32;
      const symbol = words[at + 3] ?? 0;
      if (symbol === 0) return slot;
      if (dynamicSymbols?.isDefined(symbol) === true) ofOwnSymbol ??= slot; // ours, unless another library overrides it
    }
  }
  return ofOwnSymbol;
}
