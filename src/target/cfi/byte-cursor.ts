// Bytes of a section → numbers, one after the other, never beyond an end. A read past it throws CfiError, which costs one entry.
// Source: DWARF 5, 7.6 (LEB128).

/** An entry that is no call frame information, or of a kind that is not known. */
export class CfiError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CfiError';
  }
}

const TWO_TO_32 = 0x1_0000_0000;
/** Groups of 7 bits in 64 bits. */
const MAX_LEB_BYTES = 10;

/** A place in bytes. Plain loads: a DataView costs more than what it reads. */
export class ByteCursor {
  readonly bytes: Uint8Array;
  at: number;
  end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = Math.min(end, bytes.length);
  }

  u8(): number {
    const { at } = this;
    if (at >= this.end) throw new CfiError('past the end');
    this.at = at + 1;
    return this.bytes[at] ?? 0;
  }
  u16(): number {
    return this.u8() | (this.u8() << 8);
  }
  i32(): number {
    const { at, bytes } = this;
    if (at + 4 > this.end) throw new CfiError('past the end');
    this.at = at + 4;
    return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  }
  u32(): number {
    return this.i32() >>> 0;
  }
  /** As a number: above 2^53 it loses low bits, and is no address then. */
  u64(): number {
    const low = this.u32();
    return low + this.u32() * TWO_TO_32;
  }
  i64(): number {
    const low = this.u32();
    return low + this.i32() * TWO_TO_32;
  }
  uleb(): number {
    let value = this.u8();
    if (value < 0x80) return value;
    value &= 0x7f;
    for (let i = 1, scale = 128; i < MAX_LEB_BYTES; i += 1, scale *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new CfiError('a number without end');
  }
  sleb(): number {
    let [value, scale] = [0, 1];
    for (let i = 0; i < MAX_LEB_BYTES; i += 1) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - scale;
    }
    throw new CfiError('a number without end');
  }
  skip(count: number): void {
    if (!(count >= 0 && this.at + count <= this.end)) throw new CfiError('past the end');
    this.at += count;
  }
  /** `count` bytes as they are. */
  take(count: number): Uint8Array {
    const { at } = this;
    this.skip(count);
    return this.bytes.subarray(at, this.at);
  }
}
