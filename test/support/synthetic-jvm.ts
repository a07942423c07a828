// HotSpot's structures written into synthetic memory: a code heap with its segment map, blobs, nmethods with debug information,
// methods with names and lines, threads. Offsets are made up (they come from the VM's own tables in life); what they are offsets of
// is not. The result is a HotspotProcess over that memory, as attachHotspot makes it over a live one.

import type { HotspotProcess } from '../../src/unwind/hotspot/hotspot-process.ts';
import { X86_64 } from '../../src/unwind/arch/x86-64.ts';
import { CodeCache } from '../../src/unwind/hotspot/code-cache.ts';
import { CodeIndex } from '../../src/unwind/hotspot/code-index.ts';
import type { Codelet } from '../../src/unwind/hotspot/codelets.ts';
import { codeletAt } from '../../src/unwind/hotspot/codelets.ts';
import { JavaThreads } from '../../src/unwind/hotspot/java-threads.ts';
import type { HotspotLayout } from '../../src/unwind/hotspot/layout.ts';
import { fromItself, i32At, pointerAt } from '../../src/unwind/hotspot/layout/place.ts';
import { Methods } from '../../src/unwind/hotspot/methods.ts';
import { VirtualThreads } from '../../src/unwind/hotspot/virtual-threads.ts';
import { ThreadNames } from '../../src/unwind/hotspot/thread-names.ts';
import { MemoryView } from '../../src/unwind/memory-view.ts';
import { SyntheticMemory } from './synthetic-target.ts';
import { encodeUnsigned5 } from './unsigned5-encoder.ts';

/** Addresses of the variables that a VM exports. */
const STATIC = { heaps: 0x4000_0000, callStub: 0x4000_0010, threadsHead: 0x4000_0018, interpreter: 0x4000_0020 };

/** Fields of a CodeBlob and an nmethod, as JDK 9 to 22 have them. */
const AT = {
  codeBegin: 24,
  codeEnd: 32,
  stubs: 84,
  scopesData: 104,
  scopesPcs: 112,
  dependencies: 116,
  metadata: 120,
  threadsLength: 0,
  threads: 8,
};
const SCOPES_PCS = fromItself(i32At(AT.scopesPcs));

export const SYNTHETIC_LAYOUT: HotspotLayout = {
  heaps: { kind: 'array', at: STATIC.heaps, length: 0, data: 8 },
  codeHeap: { memory: 8, segmap: 80, log2SegmentSize: 152, sizeBytes: 160 },
  virtualSpace: { low: 0, high: 8, highBoundary: 8 },
  heapBlock: { sizeBytes: 16, used: 8 },
  codeBlob: {
    name: 0,
    size: 8,
    frameSize: 12,
    frameComplete: { at: 16, isShort: false },
    codeBegin: pointerAt(AT.codeBegin),
    codeEnd: pointerAt(AT.codeEnd),
    kind: null,
    sizeBytes: 40,
  },
  nmethod: {
    sizeBytes: 128,
    method: 40,
    compileId: 48,
    compLevel: 52,
    osrEntryPoint: 72,
    origPcOffset: 80,
    deoptHandlers: [pointerAt(88), pointerAt(96)],
    stubs: fromItself(i32At(AT.stubs)),
    scopesData: { begin: pointerAt(AT.scopesData), end: SCOPES_PCS },
    scopesPcs: { begin: SCOPES_PCS, end: fromItself(i32At(AT.dependencies)) },
    metadata: { begin: fromItself(i32At(AT.metadata)), end: pointerAt(AT.scopesData) },
    pcDescSizeBytes: 16,
  },
  stream: { excludedLow: 0 },
  method: { constMethod: 8, accessFlags: 16, sizeBytes: 24 },
  constMethod: {
    constants: 0,
    flags: { at: 8, hasLineTable: 1 },
    codeSize: 10,
    nameIndex: 12,
    signatureIndex: 14,
    sizeBytes: 16,
  },
  constantPool: { poolHolder: 0, length: 8, sizeBytes: 16 },
  klassName: 16,
  symbol: { length: 0, body: 2 },
  anchor: { lastJavaSp: 0, lastJavaPc: 8, lastJavaFp: 16 },
  callWrapperAnchor: 32,
  callStubReturnAddress: STATIC.callStub,
  javaThread: { anchor: 16, osThread: 8, savedExceptionPc: 0x58 },
  osThreadId: 0,
  osThreadPthreadId: 8,
  threads: { kind: 'list', head: STATIC.threadsHead, length: AT.threadsLength, threads: AT.threads },
  interpreter: {
    code: STATIC.interpreter,
    stubBuffer: 0,
    bufferLimit: 8,
    codeletSize: 8,
    codeletDescription: 16,
    codeletSizeBytes: 24,
  },
  flags: null,
  names: null,
  upcall: { frameDataOffset: 40, anchor: 8 },
  continuation: null,
};

