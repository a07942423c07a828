// UNSIGNED5 as JDK 8 to 19 write it (hotspot/share/code/compressedStream.hpp): base-64 digits, low first, bytes below 192 end a
// number, at most 5 bytes. JDK 20 subtracts 1 from every byte (JDK-8292758): not here yet.

const LOW_LIMIT = 192;
const BITS_PER_BYTE = 6;
const MAX_BYTES = 5;

/** Reads numbers from `bytes`, one after the other. Past the end it gives zeros, and `atEnd` is true. */
export class Unsigned5Reader {
  readonly #bytes: Uint8Array;
  #position: number;
  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.#position = position;
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
      const digit = this.byte();
      sum += digit << (BITS_PER_BYTE * i);
      if (digit < LOW_LIMIT) break;
    }
    return sum >>> 0;
  }
  /** Zig-zag coded, as line tables store deltas. */
  signed(): number {
    const value = this.unsigned();
    return (value >>> 1) ^ -(value & 1);
  }
}
