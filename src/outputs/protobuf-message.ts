// Fields → the bytes of one protobuf message (protobuf.dev/programming-guides/encoding): varints, texts, packed varints, messages in
// messages. What pprof.ts needs and no more. Zeros and empty texts are left out, as proto3 does.

const VARINT = 0;
const LENGTH_DELIMITED = 2;
/** The largest varint. */
const MAX_VARINT_BYTES = 10;

export class ProtobufMessage {
  #bytes = Buffer.allocUnsafe(128);
  #length = 0;

  /** A whole number from 0 to 2^63; above 2^53 the nearest that a float holds. */
  uint(field: number, value: number): this {
    if (value === 0) return this;
    this.#tag(field, VARINT);
    this.#varint(value);
    return this;
  }

  /** A text; written also when it is empty, for fields that are lists. */
  text(field: number, text: string): this {
    return this.#delimited(field, Buffer.from(text));
  }

  /** A list of whole numbers. */
  packed(field: number, values: readonly number[]): this {
    const inner = new ProtobufMessage();
    for (const value of values) inner.#varint(value);
    return this.message(field, inner);
  }

  message(field: number, message: ProtobufMessage): this {
    return this.#delimited(field, message.bytes());
  }

  /** What was written so far; valid until more is. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #delimited(field: number, bytes: Uint8Array): this {
    this.#tag(field, LENGTH_DELIMITED);
    this.#varint(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 2 ** 63) throw new Error(`${String(value)} is no varint`);
    this.#reserve(MAX_VARINT_BYTES);
    let rest = value;
    // Not by shifts: those end at 32 bits.
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + bytes));
    larger.set(this.bytes());
    this.#bytes = larger;
  }
}
