// Stacks of which pieces were lost → whole ones, from what came each time they were sent. Put together is only what one thread sent from one place of its
// stack with one identity: the words that lead from frame to frame are the same there.

import type { CapturedStack, RawSample, StackChunk } from '../model/sample.ts';

/** As many as can be under way; the oldest gives way. */
const MAX_STACKS = 2000;

export class PiecedStacks {
  readonly #chunkBytes: number;
  readonly #windowBytes: number;
  readonly #pieces = new Map<string, Map<number, Uint8Array>>();

  /** Pieces are of one size and follow each other from the stack's pointer on. */
  constructor(chunkBytes: number, windowBytes: number) {
    this.#chunkBytes = chunkBytes;
    this.#windowBytes = windowBytes;
  }

  /** The sample with all that came of its stack until now. */
  add(id: number, sample: RawSample): RawSample {
    const { registers } = sample;
    if (registers === null || !('rsp' in registers)) return sample;
    const start = registers.rsp;
    const key = [id, sample.pid, sample.tid, start].join(' ');
    const pieces = this.#pieces.get(key) ?? new Map<number, Uint8Array>();
    for (const { address, bytes } of sample.stack.chunks)
      for (let at = 0; at < bytes.length; at += this.#chunkBytes)
        pieces.set(address + at, bytes.subarray(at, at + this.#chunkBytes));
    this.#pieces.delete(key);
    if (sample.stack.lostChunks === 0) return sample;
    this.#pieces.set(key, pieces);
    for (const oldest of this.#pieces.keys()) {
      if (this.#pieces.size <= MAX_STACKS) break;
      this.#pieces.delete(oldest);
    }
    const whole = this.#together(sample.stack, start, pieces);
    if (whole.lostChunks === 0) this.#pieces.delete(key);
    return { ...sample, stack: whole };
  }

  #together(stack: CapturedStack, start: number, pieces: ReadonlyMap<number, Uint8Array>): CapturedStack {
    const expected = Math.ceil(Math.min(this.#windowBytes, stack.end - start) / this.#chunkBytes);
    const inOrder = [...pieces].sort(([a], [b]) => a - b);
    const chunks: StackChunk[] = inOrder.map(([address, bytes]) => ({ address: address as StackChunk['address'], bytes }));
    return { ...stack, chunks, lostChunks: Math.max(0, expected - chunks.length) };
  }
}
