// Pointers of .eh_frame (DW_EH_PE_*) → addresses. Source: Linux Standard Base Core 5.0, 10.5.1; gcc/unwind-pe.h. Leaves out pointers
// relative to text or function, which no linker for these machines writes, and indirect ones: only the personality routine is
// given so, and it is skipped.

import { type ByteCursor, CfiError } from './byte-cursor.ts';

export const DW_EH_PE_ABSPTR = 0x00;
export const DW_EH_PE_OMIT = 0xff;
const DW_EH_PE_ALIGNED = 0x50;
const DW_EH_PE_INDIRECT = 0x80;
const FORMAT = 0x0f;
const APPLICATION = 0x70;
const PCREL = 0x10;
const DATAREL = 0x30;

/** Where a section lies, for what is relative to it. */
export interface PointerBases {
  /** Address of the section's first byte. */
  readonly section: number;
  /** What datarel counts from: the global offset table, or .eh_frame_hdr for its own entries. null: not known. */
  readonly data: number | null;
}

/** The pointer at the cursor. */
export function readPointer(cursor: ByteCursor, encoding: number, bases: PointerBases): number {
  const place = bases.section + cursor.at;
  const value = readValue(cursor, encoding);
  switch (encoding & APPLICATION) {
    case 0:
      return value;
    case PCREL:
      return value + place;
    case DATAREL:
      if (bases.data !== null) return value + bases.data;
      throw new CfiError('a pointer relative to data that is not there');
    default:
      throw new CfiError(`pointer encoding ${encoding.toString(16)}`);
  }
}

/** A pointer that is not needed, and may be indirect. */
export function skipPointer(cursor: ByteCursor, encoding: number): void {
  readValue(cursor, encoding & ~DW_EH_PE_INDIRECT);
}

/** The number without what it is relative to: also the form that lengths have. */
export function readValue(cursor: ByteCursor, encoding: number): number {
  if (encoding === DW_EH_PE_ALIGNED || (encoding & DW_EH_PE_INDIRECT) !== 0)
    throw new CfiError(`pointer encoding ${encoding.toString(16)}`);
  switch (encoding & FORMAT) {
    case 0x00:
    case 0x04:
      return cursor.u64();
    case 0x01:
      return cursor.uleb();
    case 0x02:
      return cursor.u16();
    case 0x03:
      return cursor.u32();
    case 0x09:
      return cursor.sleb();
    case 0x0a:
      return (cursor.u16() << 16) >> 16;
    case 0x0b:
      return cursor.i32();
    case 0x08:
    case 0x0c:
      return cursor.i64();
    default:
      throw new CfiError(`pointer encoding ${encoding.toString(16)}`);
  }
}