export interface SyntheticMethod {
  readonly className: string;
  readonly name: string;
  readonly signature?: string;
  readonly isNative?: boolean;
  readonly isStatic?: boolean;
  readonly codeSizeBytes?: number;
  /** The compressed line table, its end included. */
  readonly lineTable?: readonly number[];
}

/** One level of inlining: innermost first in a list. */
export interface SyntheticScope {
  readonly method: number;
  readonly bci: number;
}

export interface SyntheticBlob {
  readonly name: string;
  readonly code: readonly number[];
  /** Words, the return address included; 0: none. */
  readonly frameSizeWords: number;
  /** Offset in the code where the frame is whole. */
  readonly frameComplete?: number;
  readonly nmethod?: {
    readonly method: number;
    readonly level: number;
    readonly compileId?: number;
    /** Offset where the method's own code ends and its stubs begin; without it there are none. */
    readonly stubsFrom?: number;
    /** By offset of the pc in the code. */
    readonly scopes: readonly { readonly at: number; readonly chain: readonly SyntheticScope[] }[];
  };
}

const SEGMENT_BYTES = 128;
const HEAP_LOW = 0x7f00_0000_0000;
const HEAP_BYTES = 1 << 20;

export class SyntheticJvm {
  readonly memory = new SyntheticMemory();
  readonly heapLow: number = HEAP_LOW;
  readonly heapHigh: number = HEAP_LOW + HEAP_BYTES;
  readonly codelets: Codelet[] = [];
  enterSpecialReturn: number | null = null;
  readonly stubs: Codelet[] = [];
  readonly #threads: number[] = [];
  readonly #segmentMap: number;
  #nextSegment = 0;
  #nextCompileId = 1;
  callStubReturn = 0;

