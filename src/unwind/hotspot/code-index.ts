// pc → CodeBlob with everything remembered about it: the per-process cache in front of code-cache.ts and code-blob.ts. Blobs are
// reusable memory: each remembered one is proven to be still itself once per batch of samples, because all samples of a batch were
// taken before the proof, and what was remembered before them and is the same after them was the same at them.

import type { Frame } from '../../model/frame.ts';
import type { Architecture } from '../arch/architecture.ts';
import type { CodeBytes, FrameState, Pushed, StubState } from '../arch/code-bytes.ts';
import { ENTRY_BYTES, MAX_CACHE_ENTRIES, MAX_CODE_INDEX_BYTES } from '../limits.ts';
import { MemoryFault, type MemoryView } from '../memory-view.ts';
import type { CodeCache, CodeHeapPlace } from './code-cache.ts';
import { type CodeBlob, isSameBlob, readCodeBlob } from './code-blob.ts';
import { DebugInfo, type ScopesResult } from './debug-info.ts';
import type { HotspotLayout } from './layout.ts';

/** Code read around a leaf pc: the longest pattern of any architecture on both sides. */
const LEAF_BYTES_BEFORE = 32;
const LEAF_BYTES_AFTER = 64;

/** Following a byte of code takes up to 60 ns, about what reading so many bytes does. */
const FOLLOWING_COST = 64;

/** A blob and what was worked out about its pcs; valid as long as the blob is. */
export class KnownBlob {
  readonly blob: CodeBlob;
  /** Rules found for leaf pcs: they depend on code bytes only, and those parts of code are never patched. */
  readonly leafStates = new Map<number, FrameState>();
  /** The same where a method called the VM without telling it. */
  readonly callerStates = new Map<number, FrameState>();
  /** Ways out of StubRoutines, and of methods that push; null: the code does not tell. */
  readonly waysOut = new Map<number, StubState | null>();
  /** What was pushed below a method's whole frame, by pc. */
  readonly pushed = new Map<number, Pushed>();
  /** Whether a method's code never moves sp; null: not looked at yet. */
  keepsStack: boolean | null = null;
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
  /** Debug information of an nmethod; null for other blobs. `hold` is told what it takes when it is read. Throws MemoryFault. */
  debugInfo(memory: MemoryView, layout: HotspotLayout, hold: (bytes: number) => void): DebugInfo | null {
    if (this.#debugInfo !== null || this.blob.nmethod === null) return this.#debugInfo;
    this.#debugInfo = new DebugInfo(memory, layout, this.blob, this.blob.nmethod);
    hold(this.#debugInfo.sizeBytes);
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
  readonly #maxHeldBytes: number;
  /** With the blobs: what was worked out of them. */
  #heldBytes = 0;
  #batch = 0;

  constructor(
    memory: MemoryView,
    layout: HotspotLayout,
    cache: CodeCache,
    architecture: Architecture,
    maxHeldBytes = MAX_CODE_INDEX_BYTES,
  ) {
    this.#maxHeldBytes = maxHeldBytes;
    this.architecture = architecture;
    this.#memory = memory;
    this.#layout = layout;
    this.#cache = cache;
  }

  beginBatch(): void {
    this.#batch += 1;
    try {
      this.#cache.refreshBounds();
    } catch (error) {
      // A process that is gone keeps the bounds it had: what is remembered of it still names its samples.
      if (!(error instanceof MemoryFault)) throw error;
    }
  }

  /** More is remembered with a blob. When that becomes too much all blobs are forgotten: those in use stay with who uses them. */
  hold(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes <= this.#maxHeldBytes) return;
    this.#byPc.clear();
    this.#byAddress.clear();
    this.#heldBytes = 0;
  }

  heaps(): readonly CodeHeapPlace[] {
    return this.#cache.heaps;
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
      return this.#remember(pc, before);
    }
    const blob = readCodeBlob(this.#memory, this.#layout, address);
    if (blob === null || pc < address || pc >= blob.end) return null;
    const fresh = new KnownBlob(blob, this.#batch);
    this.hold(ENTRY_BYTES + 2 * blob.name.length);
    if (this.#byAddress.size >= MAX_CACHE_ENTRIES) this.#byAddress.clear();
    this.#byAddress.set(address, fresh);
    return this.#remember(pc, fresh);
  }

  #remember(pc: number, known: KnownBlob): KnownBlob {
    // Full within one batch, too: a hostile stack has as many pcs as words.
    if (this.#byPc.size >= MAX_CACHE_ENTRIES) this.#byPc.clear();
    this.#byPc.set(pc, known);
    return known;
  }

  /** Scopes of a pc in compiled code, remembered with the blob. Throws MemoryFault. */
  scopesAt(known: KnownBlob, pc: number): ScopesResult {
    let found = known.scopes.get(pc);
    if (found === undefined) {
      const info = known.debugInfo(this.#memory, this.#layout, (bytes) => {
        this.hold(bytes);
      });
      found = info?.scopesAt(pc) ?? { kind: 'none' };
      known.scopes.set(pc, found);
      this.hold(ENTRY_BYTES * (1 + (found.kind === 'scopes' ? found.scopes.length : 0)));
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

  /** Code whose instructions are to be followed one by one: that costs more time than reading it, and counts so. Throws MemoryFault, WalkStop. */
  codeToFollow(start: number, end: number): CodeBytes {
    this.#memory.spend(FOLLOWING_COST * Math.max(0, end - start));
    return this.code(start, end);
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
    if (this.#calls.size >= MAX_CACHE_ENTRIES) this.#calls.clear();
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
