// An ELF image → its sections of call frame information, unpacked: .eh_frame (by name, or where the program header of its index says),
// and .debug_frame, also compressed. Source: the gABI's chapter 4 (SHF_COMPRESSED); LSB Core 5.0, 10.6.2 (.eh_frame_hdr).

import { inflateSync } from 'node:zlib';
import type { ByteSource } from '../elf/byte-source.ts';
import { type ElfFile, PT_GNU_EH_FRAME, PT_LOAD, type Section, sectionNamed, SHT_NOBITS } from '../elf/elf-file.ts';
import { ByteCursor, CfiError } from './byte-cursor.ts';
import { readPointer } from './encoded-pointer.ts';
import type { FrameSection } from './frame-section.ts';
import { MAX_SECTION_BYTES } from './limits.ts';

const ELFCOMPRESS_ZLIB = 1;
const COMPRESSION_HEADER_BYTES = 24;
/** `ZLIB` and the size, big-endian: the form before SHF_COMPRESSED, in sections named .zdebug_. */
const OLD_COMPRESSION_HEADER_BYTES = 12;
/** version, three encodings, two pointers of 8 bytes. */
const EH_FRAME_HEADER_BYTES = 20;

/** .eh_frame first: what it covers, .debug_frame need not. */
export function findFrameSections(source: ByteSource, file: ElfFile): readonly FrameSection[] {
  const found: FrameSection[] = [];
  const eh = ehFrame(source, file);
  if (eh !== null) found.push(eh);
  for (const name of ['.debug_frame', '.zdebug_frame']) {
    const section = sectionNamed(file, name);
    const bytes = section === undefined ? null : contents(source, section);
    if (bytes !== null) found.push({ kind: 'debug_frame', bytes, bases: { section: 0, data: null } });
  }
  return found;
}

function ehFrame(source: ByteSource, file: ElfFile): FrameSection | null {
  const section = sectionNamed(file, '.eh_frame');
  if (section !== undefined) {
    const bytes = contents(source, section);
    return bytes === null ? null : { kind: 'eh_frame', bytes, bases: { section: section.address, data: null } };
  }
  return file.sections.length > 0 ? null : bySegment(source, file);
}

/** Without section headers: from where the index says, to the end of its segment; an entry of length 0 ends it. */
function bySegment(source: ByteSource, file: ElfFile): FrameSection | null {
  const header = file.segments.find(({ type }) => type === PT_GNU_EH_FRAME);
  const bytes = header === undefined ? null : source.read(header.fileOffset, Math.min(header.fileBytes, EH_FRAME_HEADER_BYTES));
  if (header === undefined || bytes === null) return null;
  try {
    const cursor = new ByteCursor(bytes, 1, bytes.length);
    const encoding = cursor.u8();
    cursor.skip(2);
    const address = readPointer(cursor, encoding, { section: header.address, data: header.address });
    const holder = file.segments.find(({ type, address: start, fileBytes }) => {
      return type === PT_LOAD && address >= start && address < start + fileBytes;
    });
    if (holder === undefined) return null;
    const skipped = address - holder.address;
    const frames = source.read(holder.fileOffset + skipped, Math.min(holder.fileBytes - skipped, MAX_SECTION_BYTES));
    return frames === null ? null : { kind: 'eh_frame', bytes: frames, bases: { section: address, data: null } };
  } catch (error) {
    if (error instanceof CfiError) return null;
    throw error;
  }
}

function contents(source: ByteSource, section: Section): Uint8Array | null {
  if (section.type === SHT_NOBITS || section.sizeBytes > MAX_SECTION_BYTES) return null;
  const bytes = source.read(section.fileOffset, section.sizeBytes);
  if (bytes === null) return null;
  if (section.isCompressed) {
    const isZlib = bytes.length > COMPRESSION_HEADER_BYTES && bytes.readUInt32LE(0) === ELFCOMPRESS_ZLIB;
    return isZlib ? inflate(bytes.subarray(COMPRESSION_HEADER_BYTES)) : null;
  }
  if (!section.name.startsWith('.z')) return bytes;
  return bytes.toString('latin1', 0, 4) === 'ZLIB' ? inflate(bytes.subarray(OLD_COMPRESSION_HEADER_BYTES)) : null;
}

function inflate(bytes: Uint8Array): Uint8Array | null {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_SECTION_BYTES });
  } catch {
    return null;
  }
}
