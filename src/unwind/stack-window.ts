// The captured stack as words by address, with what the capture could not deliver told apart: not readable, lost, cut off. A
// page BPF could not read may be asked for again through the target's memory; what comes of it is marked approximate.

import type { ApproximateReason, UnfinishedReason } from '../model/frame.ts';
import type { CapturedStack, StackChunk } from '../model/sample.ts';
import type { TargetReader } from '../model/target.ts';
import { hex, PAGE_BYTES } from '../model/units.ts';
import { EXTRA_FRAMES, MIN_FRAME_BYTES } from './limits.ts';

/** Ends a walk with its reason. Thrown where a frame cannot be left, caught once, at the end of the walk. */
export class WalkStop extends Error {
  readonly reason: UnfinishedReason;
  readonly detail: string;
  constructor(reason: UnfinishedReason, detail: string) {
    super(`${reason}: ${detail}`);
    this.name = 'WalkStop';
    this.reason = reason;
    this.detail = detail;
  }
}

const TWO_TO_32 = 0x1_0000_0000;

export class StackWindow {
  /** What was used that was not there at the tick. */
  readonly approximations = new Set<ApproximateReason>();
  /** First address above what was copied. */
  readonly end: number;
  readonly start: number;
  readonly #stack: CapturedStack;
  readonly #reader: Pick<TargetReader, 'read'> | null;
  readonly #unreadable: ReadonlySet<number>;
  readonly #rereadPages = new Map<number, StackChunk | null>();
  #last: StackChunk | null = null;

  readonly #returnAddressHighMask: number;

  /**
   * `reader` null: nothing is read again (`--no-reread`). `returnAddressHighMask`: of the upper half of return addresses the bits that
   * count (arch/architecture.ts).
   */
  constructor(stack: CapturedStack, reader: Pick<TargetReader, 'read'> | null, returnAddressHighMask = 0xffff_ffff) {
    this.#returnAddressHighMask = returnAddressHighMask;
    this.#stack = stack;
    this.#reader = reader;
    this.#unreadable = new Set(stack.unreadablePages);
    const [first, last] = [stack.chunks[0], stack.chunks.at(-1)];
    this.start = first?.address ?? 0;
    this.end = last === undefined ? 0 : last.address + last.bytes.length;
  }

  /** More frames than this do not fit into what was copied. */
  get maxFrames(): number {
    return Math.ceil((this.end - this.start) / MIN_FRAME_BYTES) + EXTRA_FRAMES;
  }

  /** Whether an address lies in the stack of this thread as far as known: between the copy's start and the stack's end. */
  covers(address: number): boolean {
    return address >= this.start && address < Math.max(this.end, this.#stack.end);
  }

  /** The word at `address`. Throws WalkStop with the reason why it is not known. */
  word(address: number): number {
    const chunk = this.#chunkAt(address);
    if (chunk === null) throw this.#stop(address);
    return wordOf(chunk, address);
  }

  /** The word, or null where it is not known. */
  tryWord(address: number): number | null {
    const chunk = this.#chunkAt(address);
    return chunk === null ? null : wordOf(chunk, address);
  }

  /** The return address at `address`, without its signature. Throws WalkStop as {@link word}. */
  returnAddress(address: number): number {
    const chunk = this.#chunkAt(address);
    if (chunk === null) throw this.#stop(address);
    return wordOf(chunk, address, this.#returnAddressHighMask);
  }

  /** The same, or null where it is not known. */
  tryReturnAddress(address: number): number | null {
    const chunk = this.#chunkAt(address);
    return chunk === null ? null : wordOf(chunk, address, this.#returnAddressHighMask);
  }

  #chunkAt(address: number): StackChunk | null {
    if (this.#unreadable.size > 0) {
      if (address % 8 !== 0) return null;
      const page = address - (address % PAGE_BYTES);
      if (this.#unreadable.has(page)) return this.#reread(page);
    }
    const last = this.#last;
    if (last !== null) {
      // Chunks begin at words: the offset is a small number, of which a remainder costs nothing.
      const at = address - last.address;
      if (at >= 0 && at + 8 <= last.bytes.length) return (at | 0) === at && (at & 7) === 0 ? last : null;
    }
    if (address % 8 !== 0) return null;
    const { chunks } = this.#stack;
    let [low, high] = [0, chunks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((chunks[middle]?.address ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    const found = chunks[low - 1];
    if (found === undefined || address + 8 > found.address + found.bytes.length) return null;
    this.#last = found;
    return found;
  }

  #reread(page: number): StackChunk | null {
    let chunk = this.#rereadPages.get(page);
    if (chunk === undefined) {
      const bytes = new Uint8Array(PAGE_BYTES);
      const ok = this.#reader?.read(page, bytes) === true;
      chunk = ok ? { address: page as StackChunk['address'], bytes } : null;
      this.#rereadPages.set(page, chunk);
    }
    if (chunk !== null) this.approximations.add('reread-page');
    return chunk;
  }

  #stop(address: number): WalkStop {
    const page = address - (address % PAGE_BYTES);
    if (address % 8 !== 0) return new WalkStop('bad-frame', `${hex(address)} is no stack slot`);
    if (this.#unreadable.has(page)) return new WalkStop('stack-unreadable', `page ${hex(page)}`);
    if (address < this.start) return new WalkStop('bad-frame', `${hex(address)} is below the stack`);
    if (address < this.end) return new WalkStop('stack-lost', `${hex(address)} was lost on the way`);
    if (address < this.#stack.end && this.#stack.lostChunks > 0)
      return new WalkStop('stack-lost', `${hex(address)} was lost on the way`);
    if (address < this.#stack.end && this.#stack.cut)
      return new WalkStop('stack-cut', `${String(this.end - this.start)} bytes were copied`);
    return new WalkStop('bad-frame', `${hex(address)} is above the stack`);
  }
}

function wordOf({ address: start, bytes }: StackChunk, address: number, highMask = -1): number {
  const at = address - start;
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  const high = (bytes[at + 4] ?? 0) | ((bytes[at + 5] ?? 0) << 8) | ((bytes[at + 6] ?? 0) << 16) | ((bytes[at + 7] ?? 0) << 24);
  return (low >>> 0) + ((high & highMask) >>> 0) * TWO_TO_32;
}