  constructor() {
    const { memory } = this;
    const { codeHeap, heaps } = SYNTHETIC_LAYOUT;
    const heap = memory.allocate(codeHeap.sizeBytes);
    this.#segmentMap = memory.allocate(HEAP_BYTES / SEGMENT_BYTES);
    for (let i = 0; i < HEAP_BYTES / SEGMENT_BYTES; i += 1) memory.write(this.#segmentMap + i, [0xff]);
    memory.word(heap + codeHeap.memory, this.heapLow);
    memory.word(heap + codeHeap.memory + 8, this.heapHigh);
    memory.word(heap + codeHeap.segmap, this.#segmentMap);
    memory.i32(heap + codeHeap.log2SegmentSize, Math.log2(SEGMENT_BYTES));
    const array = memory.allocate(16);
    const data = memory.allocate(8);
    memory.word(heaps.at, array);
    memory.i32(array, 1);
    memory.i32(array + 4, 1);
    memory.word(array + 8, data);
    memory.word(data, heap);
  }

  /** Distances of the segment map from `segment` on, as the VM fills it: 0, 1, …, 0xfe, 1, … */
  #fillSegments(segment: number, count: number): void {
    for (let i = 0; i < count; i += 1) {
      this.memory.write(this.#segmentMap + segment + i, [i === 0 ? 0 : ((i - 1) % 0xfe) + 1]);
    }
  }

  /** Overwrites one entry of the segment map. */
  segment(pc: number, value: number): void {
    this.memory.write(this.#segmentMap + Math.floor((pc - this.heapLow) / SEGMENT_BYTES), [value]);
  }

  /** Puts a blob into the heap; returns the address of its code. */
  blob(blob: SyntheticBlob): number {
    const { memory } = this;
    const { heapBlock, codeBlob, nmethod: at } = SYNTHETIC_LAYOUT;
    const { pcDescSizeBytes } = at;
    const block = this.heapLow + this.#nextSegment * SEGMENT_BYTES;
    const address = block + heapBlock.sizeBytes;
    const headerBytes = blob.nmethod === undefined ? codeBlob.sizeBytes : at.sizeBytes;
    const codeBegin = address + headerBytes;
    const codeEnd = codeBegin + blob.code.length;
    const align = (value: number): number => Math.ceil(value / 8) * 8;

    const metadata: number[] = [];
    const scopesData: number[] = [0];
    const descs: { readonly pc: number; readonly scope: number }[] = [{ pc: -1, scope: 0 }];
    for (const { at: pc, chain } of blob.nmethod?.scopes ?? []) {
      let sender = 0;
      for (const { method, bci } of [...chain].reverse()) {
        if (!metadata.includes(method)) metadata.push(method);
        const here = scopesData.length;
        scopesData.push(
          ...encodeUnsigned5(sender),
          ...encodeUnsigned5(metadata.indexOf(method) + 1),
          ...encodeUnsigned5(bci + 1),
        );
        sender = here;
      }
      descs.push({ pc, scope: sender });
    }
    descs.push({ pc: blob.code.length + 1, scope: 0 });
    const metadataBegin = align(codeEnd);
    const scopesDataBegin = metadataBegin + 8 * metadata.length;
    const scopesPcs = align(scopesDataBegin + scopesData.length);
    const end = blob.nmethod === undefined ? align(codeEnd) : scopesPcs + descs.length * pcDescSizeBytes;

    memory.write(block, new Uint8Array(end - block));
    memory.write(block + heapBlock.used, [1]);
    memory.word(address + codeBlob.name, memory.text(blob.name));
    memory.i32(address + codeBlob.size, end - address);
    memory.i32(address + codeBlob.frameSize, blob.frameSizeWords);
    memory.i32(address + codeBlob.frameComplete.at, blob.frameComplete ?? 0);
    memory.word(address + AT.codeBegin, codeBegin);
    memory.word(address + AT.codeEnd, codeEnd);
    memory.write(codeBegin, blob.code);
    if (blob.nmethod !== undefined) {
      memory.word(address + at.method, blob.nmethod.method);
      memory.word(address + at.osrEntryPoint, codeBegin);
      memory.i32(address + at.compileId, blob.nmethod.compileId ?? this.#nextCompileId++);
      memory.i32(address + at.compLevel, blob.nmethod.level);
      memory.i32(address + AT.stubs, codeBegin + (blob.nmethod.stubsFrom ?? blob.code.length) - address);
      memory.word(address + AT.scopesData, scopesDataBegin);
      memory.i32(address + AT.scopesPcs, scopesPcs - address);
      memory.i32(address + AT.dependencies, end - address);
      memory.i32(address + AT.metadata, metadataBegin - address);
      metadata.forEach((method, i) => memory.word(metadataBegin + 8 * i, method));
      memory.write(scopesDataBegin, scopesData);
      descs.forEach(({ pc, scope }, i) => {
        memory.i32(scopesPcs + i * pcDescSizeBytes, pc);
        memory.i32(scopesPcs + i * pcDescSizeBytes + 4, scope);
      });
    }
    const segments = Math.ceil((end - block) / SEGMENT_BYTES);
    this.#fillSegments(this.#nextSegment, segments);
    this.#nextSegment += segments;
    return codeBegin;
  }

  /** Address of a Method. */
  method({
    className,
    name,
    signature = '()V',
    isNative = false,
    isStatic = false,
    codeSizeBytes = 16,
    lineTable,
  }: SyntheticMethod): number {
    const { memory } = this;
    const { method, constMethod, constantPool, klassName } = SYNTHETIC_LAYOUT;
    const klass = memory.allocate(64);
    memory.word(klass + klassName, this.symbol(Buffer.from(className)));
    const pool = memory.allocate(constantPool.sizeBytes + 24);
    memory.word(pool + constantPool.poolHolder, klass);
    memory.i32(pool + constantPool.length, 3);
    memory.word(pool + constantPool.sizeBytes + 8, this.symbol(Buffer.from(name)));
    memory.word(pool + constantPool.sizeBytes + 16, this.symbol(Buffer.from(signature)));
    const constAddress = memory.allocate(constMethod.sizeBytes + codeSizeBytes + (lineTable?.length ?? 0) + 512);
    memory.word(constAddress + constMethod.constants, pool);
    memory.u16(constAddress + constMethod.flags.at, lineTable === undefined ? 0 : 1);
    memory.u16(constAddress + constMethod.codeSize, codeSizeBytes);
    memory.u16(constAddress + constMethod.nameIndex, 1);
    memory.u16(constAddress + constMethod.signatureIndex, 2);
    memory.write(constAddress + constMethod.sizeBytes + codeSizeBytes, lineTable ?? []);
    const address = memory.allocate(method.sizeBytes);
    memory.word(address + method.constMethod, constAddress);
    memory.i32(address + method.accessFlags, (isNative ? 0x0100 : 0) | (isStatic ? 0x0008 : 0));
    return address;
  }

  /** First bytecode of a Method made here. */
  codeBase(method: number): number {
    const bytes = Buffer.alloc(8);
    this.memory.read(method + SYNTHETIC_LAYOUT.method.constMethod, bytes);
    return Number(bytes.readBigUInt64LE()) + SYNTHETIC_LAYOUT.constMethod.sizeBytes;
  }

  symbol(bytes: Uint8Array): number {
    const address = this.memory.allocate(2 + bytes.length);
    this.memory.u16(address, bytes.length);
    this.memory.write(address + 2, bytes);
    return address;
  }

  /** A JavaThread of a kernel thread; returns its address. */
  thread(tid: number): number {
    const { memory } = this;
    const { javaThread, osThreadId } = SYNTHETIC_LAYOUT;
    const osThread = memory.allocate(16);
    memory.i32(osThread + osThreadId, tid);
    const thread = memory.allocate(128);
    memory.word(thread + javaThread.osThread, osThread);
    this.#threads.push(thread);
    const array = memory.allocate(8 * this.#threads.length);
    this.#threads.forEach((address, i) => memory.word(array + 8 * i, address));
    const list = memory.allocate(16);
    memory.i32(list + AT.threadsLength, this.#threads.length);
    memory.word(list + AT.threads, array);
    memory.word(STATIC.threadsHead, list);
    return thread;
  }

  /** What an unwinder knows of this VM. `reader`: through what it reads (default: the memory itself). */
  process(reader: Pick<SyntheticMemory, 'read'> = this.memory): HotspotProcess {
    const memory = new MemoryView(reader);
    const cache = new CodeCache(memory, SYNTHETIC_LAYOUT);
    cache.refresh();
    const stubs = [...this.stubs].sort((a, b) => a.start - b.start);
    const threadNames = new ThreadNames(memory, SYNTHETIC_LAYOUT, null);
    return {
      libjvm: { key: 'libjvm', path: '/lib/libjvm.so', buildId: '', bias: 0 },
      layout: SYNTHETIC_LAYOUT,
      memory,
      code: new CodeIndex(memory, SYNTHETIC_LAYOUT, cache, X86_64),
      codelets: [...this.codelets].sort((a, b) => a.start - b.start),
      stubs: { at: (pc) => codeletAt(stubs, pc), beginBatch: () => undefined },
      methods: new Methods(memory, SYNTHETIC_LAYOUT),
      threads: new JavaThreads(memory, SYNTHETIC_LAYOUT),
      threadNames,
      virtualThreads: new VirtualThreads(memory, SYNTHETIC_LAYOUT, threadNames),
      flags: { debugNonSafepoints: false, shown: {}, heap: null },
      callStubReturn: this.callStubReturn,
      enterSpecialReturn: () => this.enterSpecialReturn,
    };
  }
}
