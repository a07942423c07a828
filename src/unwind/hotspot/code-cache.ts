// From a pc to the address of the CodeBlob that holds it: bounds, CodeHeaps, segment maps (hotspot/share/memory/heap.cpp,
// CodeHeap::find_block_for). Per process; heaps grow while it runs, so their `high` is read again when a pc lies above it.

import type { MemoryView } from '../memory-view.ts';
import { MAX_CODE_HEAPS, MAX_SEGMENT_HOPS } from '../limits.ts';
import type { HotspotLayout } from './layout.ts';

/** A CodeHeap as it was last looked at. */
export interface CodeHeapPlace {
  readonly low: number;
  /** What lies from here on is not its own, however it grows. */
  readonly reservedEnd: number;
  readonly segmentMap: number;
  readonly log2SegmentSize: number;
}

interface CodeHeap extends CodeHeapPlace {
  readonly address: number;
  readonly low: number;
  high: number;
  readonly segmentMap: number;
  readonly log2SegmentSize: number;
}

/** Segment map entry of a free segment. */
const FREE_SEGMENT = 0xff;
/** log2 of the largest plausible segment: CodeCacheSegmentSize is 64 or 128. */
const MAX_LOG2_SEGMENT = 12;

export class CodeCache {
  readonly #memory: MemoryView;
  readonly #layout: HotspotLayout;
  #heaps: readonly CodeHeap[] = [];

  constructor(memory: MemoryView, layout: HotspotLayout) {
    this.#memory = memory;
    this.#layout = layout;
  }

  /** Reads the list of heaps; false while the VM has not made them yet. Throws MemoryFault. */
  refresh(): boolean {
    const { codeHeap, virtualSpace } = this.#layout;
    const heaps: CodeHeap[] = [];
    for (const address of this.#addresses()) {
      const header = this.#memory.block(address, codeHeap.sizeBytes);
      const log2SegmentSize = header.u32(codeHeap.log2SegmentSize);
      if (log2SegmentSize > MAX_LOG2_SEGMENT) continue;
      const [low, high] = [header.word(codeHeap.memory + virtualSpace.low), header.word(codeHeap.memory + virtualSpace.high)];
      if (low === 0 || high <= low) continue;
      const reservedEnd = Math.max(high, header.word(codeHeap.memory + virtualSpace.highBoundary));
      const segmentMap = header.word(codeHeap.segmap + virtualSpace.low);
      heaps.push({ address, low, high, reservedEnd, segmentMap, log2SegmentSize });
    }
    this.#heaps = heaps;
    return heaps.length > 0;
  }

  get heaps(): readonly CodeHeapPlace[] {
    return this.#heaps;
  }

  /** Whether a pc lies in memory that a CodeHeap has reserved and committed, as of the last look at its bounds. */
  contains(pc: number): boolean {
    return this.#heapOf(pc) !== null;
  }

  /** The lowest and highest committed address of any heap: outside is surely no Java code. */
  get bounds(): { readonly low: number; readonly high: number } {
    let [low, high] = [Number.MAX_SAFE_INTEGER, 0];
    for (const heap of this.#heaps) [low, high] = [Math.min(low, heap.low), Math.max(high, heap.high)];
    return { low, high };
  }

  /** Reads the committed ends again: heaps only grow. Called once per batch of samples. Throws MemoryFault. */
  refreshBounds(): void {
    const { codeHeap, virtualSpace } = this.#layout;
    for (const heap of this.#heaps) heap.high = this.#memory.word(heap.address + codeHeap.memory + virtualSpace.high);
  }

  /** Address of the CodeBlob whose block covers `pc`; null: free, or outside. Throws MemoryFault. */
  findBlob(pc: number): number | null {
    const heap = this.#heapOf(pc);
    if (heap === null) return null;
    let segment = Math.floor((pc - heap.low) / 2 ** heap.log2SegmentSize);
    for (let hop = 0; hop < MAX_SEGMENT_HOPS; hop += 1) {
      const distance = this.#memory.u8(heap.segmentMap + segment);
      if (distance === FREE_SEGMENT) return null;
      if (distance === 0) {
        const block = heap.low + segment * 2 ** heap.log2SegmentSize;
        if (this.#memory.u8(block + this.#layout.heapBlock.used) === 0) return null;
        return block + this.#layout.heapBlock.sizeBytes;
      }
      segment -= distance;
      if (segment < 0) return null;
    }
    return null;
  }

  /** Addresses of the CodeHeaps; none while the VM has not made them yet. */
  #addresses(): number[] {
    const { heaps } = this.#layout;
    const head = this.#memory.word(heaps.at);
    if (head === 0) return [];
    if (heaps.kind === 'one') return [head];
    const count = Math.min(this.#memory.u32(head + heaps.length), MAX_CODE_HEAPS);
    const data = this.#memory.word(head + heaps.data);
    return Array.from({ length: count }, (_, i) => this.#memory.word(data + 8 * i));
  }

  #heapOf(pc: number): CodeHeap | null {
    for (const heap of this.#heaps) if (pc >= heap.low && pc < heap.high) return heap;
    return null;
  }
}
