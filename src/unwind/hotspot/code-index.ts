// pc → CodeBlob with everything remembered about it: the per-process cache in front of code-cache.ts and code-blob.ts. Blobs are
// reusable memory: each remembered one is proven to be still itself once per batch of samples, because all samples of a batch were
// taken before the proof, and what was remembered before them and is the same after them was the same at them.

import type { Frame } from '../../model/frame.ts';
import type { Architecture } from '../arch/architecture.ts';
import type { CodeBytes, FrameState, StubState } from '../arch/code-bytes.ts';
import { MAX_CACHE_ENTRIES } from '../limits.ts';
import { MemoryFault, type MemoryView } from '../memory-view.ts';
import type { CodeCache } from './code-cache.ts';
import { type CodeBlob, isSameBlob, readCodeBlob } from './code-blob.ts';
import { DebugInfo, type ScopesResult } from './debug-info.ts';
import type { HotspotLayout } from './layout.ts';

/** Code read around a leaf pc: the longest pattern of any architecture on both sides. */
const LEAF_BYTES_BEFORE = 32;
const LEAF_BYTES_AFTER = 64;

/** A blob and what was worked out about its pcs; valid as long as the blob is. */
export class KnownBlob {
  readonly blob: CodeBlob;
  /** Rules found for leaf pcs: they depend on code bytes only, and those parts of code are never patched. */
  readonly leafStates = new Map<number, FrameState>();
  /** Ways out of StubRoutines; null: the code does not tell. */
  readonly waysOut = new Map<number, StubState | null>();
  readonly scopes = new Map<number, ScopesResult>();
  /**
   * Logical frames by 4 × the pc's offset in the code + the state of the frame there (java-frames.ts): names of an nmethod do not
   * change while it lives. Small whole numbers are found fastest.
   */
  readonly frames = new Map<number, readonly Frame[]>();
  provenInBatch: number;
  #debugInfo: DebugInfo | null = null;
  constructor(blob: CodeBlob, batch: number) {
    this.blob = blob;
    this.provenInBatch = batch;
  }
  /** Debug information of an nmethod; null for other blobs. Throws MemoryFault. */
  debugInfo(memory: MemoryView, layout: HotspotLayout): DebugInfo | null {
    if (this.blob.nmethod === null) return null;
    this.#debugInfo ??= new DebugInfo(memory, layout, this.blob, this.blob.nmethod);
    return this.#debugInfo;
  }
}

/** What stands before a pc, as of a batch. */
interface CallBefore {
  readonly isThere: boolean;
  /** Where it goes, if that is in the instruction. */
  readonly target: number | null;
  readonly batch: number;
}

export class CodeIndex {
  readonly architecture: Architecture;
  readonly #memory: MemoryView;
  readonly #layout: HotspotLayout;
  readonly #cache: CodeCache;
  readonly #byPc = new Map<number, KnownBlob>();
  readonly #byAddress = new Map<number, KnownBlob>();
  readonly #calls = new Map<number, CallBefore>();
  #batch = 0;

  constructor(memory: MemoryView, layout: HotspotLayout, cache: CodeCache, architecture: Architecture) {
    this.architecture = architecture;
    this.#memory = memory;
    this.#layout = layout;
    this.#cache = cache;
  }

