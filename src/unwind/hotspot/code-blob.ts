// The CodeBlob at an address: what kind of code it is, how large its frames are, and what proves later that it is still the same
// one (hotspot/share/code/codeBlob.hpp, nmethod.hpp). Kinds are CodeBlob::_kind where the VM has it (25 on), and the blobs' names.

import { MAX_CODE_BLOB_BYTES } from '../limits.ts';
import type { Block, MemoryView } from '../memory-view.ts';
import type { HotspotLayout } from './layout.ts';
import type { BlobKindName, CodeBlobLayout } from './layout/code-blob-layout.ts';
import { resolvePlace } from './layout/place.ts';

export type BlobKind =
  | 'nmethod' // compiled Java, or the wrapper of a native method
  | 'interpreter'
  | 'runtime-stub' // has a frame size of its own: RuntimeStub, and the deoptimization, exception and safepoint blobs
  | 'stub-routines' // many small stubs in one blob, frames by their own rules
  | 'vtable-stub'
  | 'frameless-stub' // C1's that save registers at most (slow_subtype_check, unwind_exception), buffers of compilers
  | 'upcall-stub' // through which C calls Java by the foreign function interface
  | 'adapter'; // i2c/c2i and method handle adapters: no frame

export interface CodeBlob {
  readonly kind: BlobKind;
  readonly address: number;
  readonly end: number;
  readonly name: string;
  /** Where the VM keeps the name. */
  readonly nameAt: number;
  readonly codeBegin: number;
  readonly codeEnd: number;
  /** 0 for code without frames of its own. */
  readonly frameSizeBytes: number;
  /** First address at which the frame is whole. */
  readonly frameComplete: number;
  readonly nmethod: NmethodHeader | null;
  /** Of an upcall stub: from its frame's sp to the frame's data; null: not known. */
  readonly frameDataOffset: number | null;
}

export interface NmethodHeader {
  /** `native nmethod`: the wrapper HotSpot made for a native method. */
  readonly isNative: boolean;
  readonly method: number;
  /** Unique in the life of a VM (with OSR counted apart): the proof that a blob is still the one remembered. */
  readonly compileId: number;
  /** 1 to 3: C1; 4: C2. */
  readonly compLevel: number;
  readonly osrEntry: number;
  /** Return addresses that deoptimization puts in place of a frame's own. */
  readonly deoptHandlers: readonly number[];
  readonly origPcOffset: number;
  /** Its own code ends here; behind are its handlers and stubs. */
  readonly instructionsEnd: number;
  readonly scopesData: Extent;
  readonly scopesPcs: Extent;
  readonly metadata: Extent;
}

/** From the first byte up to, not including, the end. */
export interface Extent {
  readonly begin: number;
  readonly end: number;
}

/** Kinds by name prefix. Whatever is not here has either a frame size (a runtime stub) or is treated as an adapter. */
const KIND_BY_PREFIX: readonly (readonly [string, BlobKind])[] = [
  ['nmethod', 'nmethod'],
  ['native nmethod', 'nmethod'],
  ['Interpreter', 'interpreter'],
  ['StubRoutines', 'stub-routines'],
  ['vtable chunks', 'vtable-stub'],
  ['I2C/C2I adapters', 'adapter'],
  ['MethodHandles adapters', 'adapter'],
  ['MethodHandlesAdapterBlob', 'adapter'],
  ['upcall_stub', 'upcall-stub'],
];

/** By HotSpot's CodeBlobKind. Buffers are told apart by name. */
const KIND_BY_NUMBER: Readonly<Record<Exclude<BlobKindName, 'Buffer'>, BlobKind>> = {
  Nmethod: 'nmethod',
  Adapter: 'adapter',
  Vtable: 'vtable-stub',
  MHAdapter: 'adapter',
  RuntimeStub: 'runtime-stub',
  Deoptimization: 'runtime-stub',
  Safepoint: 'runtime-stub',
  Exception: 'runtime-stub',
  UncommonTrap: 'runtime-stub',
  Upcall: 'upcall-stub',
};

