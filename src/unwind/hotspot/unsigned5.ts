// UNSIGNED5 (hotspot/share/code/compressedStream.hpp, from JDK 20 on utilities/unsigned5.hpp): base-64 digits, low first, digits below
// 192 (191 where bytes exclude 0) end a number, at most 5 bytes. From JDK 20 on every byte is its digit plus 1 (JDK-8292758).

/** As a byte: digits that end a number, with what is added to them. */
const LOW_LIMIT = 192;
const BITS_PER_BYTE = 6;
const MAX_BYTES = 5;

/** Reads numbers from `bytes`, one after the other. Past the end it gives zeros, and `atEnd` is true. */
export class Unsigned5Reader {
  readonly #bytes: Uint8Array;
  #position: number;
  readonly #excludedLow: 0 | 1;

  /** `excludedLow`: what every byte has more than its digit. */
  constructor(bytes: Uint8Array, position: number, excludedLow: 0 | 1) {
    this.#bytes = bytes;
    this.#position = position;
    this.#excludedLow = excludedLow;
  }
  get atEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }
  byte(): number {
    const value = this.#bytes[this.#position] ?? 0;
    this.#position += 1;
    return value;
  }
  unsigned(): number {
    let sum = 0;
    for (let i = 0; i < MAX_BYTES; i += 1) {
      const byte = this.byte();
      // A 0 where 0 is excluded: past the end, or damaged.
      if (byte < this.#excludedLow) return 0;
      sum += (byte - this.#excludedLow) << (BITS_PER_BYTE * i);
      if (byte < LOW_LIMIT) break;
    }
    return sum >>> 0;
  }
  /** Zig-zag coded, as line tables store deltas. */
  signed(): number {
    const value = this.unsigned();
    return (value >>> 1) ^ -(value & 1);
  }
}
