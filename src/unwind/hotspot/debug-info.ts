// Which methods and bytecodes a pc of compiled code stands for: PcDesc → chain of scopes, innermost first
// (hotspot/share/code/pcDesc.hpp, compiledMethod.cpp PcDescContainer::find_pc_desc_internal, scopeDesc.cpp ScopeDesc::decode_body).
// Per nmethod, constant for its life. Leaves out locals, expressions and monitors.

import { MAX_INLINE_DEPTH, MAX_PC_DESCS } from '../limits.ts';
import type { MemoryView } from '../memory-view.ts';
import type { CodeBlob, NmethodHeader } from './code-blob.ts';
import type { HotspotLayout } from './layout.ts';
import { Unsigned5Reader } from './unsigned5.ts';

/** One level of inlining at a pc. */
export interface Scope {
  /** Method* of the metadata table; 0 for an index outside it. */
  readonly method: number;
  /** As HotSpot's ScopeDesc::bci(): -1 at method entry. */
  readonly bci: number;
}

export type ScopesResult =
  /** Innermost first. `exact`: the pc has a PcDesc of its own; otherwise the next one above stood in. */
  | { readonly kind: 'scopes'; readonly scopes: readonly Scope[]; readonly exact: boolean }
  /** No PcDesc, or one without scopes (stub code of the nmethod): the nmethod's own method, place unknown. */
  | { readonly kind: 'none' };

const NONE: ScopesResult = { kind: 'none' };
/** `DebugInformationRecorder::serialized_null`. */
const NO_SCOPE = 0;

export class DebugInfo {
  readonly #codeBegin: number;
  /** Ascending, sentinels included: PcDesc::lower_offset_limit first, upper_offset_limit last. */
  readonly #pcOffsets: Int32Array;
  readonly #scopeOffsets: Int32Array;
  readonly #scopesData: Uint8Array;
  readonly #metadata: readonly number[];
  readonly #excludedLow: 0 | 1;

  /** Reads the tables of one nmethod. Throws MemoryFault. */
  constructor(memory: MemoryView, layout: HotspotLayout, blob: CodeBlob, header: NmethodHeader) {
    this.#codeBegin = blob.codeBegin;
    this.#excludedLow = layout.stream.excludedLow;
    const { pcDescSizeBytes } = layout.nmethod;
    const { scopesPcs, scopesData } = header;
    const count = Math.max(0, Math.min(Math.floor((scopesPcs.end - scopesPcs.begin) / pcDescSizeBytes), MAX_PC_DESCS));
    const descs = memory.block(scopesPcs.begin, count * pcDescSizeBytes);
    const [pcOffsets, scopeOffsets] = [new Int32Array(count), new Int32Array(count)];
    const scopesSizeBytes = Math.max(0, scopesData.end - scopesData.begin);
    let known = 0;
    // From JDK 24 on other data may follow the sentinel: rows out of order, or with scopes that are not there, are none.
    for (; known < count; known += 1) {
      const [pcOffset, scopeOffset] = [descs.i32(known * pcDescSizeBytes), descs.i32(known * pcDescSizeBytes + 4)];
      if (known > 0 && pcOffset < (pcOffsets[known - 1] ?? 0)) break;
      if (scopeOffset < 0 || (scopeOffset !== NO_SCOPE && scopeOffset >= scopesSizeBytes)) break;
      pcOffsets[known] = pcOffset;
      scopeOffsets[known] = scopeOffset;
    }
    this.#pcOffsets = pcOffsets.subarray(0, known);
    this.#scopeOffsets = scopeOffsets.subarray(0, known);
    this.#scopesData = memory.block(scopesData.begin, scopesSizeBytes).bytes;
    const metadataBytes = Math.max(0, header.metadata.end - header.metadata.begin) & ~7;
    const metadata = memory.block(header.metadata.begin, metadataBytes);
    this.#metadata = Array.from({ length: metadataBytes / 8 }, (_, i) => metadata.word(8 * i));
  }

  /** What it holds in memory. */
  get sizeBytes(): number {
    return (
      this.#pcOffsets.buffer.byteLength +
      this.#scopeOffsets.buffer.byteLength +
      this.#scopesData.length +
      8 * this.#metadata.length
    );
  }

  /** Whether `pc` is exactly where a PcDesc stands: every return address into compiled Java is. */
  hasExact(pc: number): boolean {
    return this.#pcOffsets[this.#firstAtOrAbove(pc - this.#codeBegin)] === pc - this.#codeBegin;
  }

  /** HotSpot's rule: the first PcDesc whose pc_offset >= the pc's (a return address matches exactly). */
  scopesAt(pc: number): ScopesResult {
    const offset = pc - this.#codeBegin;
    const index = this.#firstAtOrAbove(offset);
    const scopeOffset = this.#scopeOffsets[index];
    // The last PcDesc is a sentinel that stands for nothing.
    if (scopeOffset === undefined || scopeOffset === NO_SCOPE || index === this.#pcOffsets.length - 1) return NONE;
    const scopes: Scope[] = [];
    for (let at = scopeOffset; at !== NO_SCOPE && scopes.length < MAX_INLINE_DEPTH;) {
      if (at < 0 || at >= this.#scopesData.length) break;
      const reader = new Unsigned5Reader(this.#scopesData, at, this.#excludedLow);
      const sender = reader.unsigned();
      const methodIndex = reader.unsigned();
      // Metadata indices are 1-based, 0 is null (oopRecorder.hpp); bci is stored off by one (InvocationEntryBci).
      scopes.push({ method: this.#metadata[methodIndex - 1] ?? 0, bci: reader.unsigned() - 1 });
      if (sender >= at) break;
      at = sender;
    }
    return { kind: 'scopes', scopes, exact: this.#pcOffsets[index] === offset };
  }

  #firstAtOrAbove(offset: number): number {
    let [low, high] = [0, this.#pcOffsets.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pcOffsets[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
