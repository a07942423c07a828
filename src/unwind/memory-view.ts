// Typed reads of a target's memory for the unwinders. A read that cannot be had throws MemoryFault, which the walk turns into an
// outcome at one place: code that decodes structures stays free of checks after every word. Little-endian, 64-bit.

import { type ArchitectureName, USER_ADDRESS_END_OF } from '../model/architecture.ts';
import type { TargetReader } from '../model/target.ts';
import { hex, PAGE_BYTES, USER_ADDRESS_END } from '../model/units.ts';
import { READ_COST_BYTES } from './limits.ts';
import { WalkStop } from './stack-window.ts';

/** Memory that was needed is not there (any more). */
export class MemoryFault extends Error {
  readonly address: number;
  constructor(address: number) {
    super(`no memory at ${hex(address)}`);
    this.name = 'MemoryFault';
    this.address = address;
  }
}

/** Longest C string read (type and field names of the VM's tables, blob names): the longest in JDK 8 to 27 is below 200 bytes. */
export const MAX_C_STRING_BYTES = 512;
/** Largest single block: the biggest legitimate one is a metadata array (facts/hotspot.md section 7: 1 MB). */
const MAX_BLOCK_BYTES = 1 << 20;

/** Headers and names of the VM: as many sizes as there are get a buffer of their own. */
const MAX_GLANCE_BYTES = 512;

export const TWO_TO_32 = 0x1_0000_0000;

/**
 * Decodes `bytes` as memory at `address`: what one block read gave. Offsets come from the VM's tables, which are the target's:
 * one outside the block is a fault.
 */
export class Block {
  readonly address: number;
  readonly bytes: Uint8Array;
  constructor(address: number, bytes: Uint8Array) {
    this.address = address;
    this.bytes = bytes;
  }
  u8(offset: number): number {
    this.#check(offset, 1);
    return this.bytes[offset] ?? 0;
  }
  u16(offset: number): number {
    this.#check(offset, 2);
    return (this.bytes[offset] ?? 0) | ((this.bytes[offset + 1] ?? 0) << 8);
  }
  i16(offset: number): number {
    return (this.u16(offset) << 16) >> 16;
  }
  u32(offset: number): number {
    return this.i32(offset) >>> 0;
  }
  i32(offset: number): number {
    this.#check(offset, 4);
    return int32(this.bytes, offset);
  }
  /** A word as a number: exact below 2^53, which every address is. */
  word(offset: number): number {
    this.#check(offset, 8);
    return (int32(this.bytes, offset) >>> 0) + (int32(this.bytes, offset + 4) >>> 0) * TWO_TO_32;
  }
  #check(offset: number, sizeBytes: number): void {
    if (offset < 0 || offset + sizeBytes > this.bytes.length) throw new MemoryFault(this.address + offset);
  }
}

/** Plain loads: a DataView for each block costs more than the block. */
export function int32(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

/** What is read. Without an architecture: of any. */
export type MemorySource = Pick<TargetReader, 'read'> & { readonly architecture?: ArchitectureName };

/** What HotSpot's structures are read through: live memory, a recording, or a page cache over either. */
export class MemoryView {
  readonly #reader: Pick<TargetReader, 'read'>;
  readonly #addressEnd: number;
  /** Made once: a proof of what is remembered reads several times a frame. */
  readonly #byte = new Uint8Array(1);
  readonly #half = new Uint8Array(4);
  readonly #whole = new Uint8Array(8);
  /** By size: blocks of {@link glance}. */
  readonly #glanced = new Map<number, Uint8Array>();
  #leftBytes = Infinity;

  constructor(reader: MemorySource) {
    this.#reader = reader;
    this.#addressEnd = reader.architecture === undefined ? USER_ADDRESS_END : USER_ADDRESS_END_OF[reader.architecture];
  }

  /**
   * From here on this many bytes may be read, {@link READ_COST_BYTES} more counted for each read: then reads throw WalkStop, not MemoryFault,
   * for what is missing is not the memory. Infinity: no bound, as outside of walks.
   */
  allow(bytes: number): void {
    this.#leftBytes = bytes;
  }

  /** Takes from what is allowed: also for decoding what was read before. Throws WalkStop. */
  spend(bytes: number): void {
    this.#leftBytes -= bytes;
    if (this.#leftBytes < 0) throw new WalkStop('too-costly', 'more of the target was read than one stack is given');
  }

  /** Whether a number can be an address in user space at all: nothing else is asked of the target. */
  isPlausible(address: number): boolean {
    return address >= PAGE_BYTES && address < this.#addressEnd;
  }

  block(address: number, sizeBytes: number): Block {
    if (sizeBytes < 0 || sizeBytes > MAX_BLOCK_BYTES || !this.isPlausible(address)) throw new MemoryFault(address);
    this.spend(sizeBytes + READ_COST_BYTES);
    const bytes = new Uint8Array(sizeBytes);
    if (sizeBytes > 0 && !this.#reader.read(address, bytes)) throw new MemoryFault(address);
    return new Block(address, bytes);
  }

  /** A block whose bytes are only valid until the next glance: for looking at, not for keeping. */
  glance(address: number, sizeBytes: number): Block {
    if (sizeBytes <= 0 || sizeBytes > MAX_GLANCE_BYTES) return this.block(address, sizeBytes);
    let bytes = this.#glanced.get(sizeBytes);
    if (bytes === undefined) this.#glanced.set(sizeBytes, (bytes = new Uint8Array(sizeBytes)));
    this.#fill(address, bytes);
    return new Block(address, bytes);
  }

  word(address: number): number {
    this.#fill(address, this.#whole);
    return (int32(this.#whole, 0) >>> 0) + (int32(this.#whole, 4) >>> 0) * TWO_TO_32;
  }

  u32(address: number): number {
    return this.i32(address) >>> 0;
  }

  i32(address: number): number {
    this.#fill(address, this.#half);
    return int32(this.#half, 0);
  }

  u8(address: number): number {
    this.#fill(address, this.#byte);
    return this.#byte[0] ?? 0;
  }

  /** A NUL-terminated string in Latin-1 (the VM's own names are ASCII), cut at {@link MAX_C_STRING_BYTES}. */
  cString(address: number): string {
    let text = '';
    for (let at = address; text.length < MAX_C_STRING_BYTES;) {
      // Up to the end of the page, so that a string beside an unmapped page can be read.
      const size = Math.min(64, PAGE_BYTES - (at % PAGE_BYTES));
      const { bytes } = this.block(at, size);
      const end = bytes.indexOf(0);
      text += Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1');
      if (end >= 0) return text;
      at += size;
    }
    return text.slice(0, MAX_C_STRING_BYTES);
  }

  #fill(address: number, into: Uint8Array): void {
    this.spend(into.length + READ_COST_BYTES);
    if (!this.isPlausible(address) || !this.#reader.read(address, into)) throw new MemoryFault(address);
  }
}
