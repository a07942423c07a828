// Memory of a recorded process, copied only where a case changes it. What was never recorded is not readable, unless the case lays
// a ground: then every address reads as one word, over and over.

import { PAGE_BYTES, USER_ADDRESS_END } from '../../src/model/units.ts';

interface Page {
  readonly bytes: Uint8Array;
  /** 1 for each byte that is there; null: all of them. */
  known: Uint8Array | null;
}

/** Pages by number. Shared by all cases: never written after it is made. */
export class BaseMemory {
  readonly pages = new Map<number, Page>();

  /** Later pieces lie over earlier ones; `fill`: only where nothing is yet. */
  add(address: number, bytes: Uint8Array, fill: boolean): void {
    for (let i = 0; i < bytes.length; i += 1) {
      const page = pageOf(this.pages, Math.floor((address + i) / PAGE_BYTES));
      const at = (address + i) % PAGE_BYTES;
      if (fill && page.known?.[at] === 1) continue;
      page.bytes[at] = bytes[i] ?? 0;
      if (page.known !== null) page.known[at] = 1;
    }
  }

  /** Pages that are whole need no mask. To be called when all is added. */
  seal(): void {
    for (const page of this.pages.values()) if (page.known?.includes(0) === false) page.known = null;
  }
}

export class OverlayMemory {
  readonly #base: BaseMemory;
  readonly #own = new Map<number, Page>();
  #ground: Uint8Array | null = null;
  reads = 0;
  readBytes = 0;

  constructor(base: BaseMemory) {
    this.#base = base;
  }

  /** Fills all of `into`, or nothing. */
  read(address: number, into: Uint8Array): boolean {
    this.reads += 1;
    this.readBytes += into.length;
    // As ProcessHandle.read: nothing else is an address.
    if (!Number.isInteger(address) || address < 0 || address + into.length > USER_ADDRESS_END) return missing(into);
    for (let done = 0; done < into.length;) {
      const at = (address + done) % PAGE_BYTES;
      const size = Math.min(PAGE_BYTES - at, into.length - done);
      if (!this.#piece(address + done, at, into, done, size)) return missing(into);
      done += size;
    }
    return true;
  }

  write(address: number, bytes: Uint8Array): void {
    for (const { page, at, done, size } of this.#ownPieces(address, bytes.length)) {
      page.bytes.set(bytes.subarray(done, done + size), at);
      page.known?.fill(1, at, at + size);
    }
  }

  remove(address: number, sizeBytes: number): void {
    for (const { page, at, size } of this.#ownPieces(address, sizeBytes)) page.known?.fill(0, at, at + size);
  }

  /** What is not there reads as this word from now on. */
  lay(word: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(word);
    this.#ground = bytes;
  }

  #piece(address: number, at: number, into: Uint8Array, done: number, size: number): boolean {
    const number = Math.floor(address / PAGE_BYTES);
    const page = this.#own.get(number) ?? this.#base.pages.get(number);
    if (page !== undefined && page.known === null) {
      into.set(page.bytes.subarray(at, at + size), done);
      return true;
    }
    const ground = this.#ground;
    const gap = page?.known?.indexOf(0, at) ?? at;
    if (page !== undefined && (gap < 0 || gap >= at + size)) into.set(page.bytes.subarray(at, at + size), done);
    else if (ground === null) return false;
    else for (let i = 0; i < size; i += 1) into[done + i] = (page?.known?.[at + i] === 1 ? page.bytes[at + i] : ground[(at + i) % 8]) ?? 0; // prettier-ignore
    return true;
  }

  /** The pages that a piece of memory lies in, as this case's own. */
  *#ownPieces(address: number, sizeBytes: number): Generator<{ readonly page: Page; readonly at: number; readonly done: number; readonly size: number }> {
    if (!(address >= 0 && address + sizeBytes <= USER_ADDRESS_END)) return;
    for (let done = 0; done < sizeBytes;) {
      const at = (address + done) % PAGE_BYTES;
      const size = Math.min(PAGE_BYTES - at, sizeBytes - done);
      yield { page: this.#ownPage(Math.floor((address + done) / PAGE_BYTES)), at, done, size };
      done += size;
    }
  } // prettier-ignore

  #ownPage(number: number): Page {
    let page = this.#own.get(number);
    if (page === undefined) {
      const base = this.#base.pages.get(number);
      const bytes = base === undefined ? new Uint8Array(PAGE_BYTES) : base.bytes.slice();
      const known = base === undefined ? new Uint8Array(PAGE_BYTES) : (base.known?.slice() ?? new Uint8Array(PAGE_BYTES).fill(1));
      this.#own.set(number, (page = { bytes, known }));
    }
    return page;
  }
}

function pageOf(pages: Map<number, Page>, number: number): Page {
  let page = pages.get(number);
  if (page === undefined) pages.set(number, (page = { bytes: new Uint8Array(PAGE_BYTES), known: new Uint8Array(PAGE_BYTES) }));
  return page;
}

function missing(into: Uint8Array): boolean {
  into.fill(0);
  return false;
}