/** Reads the header of the blob at `address`; null when it is no blob (freed, or never was one). Throws MemoryFault. */
export function readCodeBlob(memory: MemoryView, layout: HotspotLayout, address: number): CodeBlob | null {
  const at = layout.codeBlob;
  const header = memory.block(address, at.sizeBytes);
  const sizeBytes = header.i32(at.size);
  const [codeBegin, codeEnd] = [resolvePlace(header, at.codeBegin), resolvePlace(header, at.codeEnd)];
  const end = address + sizeBytes;
  if (sizeBytes <= 0 || sizeBytes > MAX_CODE_BLOB_BYTES) return null;
  if (codeBegin < address || codeEnd < codeBegin || codeEnd > end) return null;
  const frameSizeWords = header.i32(at.frameSize);
  if (frameSizeWords < -1 || frameSizeWords * 8 > MAX_CODE_BLOB_BYTES) return null;
  const nameAt = header.word(at.name);
  const name = memory.cString(nameAt);
  const told = kindOf(header, at, name) ?? 'runtime-stub';
  // C1's stubs without a frame are RuntimeStubs from JDK 25 on.
  const kind = told === 'runtime-stub' && frameSizeWords <= 0 ? 'frameless-stub' : told;
  return {
    kind,
    address,
    end,
    name,
    nameAt,
    codeBegin,
    codeEnd,
    frameSizeBytes: Math.max(0, frameSizeWords) * 8,
    frameComplete: codeBegin + (at.frameComplete.isShort ? header.i16(at.frameComplete.at) : header.i32(at.frameComplete.at)),
    nmethod: kind === 'nmethod' ? nmethodHeader(memory.glance(address, layout.nmethod.sizeBytes), layout, name) : null,
    frameDataOffset:
      kind === 'upcall-stub' && layout.upcall !== null ? memory.i32(address + layout.upcall.frameDataOffset) : null,
  };
}

function kindOf(header: Block, { kind }: CodeBlobLayout, name: string): BlobKind | null {
  if (kind !== null) {
    const number = header.u8(kind.at);
    for (const [known, is] of Object.entries(KIND_BY_NUMBER)) if (kind.numbers[known as BlobKindName] === number) return is;
  }
  return KIND_BY_PREFIX.find(([prefix]) => name.startsWith(prefix))?.[1] ?? null;
}

function nmethodHeader(header: Block, layout: HotspotLayout, name: string): NmethodHeader {
  const at = layout.nmethod;
  const extent = (places: (typeof at)['metadata']): Extent => ({
    begin: resolvePlace(header, places.begin),
    end: resolvePlace(header, places.end),
  });
  return {
    isNative: name.startsWith('native'),
    method: header.word(at.method),
    compileId: header.i32(at.compileId),
    compLevel: header.u8(at.compLevel),
    osrEntry: header.word(at.osrEntryPoint),
    deoptHandlers: at.deoptHandlers.map((place) => resolvePlace(header, place)),
    origPcOffset: header.i32(at.origPcOffset),
    instructionsEnd: resolvePlace(header, at.stubs),
    scopesData: extent(at.scopesData),
    scopesPcs: extent(at.scopesPcs),
    metadata: extent(at.metadata),
  };
}

/**
 * Whether the blob at a remembered address is still the remembered one: for an nmethod its compile id and method, for every
 * other blob (few are ever freed: the compilers' buffers) name and extent. And its block is in use: of one that was freed CodeHeap gives
 * away the end first (CodeHeap::search_freelist, split_block), so that its header stays as it was below what lies there now. Throws
 * MemoryFault.
 */
export function isSameBlob(memory: MemoryView, layout: HotspotLayout, blob: CodeBlob): boolean {
  const at = layout.codeBlob;
  if (memory.u8(blob.address - layout.heapBlock.sizeBytes + layout.heapBlock.used) === 0) return false;
  if (blob.nmethod === null) {
    const header = memory.glance(blob.address, at.sizeBytes);
    return (
      header.word(at.name) === blob.nameAt &&
      resolvePlace(header, at.codeBegin) === blob.codeBegin &&
      header.i32(at.size) === blob.end - blob.address
    );
  }
  const header = memory.glance(blob.address, layout.nmethod.sizeBytes);
  return (
    resolvePlace(header, at.codeBegin) === blob.codeBegin &&
    header.i32(layout.nmethod.compileId) === blob.nmethod.compileId &&
    header.word(layout.nmethod.method) === blob.nmethod.method &&
    header.word(layout.nmethod.osrEntryPoint) === blob.nmethod.osrEntry
  );
}
