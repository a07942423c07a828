// A target's memory for one pass over what does not change meanwhile (the VM's constant tables, its names): whole pages, each fetched once,
// numbers and texts straight out of them. Thousands of small reads at the price of some dozen. Falls back to an exact read where a page
// is not whole.

import { PAGE_BYTES } from '../model/units.ts';
import { int32, MAX_C_STRING_BYTES, type MemorySource, MemoryView, TWO_TO_32 } from './memory-view.ts';

/** Pages kept: the VM's tables and their strings span about 60. */
const MAX_PAGES = 1024;

/** A page, and its bytes as Latin-1 once a text in it was asked for. */
interface Page {
  readonly bytes: Uint8Array;
  text: string | null;
}

/** Whole pages of a target. */
class Pages {
  readonly #reader: MemorySource;
  /** null: not whole. */
  readonly #pages = new Map<number, Page | null>();

  constructor(reader: MemorySource) {
    this.#reader = reader;
  }

  page(start: number): Page | null {
    let found = this.#pages.get(start);
    if (found === undefined) {
      const bytes = new Uint8Array(PAGE_BYTES);
      found = this.#reader.read(start, bytes) ? { bytes, text: null } : null;
      if (this.#pages.size < MAX_PAGES) this.#pages.set(start, found);
    }
    return found;
  }

  read(address: number, into: Uint8Array): boolean {
    for (let done = 0; done < into.length;) {
      const at = address + done;
      const offset = at % PAGE_BYTES;
      const size = Math.min(PAGE_BYTES - offset, into.length - done);
      const page = this.page(at - offset);
      if (page === null) return this.#reader.read(address, into);
      into.set(page.bytes.subarray(offset, offset + size), done);
      done += size;
    }
    return true;
  }
}

/** The same questions as {@link MemoryView} answers, of memory that is read once. */
export class FrozenMemory extends MemoryView {
  readonly #pages: Pages;
  /** The page of the last question: the next is mostly there, too. */
  #start = -1;
  #page: Page | null = null;

  constructor(reader: MemorySource) {
    const pages = new Pages(reader);
    const { architecture } = reader;
    super({ ...(architecture === undefined ? {} : { architecture }), read: (address, into) => pages.read(address, into) });
    this.#pages = pages;
  }

  override word(address: number): number {
    const offset = address % PAGE_BYTES;
    const page = offset <= PAGE_BYTES - 8 ? this.#at(address, offset) : null;
    if (page === null) return super.word(address);
    return (int32(page.bytes, offset) >>> 0) + (int32(page.bytes, offset + 4) >>> 0) * TWO_TO_32;
  }

  override i32(address: number): number {
    const offset = address % PAGE_BYTES;
    const page = offset <= PAGE_BYTES - 4 ? this.#at(address, offset) : null;
    return page === null ? super.i32(address) : int32(page.bytes, offset);
  }

  override cString(address: number): string {
    const offset = address % PAGE_BYTES;
    const page = this.#at(address, offset);
    if (page === null) return super.cString(address);
    const text = (page.text ??= Buffer.from(page.bytes.buffer, page.bytes.byteOffset, PAGE_BYTES).toString('latin1'));
    const end = text.indexOf('\0', offset);
    // One that goes on in the next page, or is to be cut: the long way.
    return end < 0 || end - offset > MAX_C_STRING_BYTES ? super.cString(address) : text.slice(offset, end);
  }

  /** The page of an address; null: not whole, or no address. */
  #at(address: number, offset: number): Page | null {
    const start = address - offset;
    if (start === this.#start) return this.#page;
    if (!Number.isInteger(address) || !this.isPlausible(address)) return null;
    this.#start = start;
    return (this.#page = this.#pages.page(start));
  }
}
