// A target whose memory is read page by page while a batch of samples is resolved: 170 small reads for a sample become 70, each a
// system call. What a page held after the batch began was read after all its samples were taken, which is all that a proof wants;
// nothing is kept from one batch to the next.

import type { TargetReader } from '../model/target.ts';
import { PAGE_BYTES, USER_ADDRESS_END } from '../model/units.ts';
import type { OpenTarget } from './open-target.ts';

/** Pages of one batch: a sample touches some 70. */
const MAX_PAGES = 1024;
/** Larger reads (tables of compiled code) are made as they are: they mostly use what they read, and it is not read again. */
const MAX_CACHED_READ_BYTES = 1024;
/** Up to this size a loop copies faster than a call. */
const LOOP_BYTES = 16;

/** Memory of pages of batches before, used again by whichever target comes next: 4 MiB at most. */
const FREE: Uint8Array[] = [];

function giveBack(page: Uint8Array | null): void {
  if (page !== null && FREE.length < MAX_PAGES) FREE.push(page);
}

/** A target that can be told when a batch begins and ends. */
export type BatchTarget = OpenTarget & {
  /** From here on, pages may be remembered. */
  beginBatch(): void;
  /** Every read is a read again. */
  endBatch(): void;
};

export function withBatchPages(target: OpenTarget): BatchTarget {
  const pages = new BatchPages(target);
  return {
    ...target,
    read: (address, into) => pages.read(address, into),
    beginBatch: () => {
      pages.begin();
    },
    endBatch: () => {
      pages.end();
    },
    close: () => {
      pages.end();
      target.close();
    },
  };
}

class BatchPages {
  readonly #target: Pick<TargetReader, 'read'>;
  /** Page addresses → what was read; null: it could not be. */
  readonly #pages = new Map<number, Uint8Array | null>();
  #isOn = false;

  constructor(target: Pick<TargetReader, 'read'>) {
    this.#target = target;
  }

  begin(): void {
    this.end();
    this.#isOn = true;
  }

  end(): void {
    this.#isOn = false;
    if (this.#pages.size === 0) return;
    for (const page of this.#pages.values()) giveBack(page);
    this.#pages.clear();
  }

  read(address: number, into: Uint8Array): boolean {
    const { length } = into;
    if (!this.#isOn || length > MAX_CACHED_READ_BYTES || !(address >= 0 && address + length <= USER_ADDRESS_END))
      return this.#target.read(address, into);
    const offset = address % PAGE_BYTES;
    const first = this.#page(address - offset);
    if (first === null) return this.#target.read(address, into);
    const inFirst = Math.min(length, PAGE_BYTES - offset);
    if (inFirst === length) {
      copy(first, offset, into, 0, length);
      return true;
    }
    const second = this.#page(address - offset + PAGE_BYTES);
    if (second === null) return this.#target.read(address, into);
    copy(first, offset, into, 0, inFirst);
    copy(second, 0, into, inFirst, length - inFirst);
    return true;
  }

  #page(start: number): Uint8Array | null {
    const known = this.#pages.get(start);
    if (known !== undefined) return known;
    if (this.#pages.size >= MAX_PAGES) return null;
    const page = FREE.pop() ?? new Uint8Array(PAGE_BYTES);
    const isThere = this.#target.read(start, page);
    if (!isThere) giveBack(page);
    this.#pages.set(start, isThere ? page : null);
    return isThere ? page : null;
  }
}

function copy(from: Uint8Array, at: number, into: Uint8Array, to: number, length: number): void {
  if (length > LOOP_BYTES) into.set(from.subarray(at, at + length), to);
  else for (let i = 0; i < length; i += 1) into[to + i] = from[at + i] ?? 0;
}