  beginBatch(): void {
    this.#batch += 1;
    if (this.#byPc.size > MAX_CACHE_ENTRIES) this.#byPc.clear();
    if (this.#byAddress.size > MAX_CACHE_ENTRIES) this.#byAddress.clear();
    if (this.#calls.size > MAX_CACHE_ENTRIES) this.#calls.clear();
    try {
      this.#cache.refreshBounds();
    } catch (error) {
      // A process that is gone keeps the bounds it had: what is remembered of it still names its samples.
      if (!(error instanceof MemoryFault)) throw error;
    }
  }

  /** Whether a pc lies in the code cache, be there a blob or not. */
  covers(pc: number): boolean {
    return this.#cache.contains(pc);
  }

  /**
   * The blob at a pc; null: none there. When memory is gone (the target exited) the remembered one serves: with it dies whatever
   * could have replaced it. Throws MemoryFault when nothing is remembered either.
   */
  at(pc: number): KnownBlob | null {
    const known = this.#byPc.get(pc);
    if (known !== undefined && this.#isProven(known)) return known;
    const address = this.#cache.findBlob(pc);
    if (address === null) return null;
    const before = this.#byAddress.get(address);
    if (before !== undefined && this.#isProven(before)) {
      this.#byPc.set(pc, before);
      return before;
    }
    const blob = readCodeBlob(this.#memory, this.#layout, address);
    if (blob === null || pc < address || pc >= blob.end) return null;
    const fresh = new KnownBlob(blob, this.#batch);
    this.#byAddress.set(address, fresh);
    this.#byPc.set(pc, fresh);
    return fresh;
  }

  /** Scopes of a pc in compiled code, remembered with the blob. Throws MemoryFault. */
  scopesAt(known: KnownBlob, pc: number): ScopesResult {
    let found = known.scopes.get(pc);
    if (found === undefined) {
      found = known.debugInfo(this.#memory, this.#layout)?.scopesAt(pc) ?? { kind: 'none' };
      known.scopes.set(pc, found);
    }
    return found;
  }

  /** Code bytes around a pc of a blob, as far as the blob's code goes. Throws MemoryFault. */
  codeAround(blob: CodeBlob, pc: number): CodeBytes {
    const start = Math.max(blob.codeBegin, pc - LEAF_BYTES_BEFORE);
    const end = Math.min(Math.max(blob.codeEnd, blob.end), pc + LEAF_BYTES_AFTER);
    return this.code(start, end);
  }

  code(start: number, end: number): CodeBytes {
    return { address: start, bytes: this.#memory.block(start, Math.max(0, end - start)).bytes };
  }

  /** Bytes that a compiled caller pushed below its frame for the call that returns to `pc`. Throws MemoryFault. */
  pushedForCall(blob: CodeBlob, pc: number): number {
    if (this.architecture.name === 'x86-64') return 0;
    return this.architecture.frames.pushedForCall(this.codeAround(blob, pc), pc);
  }

  /** Whether a call instruction ends right before `pc`: what every return address has. */
  followsCall(pc: number): boolean {
    return this.#callBefore(pc).isThere;
  }

  /** Where the call that returns to `pc` goes, if that is in the instruction; null: nowhere known, or no call. */
  callTarget(pc: number): number | null {
    return this.#callBefore(pc).target;
  }

  /** Whether the call before `pc` goes to an address outside the code cache: Java code calling a native function directly. */
  callsOut(pc: number): boolean {
    const { target } = this.#callBefore(pc);
    return target !== null && !this.#cache.contains(target);
  }

  #callBefore(pc: number): CallBefore {
    const { calls } = this.architecture;
    const known = this.#calls.get(pc);
    if (known?.batch === this.#batch) return known;
    // Where memory is gone, what was there before serves: nothing can have replaced it.
    let call: CallBefore = { ...(known ?? { isThere: false, target: null }), batch: this.#batch };
    try {
      const { bytes } = this.#memory.glance(pc - calls.targetBytes, calls.targetBytes);
      call = { isThere: calls.endsWithCall(bytes), target: calls.target(bytes, pc), batch: this.#batch };
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
    }
    this.#calls.set(pc, call);
    return call;
  }

  #isProven(known: KnownBlob): boolean {
    if (known.provenInBatch === this.#batch) return true;
    try {
      if (!isSameBlob(this.#memory, this.#layout, known.blob)) return false;
    } catch (error) {
      if (error instanceof MemoryFault) return true;
      throw error;
    }
    known.provenInBatch = this.#batch;
    return true;
  }
}
