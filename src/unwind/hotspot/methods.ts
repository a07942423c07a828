// Method* → class, name, signature, line table: names as the VM keeps them (hotspot/share/oops/method.hpp, constMethod.hpp,
// constantPool.hpp, symbol.hpp). Methods are reusable memory once their class is unloaded, so what is remembered of one carries
// the words that prove it is still the same, and is proven once per batch of samples.

import type { Frame } from '../../model/frame.ts';
import { PAGE_BYTES } from '../../model/units.ts';
import { ENTRY_BYTES, MAX_CACHE_ENTRIES, MAX_METHOD_CACHE_BYTES, MAX_SYMBOL_BYTES } from '../limits.ts';
import { MemoryFault, type MemoryView } from '../memory-view.ts';
import type { HotspotLayout } from './layout.ts';
import { LineTable } from './line-table.ts';
import { comparableClassName, decodeModifiedUtf8 } from './symbol-text.ts';

export interface MethodInfo {
  /** `pkg/Cls.method`. */
  readonly name: string;
  readonly signature: string;
  readonly isNative: boolean;
  readonly isStatic: boolean;
  /** First bytecode: a bcp minus this is a bci. */
  readonly codeBase: number;
  readonly codeSizeBytes: number;
  readonly lines: LineTable;
  /** Interpreted frames of this method by bci, made once (java-frames.ts). */
  readonly frames: Map<number, Frame>;
}

interface Remembered {
  readonly info: MethodInfo;
  readonly constMethod: number;
  /** The ConstMethod's header as read: pool, sizes and name indices. */
  readonly proof: Uint8Array;
  /** Method's name and descriptor, class's name. Classes of one shape, unloaded and loaded again, have all but these at the same addresses. */
  readonly names: readonly ReadSymbol[];
  provenInBatch: number;
}

/** A Symbol as it was found. */
interface ReadSymbol {
  readonly text: string;
  /** Where the pointer to it stands, and that pointer. */
  readonly slot: number;
  readonly pointer: number;
  readonly body: number;
  readonly bytes: Uint8Array;
}

/** JVM_ACC_STATIC and JVM_ACC_NATIVE (hotspot/share/include/jvm_constants.h). */
const ACC_STATIC = 0x0008;
const ACC_NATIVE = 0x0100;
/** A line table's size is not stored; it ends with a 0 byte. 64 KB of bytecode need at most 3 bytes an entry. */
const MAX_LINE_TABLE_BYTES = 1 << 18;
const LINE_TABLE_PIECE_BYTES = 256;

export class Methods {
  readonly #memory: MemoryView;
  readonly #layout: HotspotLayout;
  readonly #cache = new Map<number, Remembered>();
  #batch = 0;
  readonly #maxHeldBytes: number;
  /** In the cache: text, tables, frames. */
  #heldBytes = 0;

  constructor(memory: MemoryView, layout: HotspotLayout, maxHeldBytes = MAX_METHOD_CACHE_BYTES) {
    this.#maxHeldBytes = maxHeldBytes;
    this.#memory = memory;
    this.#layout = layout;
  }

  /** From here on, remembered methods are proven again before use: the samples to come were taken before this call. */
  beginBatch(): void {
    this.#batch += 1;
  }

  /** More is remembered with a method of the cache, which is emptied when that becomes too much. */
  hold(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes <= this.#maxHeldBytes) return;
    this.#cache.clear();
    this.#heldBytes = 0;
  }

