// A class's own fields → the offset of one, by name and type (hotspot/share/oops/fieldInfo.hpp, fieldInfo.inline.hpp). JDK 8 to 20
// keep six u2 a field, 21 and later a stream of UNSIGNED5 numbers. Fields that the VM injected come last: they are passed over by
// their number in the stream, and in the slots found by nobody who asks for a Java field.

import { MAX_CLASS_FIELDS } from '../limits.ts';
import type { MemoryView } from '../memory-view.ts';
import type { HotspotLayout } from './layout.ts';
import { Unsigned5Reader } from './unsigned5.ts';

interface DeclaredField {
  /** Index into the constant pool. */
  readonly name: number;
  readonly signature: number;
  readonly offset: number;
}

/** Slots of a field: access, name, signature, initial value, offset low, offset high. */
const FIELD_SLOTS = 6;
const [NAME_SLOT, SIGNATURE_SLOT, OFFSET_LOW_SLOT, OFFSET_HIGH_SLOT] = [1, 2, 4, 5] as const;
/** FIELDINFO_TAG_SIZE: low bits of the packed offset say what it is. */
const OFFSET_TAG_BITS = 2;
/** Name, signature, offset, access, flags and three optional numbers of at most 5 bytes each. */
const MAX_STREAM_FIELD_BYTES = 8 * 5;
/** Array<T>: int length, then the elements (at 4 for u1 and u2). */
const ARRAY_ELEMENTS = 4;
/** Names and types asked for are shorter. */
const MAX_SYMBOL_BYTES = 64;

/** Offset in objects of the field that `klass` itself declares; null: it declares none of that name and type. Throws MemoryFault. */
export function fieldOffset(
  memory: MemoryView,
  layout: HotspotLayout,
  klass: number,
  name: string,
  signature: string,
): number | null {
  const { names, constantPool } = layout;
  if (names === null) return null;
  const pool = memory.word(klass + names.constants);
  const text = (index: number): string => symbolText(memory, layout, memory.word(pool + constantPool.sizeBytes + 8 * index));
  const array = memory.word(klass + names.fields.at);
  const fields =
    names.fields.kind === 'slots'
      ? inSlots(memory, array)
      : inStream(memory, array, layout.stream.excludedLow, names.fields.optional);
  for (const field of fields) if (text(field.name) === name && text(field.signature) === signature) return field.offset;
  return null;
}

/** A Symbol's text as far as anything here compares it. Throws MemoryFault. */
export function symbolText(memory: MemoryView, layout: HotspotLayout, symbol: number): string {
  const length = Math.min(memory.block(symbol + layout.symbol.length, 2).u16(0), MAX_SYMBOL_BYTES + 1);
  return Buffer.from(memory.block(symbol + layout.symbol.body, length).bytes).toString('latin1');
}

function* inSlots(memory: MemoryView, array: number): Generator<DeclaredField> {
  const count = Math.min(Math.floor(memory.u32(array) / FIELD_SLOTS), MAX_CLASS_FIELDS);
  const slots = memory.block(array + ARRAY_ELEMENTS, 2 * FIELD_SLOTS * count);
  for (let i = 0; i < count; i += 1) {
    const slot = (number: number): number => slots.u16(2 * (i * FIELD_SLOTS + number));
    const packed = slot(OFFSET_LOW_SLOT) + slot(OFFSET_HIGH_SLOT) * 0x10000;
    yield { name: slot(NAME_SLOT), signature: slot(SIGNATURE_SLOT), offset: Math.floor(packed / 2 ** OFFSET_TAG_BITS) };
  }
}

/** `optional`: the bits of a field's flags that each bring one number more. */
function* inStream(memory: MemoryView, array: number, excludedLow: 0 | 1, optional: readonly number[]): Generator<DeclaredField> {
  const sizeBytes = Math.min(memory.u32(array), MAX_CLASS_FIELDS * MAX_STREAM_FIELD_BYTES);
  const stream = new Unsigned5Reader(memory.block(array + ARRAY_ELEMENTS, sizeBytes).bytes, 0, excludedLow);
  const javaFields = Math.min(stream.unsigned(), MAX_CLASS_FIELDS);
  stream.unsigned(); // injected ones
  for (let i = 0; i < javaFields && !stream.atEnd; i += 1) {
    const [name, signature, offset] = [stream.unsigned(), stream.unsigned(), stream.unsigned()];
    stream.unsigned(); // access flags
    const flags = stream.unsigned();
    for (const bit of optional) if ((flags & (1 << bit)) !== 0) stream.unsigned();
    yield { name, signature, offset };
  }
}

/** A class's name, as far as names asked for are long. Throws MemoryFault. */
export function className(memory: MemoryView, layout: HotspotLayout, klass: number): string {
  return symbolText(memory, layout, memory.word(klass + layout.klassName));
}
