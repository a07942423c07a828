// A Go program → the address that its table of functions counts from, `runtime.text`: in the table's header until Go 1.25, in the module's
// data from 1.26 on, in either as it is or by a relative relocation (lld then leaves the word itself zero). It is not where .text begins: C's startup code may
// stand before it. Sources: pcHeader and moduledata of src/runtime/symtab.go; the ELF ABIs of both.

import type { ByteSource } from './byte-source.ts';
import { type ElfFile, sectionNamed, SHT_RELA, word } from './elf-file.ts';
import { MAX_RELOCATION_BYTES } from './limits.ts';

/** R_X86_64_RELATIVE, R_AARCH64_RELATIVE: base plus addend. */
const RELATIVE = { 'x86-64': 8, aarch64: 1027 } as const;
const RELOCATION_BYTES = 24;
/** Read at once. */
const PIECE_BYTES = 8192 * RELOCATION_BYTES;
/** The module's data since Go 1.26, and in it `text`: behind a pointer, six slices, and three words. */
const MODULE_SECTION = '.go.module';
const MODULE_TEXT_AT = 22 * 8;
const WORD_BYTES = 8;

/** A word of the file, where it lies in memory. */
interface Slot {
  readonly address: number;
  readonly value: number;
}

/** `slot`: the header's word for it. null: the file does not tell, or something that is not in its code. */
export function findGoTextStart(source: ByteSource, file: ElfFile, slot: Slot): number | null {
  const text = sectionNamed(file, '.text');
  const start = valueOf(source, file, slot) ?? moduleText(source, file);
  if (text === undefined || start === null) return null;
  return start >= text.address && start < text.address + text.sizeBytes ? start : null;
}

function moduleText(source: ByteSource, file: ElfFile): number | null {
  const section = sectionNamed(file, MODULE_SECTION);
  if (section === undefined || section.sizeBytes < MODULE_TEXT_AT + WORD_BYTES) return null;
  const bytes = source.read(section.fileOffset + MODULE_TEXT_AT, WORD_BYTES);
  return bytes && valueOf(source, file, { address: section.address + MODULE_TEXT_AT, value: word(bytes, 0) });
}

/** null: it is zero. */
function valueOf(source: ByteSource, file: ElfFile, { address, value }: Slot): number | null {
  return value !== 0 ? value : relativeAddend(source, file, address);
}

/** What the dynamic linker adds to the base for this slot; null: no relative relocation is for it. */
function relativeAddend(source: ByteSource, file: ElfFile, address: number): number | null {
  const wanted = RELATIVE[file.architecture];
  let budgetBytes = MAX_RELOCATION_BYTES;
  for (const { type, fileOffset, sizeBytes } of file.sections) {
    if (type !== SHT_RELA || sizeBytes > budgetBytes) continue;
    budgetBytes -= sizeBytes;
    for (let start = 0; start + RELOCATION_BYTES <= sizeBytes; start += PIECE_BYTES) {
      const bytes = source.read(fileOffset + start, Math.min(PIECE_BYTES, sizeBytes - start));
      if (bytes === null) break;
      for (let at = 0; at + RELOCATION_BYTES <= bytes.length; at += RELOCATION_BYTES)
        if (word(bytes, at) === address && bytes.readUInt32LE(at + 8) === wanted) return word(bytes, at + 16);
    }
  }
  return null;
}
