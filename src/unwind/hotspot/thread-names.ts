// Full names of Java threads, from the oops: comm holds 15 bytes, java.lang.Thread.name holds all. JavaThread → Thread oop →
// field `name` → String → its bytes (char[] in JDK 8, byte[] and coder later; in JDK 7 and old 8 `name` itself is a char[]). A wrong
// name is worse than comm, and a garbage collection can move objects while this reads, so a name counts only if
//  - the object is a java.lang.Thread whose `eetop` is this very JavaThread, before and after;
//  - its name is a java.lang.String with an array of the right type;
//  - it begins as comm does, which is the name's first 15 bytes for all threads but the main one.
// Under ZGC a reference that may be older than its object's last move gives no name.
// How the heap is kept: heap-oops.ts. Tested in test/real/jdk/thread-names.test.ts.

import type { Tid } from '../../model/units.ts';
import { MAX_JAVA_THREADS } from '../limits.ts';
import { MemoryFault, type MemoryView } from '../memory-view.ts';
import { className, fieldOffset } from './field-offsets.ts';
import { HeapOops } from './heap-oops.ts';
import type { HotspotLayout } from './layout.ts';
import { encodeModifiedUtf8 } from './symbol-text.ts';
import type { HeapFlags } from './vm-flags.ts';

/** Names longer than this are cut: they are the target's. */
const MAX_NAME_UNITS = 4096;
/** Classes between a program's own thread class and java.lang.Thread. */
const MAX_SUPERS = 64;
const UTF16 = 1;

/** Offsets in objects of the two classes, found once. */
interface Fields {
  readonly threadKlass: number;
  readonly nativeThread: number;
  readonly threadName: number;
  readonly string: StringFields | null;
}

interface StringFields {
  readonly klass: number;
  readonly value: number;
  /** null: JDK 8, whose strings are chars. */
  readonly coder: number | null;
}

export class ThreadNames {
  readonly #memory: MemoryView;
  readonly #layout: HotspotLayout;
  readonly #flags: HeapFlags | null;
  #oops: HeapOops | null = null;
  #fields: Fields | null = null;
  readonly #last = new Map<string, { readonly comm: string; readonly name: string }>();

  /** `flags` null: the VM hides how its heap is kept, names stay comm. */
  constructor(memory: MemoryView, layout: HotspotLayout, flags: HeapFlags | null) {
    this.#memory = memory;
    this.#layout = layout;
    this.#flags = flags;
  }

  /**
   * The name of a JavaThread; null when none can be had. `comm` proves it. ZGC's references are of no use between a collection and the next
   * one's marking: then the name that this thread (not only this JavaThread, which is reused memory) was proven to have last is given, if
   * comm has not changed since.
   */
  of(thread: number, tid: Tid, comm: string): string | null {
    const name = this.#readNow(thread, comm);
    const key = `${String(tid)} ${String(thread)}`;
    if (name === null) {
      const last = this.#last.get(key);
      return last?.comm === comm ? last.name : null;
    }
    if (this.#last.size > MAX_JAVA_THREADS) this.#last.clear();
    this.#last.set(key, { comm, name });
    return name;
  }

  #readNow(thread: number, comm: string): string | null {
    try {
      const oops = this.heap();
      if (oops === null) return null;
      const name = this.#read(oops, thread);
      if (name === null || name === '' || name !== this.#read(oops, thread)) return null;
      return comm === MAIN_COMM || agreesWithComm(name, comm) ? name : null;
    } catch (error) {
      if (error instanceof MemoryFault) return null;
      throw error;
    }
  }

  /**
   * The name of a java.lang.Thread; null when it cannot be had now. Nothing but its class proves the object. Read twice, which tells a
   * collection in between only where the second time is a read of the target: within a batch it may be of the same copied page.
   */
  ofObject(oops: HeapOops, object: number): string | null {
    const read = (): string | null => {
      const fields = this.#threadFields(oops, object);
      return fields === null ? null : this.#name(oops, object, fields);
    };
    const name = read();
    return name === read() ? name : null;
  }

  /** References of this VM's heap; null: it hides how they are kept. Throws MemoryFault. */
  heap(): HeapOops | null {
    const { names } = this.#layout;
    if (names === null || this.#flags === null) return null;
    return (this.#oops ??= HeapOops.of(this.#memory, names, this.#flags));
  }

  #name(oops: HeapOops, object: number, fields: Fields): string | null {
    const name = oops.field(object + fields.threadName);
    return fields.string === null ? this.#chars(oops, name, false) : this.#string(oops, name, fields.string);
  }

  #read(oops: HeapOops, thread: number): string | null {
    const { names } = this.#layout;
    if (names === null) return null;
    const { at, isHandle } = names.threadObj;
    const slot = isHandle ? this.#memory.word(thread + at) : thread + at;
    const object = oops.root(slot);
    const fields = this.#threadFields(oops, object);
    if (fields === null || this.#memory.word(object + fields.nativeThread) !== thread) return null;
    return this.#name(oops, object, fields);
  }

  #string(oops: HeapOops, string: number, fields: StringFields): string | null {
    if (oops.klass(string) !== fields.klass) return null;
    const isUtf16 = fields.coder !== null && this.#memory.u8(string + fields.coder) === UTF16;
    return this.#chars(oops, oops.field(string + fields.value), isUtf16);
  }

  #chars(oops: HeapOops, array: number, isUtf16: boolean): string | null {
    const found = oops.typeArray(array);
    if (found === null) return null;
    const isWide = isUtf16 || found.elementType === 'char';
    const unitBytes = isWide ? 2 : 1;
    const sizeBytes = found.elementType === 'char' ? 2 * found.length : found.length;
    const { bytes } = this.#memory.block(found.elements, Math.min(sizeBytes, MAX_NAME_UNITS * unitBytes));
    return Buffer.from(bytes).toString(isWide ? 'utf16le' : 'latin1');
  }

