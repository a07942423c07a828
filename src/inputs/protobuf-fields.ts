// The bytes of a protobuf message → its fields (protobuf.dev/programming-guides/encoding). Bounds are checked at every step: a
// message that ends early or says what cannot be ends the walk with DamagedMessage.

const WIRE = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;
const MAX_VARINT_BYTES = 10;
/** Of one list: a stack of a million frames is none. */
const MAX_NUMBERS = 1 << 20;
/** Field numbers of small messages; others are of a later version. */
const MAX_KNOWN_FIELD = 31;

/** The bytes are no message. */
export class DamagedMessage extends Error {
  override readonly name = 'DamagedMessage';
}

/** One field: a number, or the place of its bytes. */
export interface ProtobufField {
  readonly field: number;
  /** Of a varint, as an unsigned number (above 2^53 the nearest float); 0 for others. */
  readonly value: number;
  /** Of a delimited field; -1 for others. */
  readonly start: number;
  readonly end: number;
}

/** The fields between two places of `bytes`. */
export function* protobufFields(bytes: Uint8Array, start: number, end: number): Generator<ProtobufField> {
  const cursor = { at: start };
  while (cursor.at < end) {
    const tag = readVarint(bytes, cursor, end);
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (field === 0) throw new DamagedMessage('a field without number');
    if (wire === WIRE.varint) {
      yield { field, value: readVarint(bytes, cursor, end), start: -1, end: -1 };
      continue;
    }
    const length =
      wire === WIRE.delimited ? readVarint(bytes, cursor, end) : wire === WIRE.fixed64 ? 8 : wire === WIRE.fixed32 ? 4 : -1;
    if (length < 0) throw new DamagedMessage(`a field of wire type ${String(wire)}`);
    if (length > end - cursor.at) throw new DamagedMessage('a field ends behind its message');
    const from = cursor.at;
    cursor.at += length;
    yield { field, value: 0, start: wire === WIRE.delimited ? from : -1, end: cursor.at };
  }
}

/** The numbers of a repeated field: packed, or one by one. */
export function packedNumbers(bytes: Uint8Array, { value, start, end }: ProtobufField): readonly number[] {
  if (start < 0) return [value];
  const numbers: number[] = [];
  for (const cursor = { at: start }; cursor.at < end;) {
    if (numbers.push(readVarint(bytes, cursor, end)) > MAX_NUMBERS) throw new DamagedMessage('a list without end');
  }
  return numbers;
}

/** The numbers of a small message by their field, the last of each; gives 0 for those that are not there. */
export function fieldNumbers(bytes: Uint8Array, start: number, end: number): (field: number) => number {
  const numbers: number[] = [];
  for (const { field, value } of protobufFields(bytes, start, end)) if (field <= MAX_KNOWN_FIELD) numbers[field] = value;
  return (field) => numbers[field] ?? 0;
}

function readVarint(bytes: Uint8Array, cursor: { at: number }, end: number): number {
  let [value, factor] = [0, 1];
  for (let count = 0; count < MAX_VARINT_BYTES; count += 1) {
    if (cursor.at >= end) break;
    const byte = bytes[cursor.at] ?? 0;
    cursor.at += 1;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
    factor *= 0x80;
  }
  throw new DamagedMessage('a number without end');
}
