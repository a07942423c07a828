// Notes of an ELF image → its build id, as hexadecimal digits. Source: the gABI's note section; NT_GNU_BUILD_ID of elf.h.

import type { ByteSource } from './byte-source.ts';
import { PT_NOTE, SHT_NOTE, type ElfFile } from './elf-file.ts';
import { MAX_BUILD_ID_BYTES, MAX_NOTE_BYTES } from './limits.ts';

const NT_GNU_BUILD_ID = 3;
const NOTE_HEADER_BYTES = 12;
const GNU = Buffer.from('GNU\0');

/** '' when the file has none. */
export function readBuildId(source: ByteSource, file: ElfFile): string {
  const places = [
    ...file.segments
      .filter((segment) => segment.type === PT_NOTE)
      .map((segment) => ({ offset: segment.fileOffset, sizeBytes: segment.fileBytes })),
    ...file.sections
      .filter((section) => section.type === SHT_NOTE)
      .map((section) => ({ offset: section.fileOffset, sizeBytes: section.sizeBytes })),
  ];
  let budgetBytes = MAX_NOTE_BYTES;
  for (const { offset, sizeBytes } of places) {
    if (sizeBytes > budgetBytes) continue;
    budgetBytes -= sizeBytes;
    const notes = source.read(offset, sizeBytes);
    const found = notes && findBuildId(notes);
    if (found) return found;
  }
  return '';
}

function findBuildId(notes: Buffer): string | null {
  for (let at = 0; at + NOTE_HEADER_BYTES <= notes.length;) {
    const nameBytes = notes.readUInt32LE(at);
    const descriptionBytes = notes.readUInt32LE(at + 4);
    const name = at + NOTE_HEADER_BYTES;
    const description = name + align4(nameBytes);
    const end = description + descriptionBytes;
    if (end > notes.length) return null;
    const isBuildId = notes.readUInt32LE(at + 8) === NT_GNU_BUILD_ID && notes.subarray(name, name + nameBytes).equals(GNU);
    if (isBuildId && descriptionBytes <= MAX_BUILD_ID_BYTES) return notes.toString('hex', description, end);
    at = description + align4(descriptionBytes);
  }
  return null;
}

const align4 = (bytes: number): number => Math.ceil(bytes / 4) * 4;
