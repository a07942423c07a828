// Full names of Java threads, from the oops: comm holds 15 bytes, java.lang.Thread.name holds all. JavaThread → Thread oop →
// field `name` → String → byte[] (hotspot/share/oops/instanceKlass.hpp, fieldInfo.hpp; JDK 9 to 20 keep fields as an array of
// u2). A garbage collection can move objects while this reads, so a name counts only if it begins as comm does, and where comm tells
// nothing of it (the main thread's) only if it reads the same twice.

import { MemoryFault, type MemoryView } from '../memory-view.ts';
import type { HotspotLayout } from './layout.ts';
import { encodeModifiedUtf8 } from './symbol-text.ts';

/** Names longer than this are cut: they are the target's. */
const MAX_NAME_UNITS = 4096;
/** Six u2 per field: access, name, signature, initial value, offset low, offset high (fieldInfo.hpp). */
const FIELD_SLOTS = 6;
const OFFSET_TAG_BITS = 2;
const MAX_FIELDS = 512;
const UTF16 = 1;

interface Fields {
  readonly threadName: number;
  readonly stringValue: number;
  readonly stringCoder: number;
}

export class ThreadNames {
  readonly #memory: MemoryView;
  readonly #layout: HotspotLayout;
  readonly #names: NonNullable<HotspotLayout['names']> | null;
  #fields: Fields | null | undefined;

  constructor(memory: MemoryView, layout: HotspotLayout) {
    this.#memory = memory;
    this.#layout = layout;
    this.#names = layout.names;
  }

  /** The name of a JavaThread; null when it cannot be had now. `comm` proves it. */
  of(thread: number, comm: string): string | null {
    // Fields as a stream and threads' oops without a handle are not read yet.
    if (this.#names?.fields.kind !== 'slots' || !this.#names.threadObj.isHandle) return null;
    try {
      const handle = this.#memory.word(thread + this.#names.threadObj.at);
      const threadOop = handle === 0 ? 0 : this.#memory.word(handle);
      if (threadOop === 0) return null;
      const fields = this.#findFields(threadOop);
      if (fields === null) return null;
      const name = this.#string(this.#narrow(threadOop + fields.threadName), fields);
      if (comm !== MAIN_COMM) return agreesWithComm(name, comm) ? name : null;
      const again = this.#string(this.#narrow(this.#memory.word(handle) + fields.threadName), fields);
      return name !== '' && name === again ? name : null;
    } catch (error) {
      if (error instanceof MemoryFault) return null;
      throw error;
    }
  }

  #string(oop: number, fields: Fields): string {
    const value = this.#narrow(oop + fields.stringValue);
    const isUtf16 = this.#memory.u8(oop + fields.stringCoder) === UTF16;
    // arrayOopDesc: mark, narrow klass, length, elements (16 bytes with compressed class pointers).
    const lengthBytes = Math.min(this.#memory.u32(value + 12), MAX_NAME_UNITS * (isUtf16 ? 2 : 1));
    const { bytes } = this.#memory.block(value + 16, lengthBytes);
    return Buffer.from(bytes).toString(isUtf16 ? 'utf16le' : 'latin1');
  }

  /** Follows a compressed oop field. Without compressed oops the layout differs: names stay comm. */
  #narrow(address: number): number {
    const names = this.#needNames();
    const shift = this.#memory.i32(names.narrowOop.shift);
    const oop = this.#memory.u32(address) * 2 ** shift + this.#memory.word(names.narrowOop.base);
    if (oop === 0) throw new MemoryFault(0);
    return oop;
  }

  #findFields(threadOop: number): Fields | null {
    if (this.#fields !== undefined) return this.#fields;
    const threadName = this.#field(this.#klass(threadOop), 'name', 'Ljava/lang/String;');
    if (threadName === null) return (this.#fields = null);
    const stringKlass = this.#klass(this.#narrow(threadOop + threadName));
    const stringValue = this.#field(stringKlass, 'value', '[B');
    const stringCoder = this.#field(stringKlass, 'coder', 'B');
    this.#fields = stringValue === null || stringCoder === null ? null : { threadName, stringValue, stringCoder };
    return this.#fields;
  }

  #klass(oop: number): number {
    const names = this.#needNames();
    const shift = this.#memory.i32(names.narrowKlass.shift);
    return this.#memory.u32(oop + names.oopKlass) * 2 ** shift + this.#memory.word(names.narrowKlass.base);
  }

  /** Offset of a field by name and type, looked for in the class and its supers. */
  #field(klass: number, name: string, signature: string): number | null {
    const names = this.#needNames();
    const { constantPool } = this.#layout;
    const MAX_SUPERS = 16;
    for (let at = klass, depth = 0; at !== 0 && depth < MAX_SUPERS; at = this.#memory.word(at + names.superclass), depth += 1) {
      const pool = this.#memory.word(at + names.constants);
      const array = this.#memory.word(at + names.fields.at);
      const slots = Math.min(this.#memory.i32(array), MAX_FIELDS * FIELD_SLOTS);
      // Array<u2>: int length, then the elements.
      const fields = this.#memory.block(array + 4, 2 * slots);
      for (let i = 0; i + FIELD_SLOTS <= slots; i += FIELD_SLOTS) {
        const symbol = (slot: number): string => this.#symbol(pool + constantPool.sizeBytes + 8 * fields.u16(2 * (i + slot)));
        if (symbol(1) !== name || symbol(2) !== signature) continue;
        return (fields.u16(2 * (i + 4)) + fields.u16(2 * (i + 5)) * 0x10000) >>> OFFSET_TAG_BITS;
      }
    }
    return null;
  }

  #symbol(entry: number): string {
    const symbol = this.#memory.word(entry);
    const length = Math.min(this.#memory.block(symbol + this.#layout.symbol.length, 2).u16(0), 64);
    return Buffer.from(this.#memory.block(symbol + this.#layout.symbol.body, length).bytes).toString('latin1');
  }

  #needNames(): NonNullable<HotspotLayout['names']> {
    if (this.#names === null) throw new MemoryFault(0);
    return this.#names;
  }
}

/** The main thread keeps the launcher's name. */
const MAIN_COMM = 'java';
/** TASK_COMM_LEN without its NUL. */
const COMM_BYTES = 15;
/** A character of modified UTF-8 has at most three bytes: so many at the end may be a part of one. */
const CUT_BYTES = 2;

/**
 * The VM gives the kernel the first 15 bytes of a name in modified UTF-8 (os::set_native_thread_name), which may end inside a
 * character. A name that fits is equal to it.
 */
export function agreesWithComm(name: string, comm: string): boolean {
  const encoded = encodeModifiedUtf8(name.slice(0, COMM_BYTES + 1));
  // comm was decoded as UTF-8: so is this, and what is no UTF-8 becomes the same U+FFFD in both.
  if (encoded.length <= COMM_BYTES) return name !== '' && comm === encoded.toString('utf8');
  const head = encoded
    .subarray(0, COMM_BYTES - CUT_BYTES)
    .toString('utf8')
    .replace(/\ufffd{1,2}$/u, '');
  return head !== '' && comm.startsWith(head);
}