  /** null: `address` is no Method. */
  info(address: number): MethodInfo | null {
    if (address % 8 !== 0 || !this.#memory.isPlausible(address)) return null;
    try {
      const known = this.#cache.get(address);
      if (known !== undefined && this.#isProven(address, known)) return known.info;
      const fresh = this.#read(address);
      if (fresh === null) return null;
      const { name, signature, lines } = fresh.info;
      this.hold(ENTRY_BYTES + fresh.proof.length + 2 * name.length + signature.length + lines.sizeBytes);
      if (this.#cache.size >= MAX_CACHE_ENTRIES) this.#cache.clear();
      this.#cache.set(address, fresh);
      return fresh.info;
    } catch (error) {
      if (error instanceof MemoryFault) return null;
      throw error;
    }
  }

  /** The source line of a bytecode; 0: not known. Decoding the table counts as reading it: a walk has a bound for both. */
  lineAt({ isNative, lines }: MethodInfo, bci: number): number {
    if (isNative) return 0;
    this.#memory.spend(lines.sizeBytes);
    return lines.lineAt(bci);
  }

  #isProven(address: number, known: Remembered): boolean {
    if (known.provenInBatch === this.#batch) return true;
    try {
      if (this.#memory.word(address + this.#layout.method.constMethod) !== known.constMethod) return false;
      const now = this.#memory.glance(known.constMethod, known.proof.length).bytes;
      if (Buffer.compare(now, known.proof) !== 0 || !known.names.every((name) => this.#isSame(name))) return false;
    } catch (error) {
      // With the memory dies whatever could have replaced it: samples of a process that has ended keep their names.
      if (error instanceof MemoryFault) return true;
      throw error;
    }
    known.provenInBatch = this.#batch;
    return true;
  }

  #read(address: number): Remembered | null {
    const { method, constMethod, constantPool, klassName, stream } = this.#layout;
    const head = this.#memory.block(address, method.sizeBytes);
    const constAddress = head.word(method.constMethod);
    if (constAddress % 8 !== 0 || !this.#memory.isPlausible(constAddress)) return null;
    const header = this.#memory.block(constAddress, constMethod.sizeBytes);
    const pool = header.word(constMethod.constants);
    if (pool % 8 !== 0 || !this.#memory.isPlausible(pool)) return null;
    const poolLength = this.#memory.i32(pool + constantPool.length);
    const nameIndex = header.u16(constMethod.nameIndex);
    const signatureIndex = header.u16(constMethod.signatureIndex);
    if (nameIndex === 0 || nameIndex >= poolLength || signatureIndex === 0 || signatureIndex >= poolLength) return null;
    const holder = this.#memory.word(pool + constantPool.poolHolder);
    const classSymbol = this.#symbol(holder + klassName);
    const nameSymbol = this.#poolSymbol(pool, nameIndex);
    const className = comparableClassName(classSymbol.text);
    const name = nameSymbol.text;
    const signatureSymbol = this.#poolSymbol(pool, signatureIndex);
    const signature = signatureSymbol.text;
    // A real method has a name and a descriptor: what only looks like one on the way here ends here.
    if (className === '' || name === '' || !signature.startsWith('(')) return null;
    const codeSizeBytes = header.u16(constMethod.codeSize);
    const codeBase = constAddress + constMethod.sizeBytes;
    const accessFlags = head.u32(method.accessFlags);
    const hasLines = (header.u16(constMethod.flags.at) & constMethod.flags.hasLineTable) !== 0;
    return {
      constMethod: constAddress,
      proof: header.bytes,
      names: [nameSymbol, classSymbol, signatureSymbol],
      provenInBatch: this.#batch,
      info: {
        name: `${className}.${name}`,
        signature,
        isNative: (accessFlags & ACC_NATIVE) !== 0,
        isStatic: (accessFlags & ACC_STATIC) !== 0,
        codeBase,
        codeSizeBytes,
        frames: new Map(),
        lines: hasLines ? new LineTable(this.#lineTable(codeBase + codeSizeBytes), stream.excludedLow) : LineTable.none,
      },
    };
  }

  #poolSymbol(pool: number, index: number): ReadSymbol {
    return this.#symbol(pool + this.#layout.constantPool.sizeBytes + 8 * index);
  }

  /** The Symbol that the word at `slot` points to. */
  #symbol(slot: number): ReadSymbol {
    const pointer = this.#memory.word(slot);
    // The low bit marks an unresolved entry of a constant pool in older JDKs.
    const address = pointer - (pointer % 2);
    const length = this.#memory.block(address + this.#layout.symbol.length, 2).u16(0);
    const body = address + this.#layout.symbol.body;
    const { bytes } = this.#memory.block(body, Math.min(length, MAX_SYMBOL_BYTES));
    // No byte of modified UTF-8 is 0 or above 0xef: this was a Symbol, or never was one.
    if (bytes.some((byte) => byte === 0 || byte >= 0xf0)) throw new MemoryFault(body);
    const text = decodeModifiedUtf8(bytes);
    return { text: length > MAX_SYMBOL_BYTES ? `${text}...(${String(length)} bytes)` : text, slot, pointer, body, bytes };
  }

  /** Symbols are reused memory, too: a name of the same length may stand there now. */
  #isSame({ slot, pointer, body, bytes }: ReadSymbol): boolean {
    return this.#memory.word(slot) === pointer && Buffer.compare(this.#memory.glance(body, bytes.length).bytes, bytes) === 0;
  }

  /** Of a line table. The last method of a metaspace chunk may end less than a piece before what is not mapped: then up to there. */
  #piece(address: number): Uint8Array | null {
    const toPageEnd = PAGE_BYTES - (address % PAGE_BYTES);
    for (const sizeBytes of [LINE_TABLE_PIECE_BYTES, toPageEnd]) {
      try {
        if (sizeBytes <= LINE_TABLE_PIECE_BYTES) return this.#memory.block(address, sizeBytes).bytes;
      } catch (error) {
        if (!(error instanceof MemoryFault)) throw error;
      }
    }
    return null;
  }

  #lineTable(address: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (let size = 0; size < MAX_LINE_TABLE_BYTES; size += LINE_TABLE_PIECE_BYTES) {
      const piece = this.#piece(address + size);
      if (piece === null) break;
      pieces.push(piece);
      // Looked for at every doubling: the work stays linear for a table that never ends.
      const isDoubled = (pieces.length & (pieces.length - 1)) === 0;
      if (isDoubled && LineTable.hasEnd(pieces, this.#layout.stream.excludedLow)) break;
    }
    return Buffer.concat(pieces);
  }
}