  /** Where a Thread keeps what is needed; null: the object is no Thread. */
  #threadFields(oops: HeapOops, object: number): Fields | null {
    const threadKlass = this.#threadKlass(oops.klass(object));
    if (threadKlass === null) return null;
    if (this.#fields?.threadKlass === threadKlass) return this.#fields;
    const field = (klass: number, name: string, type: string): number | null =>
      fieldOffset(this.#memory, this.#layout, klass, name, type);
    const nativeThread = field(threadKlass, 'eetop', 'J');
    const ofString = field(threadKlass, 'name', 'Ljava/lang/String;');
    const threadName = ofString ?? field(threadKlass, 'name', '[C');
    if (nativeThread === null || threadName === null) return null;
    let string: StringFields | null = null;
    if (ofString !== null) {
      const klass = oops.klass(oops.field(object + ofString));
      if (this.#className(klass) !== 'java/lang/String') return null;
      const coder = field(klass, 'coder', 'B');
      const value = field(klass, 'value', coder === null ? '[C' : '[B');
      if (value === null) return null;
      string = { klass, value, coder };
    }
    this.#fields = { threadKlass, nativeThread, threadName, string };
    return this.#fields;
  }

  /** java.lang.Thread among a class and its supers; a subclass may have a field `name` of its own. */
  #threadKlass(klass: number): number | null {
    const { names } = this.#layout;
    if (names === null) return null;
    for (let [at, depth] = [klass, 0]; at !== 0 && depth < MAX_SUPERS; depth += 1) {
      if (at === this.#fields?.threadKlass || this.#className(at) === 'java/lang/Thread') return at;
      at = this.#memory.word(at + names.superclass);
    }
    return null;
  }

  #className(klass: number): string {
    return className(this.#memory, this.#layout, klass);
  }
}

/** The main thread keeps the launcher's name. */
const MAIN_COMM = 'java';
/** TASK_COMM_LEN without its NUL. */
const COMM_BYTES = 15;
/** Of a name that does not fit, JDK 26 and later. */
const [HEAD_BYTES, TAIL_BYTES] = [7, 6] as const;
/** A character of modified UTF-8 has at most three bytes: so many at the end may be a part of one. */
const CUT_BYTES = 2;

/**
 * The VM gives the kernel the first 15 bytes of a name in modified UTF-8 (os::set_native_thread_name), which may end inside a
 * character; from JDK 26 on the first 7 and the last 6 with two dots between. A name that fits is equal to it.
 */
export function agreesWithComm(name: string, comm: string): boolean {
  const encoded = encodeModifiedUtf8(name.slice(0, COMM_BYTES + 1));
  // comm was decoded as UTF-8: so is this, and what is no UTF-8 becomes the same U+FFFD in both.
  if (encoded.length <= COMM_BYTES) return name !== '' && comm === encoded.toString('utf8');
  const whole = encodeModifiedUtf8(name);
  const shortened = Buffer.concat([whole.subarray(0, HEAD_BYTES), Buffer.from('..'), whole.subarray(-TAIL_BYTES)]);
  if (comm === shortened.toString('utf8')) return true;
  const head = encoded
    .subarray(0, COMM_BYTES - CUT_BYTES)
    .toString('utf8')
    .replace(/\ufffd{1,2}$/u, '');
  return head !== '' && comm.startsWith(head);
}
