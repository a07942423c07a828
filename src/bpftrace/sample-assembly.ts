// Records of many samples, interleaved and with holes → whole samples. What belongs together is told by the key alone. A CPU works
// on one sample at a time and its events keep their order in every transport, so the next head of a CPU ends the sample before it,
// whose tail was then lost. Events of different CPUs come in any order (0.17). Nothing is guessed: a sample without its head or its
// announced registers is 'broken', missing chunks are counted.

import type { Registers } from '../model/registers.ts';
import type { CapturedAnchor, CapturedStack, RawSample, StackChunk } from '../model/sample.ts';
import { asAddress, asKernelAddress, asPid, asTid, PAGE_BYTES, type Address, type Tid } from '../model/units.ts';
import type { SampleHead } from './record-sink.ts';

/** Keys without a head that are remembered until their tail comes; beyond it the oldest is counted and forgotten. */
const MAX_HEADLESS = 1024;
/** Samples begun and not ended: one per CPU. More CPUs than Linux knows (NR_CPUS) are damage. */
const MAX_OPEN = 8192;

interface OpenSample {
  readonly head: SampleHead;
  /** The window from `head.copyStart` on, filled chunk by chunk. */
  readonly bytes: Uint8Array;
  /** 1 for each chunk that came. */
  readonly arrived: Uint8Array;
  registers: Registers | null;
  anchor: CapturedAnchor | null;
  kernelStack: readonly bigint[];
}

export interface AssemblyLimits {
  /** Of one chunk, as the dialect prints it. */
  readonly chunkBytes: number;
  /** Of one sample's window. */
  readonly windowBytes: number;
}

export interface AssemblySink {
  /** `key`: of its records. */
  sample(sample: RawSample, key: number): void;
  broken(tid: Tid | null): void;
}

export class SampleAssembly {
  readonly #limits: AssemblyLimits;
  readonly #sink: AssemblySink;
  readonly #open = new Map<number, OpenSample>();
  readonly #keyOfCpu = new Map<number, number>();
  readonly #headless = new Set<number>();

  constructor(limits: AssemblyLimits, sink: AssemblySink) {
    this.#limits = limits;
    this.#sink = sink;
  }

  head(head: SampleHead): void {
    const previous = this.#keyOfCpu.get(head.cpu);
    if (previous !== undefined) this.#close(previous);
    this.#close(head.key);
    if (this.#open.size >= MAX_OPEN) this.#closeOldest();
    const chunks = expectedChunks(head, this.#limits);
    this.#keyOfCpu.set(head.cpu, head.key);
    this.#open.set(head.key, {
      head,
      bytes: new Uint8Array(chunks * this.#limits.chunkBytes),
      arrived: new Uint8Array(chunks),
      registers: null,
      anchor: null,
      kernelStack: [],
    });
  }

  registers(key: number, registers: Registers): void {
    const open = this.#find(key);
    if (open !== undefined) open.registers = registers;
  }

  anchor(key: number, thread: number, sp: number, pc: number, fp: number): void {
    const open = this.#find(key);
    if (open === undefined) return;
    open.anchor = { thread: asAddress(thread), lastJavaSp: asAddress(sp), lastJavaPc: asAddress(pc), lastJavaFp: asAddress(fp) };
  }

  kernelStack(key: number, addresses: readonly bigint[]): void {
    const open = this.#find(key);
    if (open !== undefined) open.kernelStack = addresses;
  }

  chunk(key: number, address: number, bytes: Uint8Array): void {
    const open = this.#find(key);
    if (open === undefined) return;
    const { chunkBytes } = this.#limits;
    const offset = address - open.head.copyStart;
    const index = offset / chunkBytes;
    // Not where this sample's program would have read: damage.
    if (!Number.isInteger(index) || index < 0 || index >= open.arrived.length || bytes.length !== chunkBytes) return;
    open.bytes.set(bytes, offset);
    open.arrived[index] = 1;
  }

  /** `stackStart`: as in RawSample; 0: not told. */
  tail(key: number, tid: number, stackStart = 0): void {
    if (this.#headless.delete(key) || !this.#open.has(key)) this.#sink.broken(asTid(tid));
    else this.#close(key, stackStart);
  }

  /** The stream has ended. */
  end(): void {
    for (const key of [...this.#open.keys()]) this.#close(key);
    for (const _key of this.#headless) this.#sink.broken(null);
    this.#headless.clear();
  }

  /** The open sample of a record; a record whose head never came is remembered, so that its sample is counted once. */
  #find(key: number): OpenSample | undefined {
    const open = this.#open.get(key);
    if (open === undefined && !this.#headless.has(key)) {
      this.#headless.add(key);
      if (this.#headless.size > MAX_HEADLESS) {
        for (const oldest of this.#headless) {
          this.#headless.delete(oldest);
          break;
        }
        this.#sink.broken(null);
      }
    }
    return open;
  }

  #closeOldest(): void {
    for (const key of this.#open.keys()) {
      this.#close(key);
      return;
    }
  }

  #close(key: number, stackStart = 0): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    const { head } = open;
    if (this.#keyOfCpu.get(head.cpu) === key) this.#keyOfCpu.delete(head.cpu);
    if (head.hasRegisters && open.registers === null) {
      this.#sink.broken(asTid(head.tid));
      return;
    }
    const sample = {
      timeNs: head.timeNs,
      cpu: head.cpu,
      pid: asPid(head.pid),
      tid: asTid(head.tid),
      ticks: head.ticks,
      mode: head.mode,
      registers: open.registers,
      anchor: open.anchor,
      stack: capturedStack(open, this.#limits.chunkBytes),
      kernelStack: open.kernelStack.map(asKernelAddress),
      comm: head.comm,
      ...(stackStart !== 0 && { stackStart: asAddress(stackStart) }),
    };
    this.#sink.sample(sample, key);
  }
}

/** What the program's loop copies: from `copyStart` to `copyEnd`, at most the window. */
function expectedChunks(head: SampleHead, limits: AssemblyLimits): number {
  const spanBytes = Math.max(0, head.copyEnd - head.copyStart);
  return Math.min(Math.ceil(spanBytes / limits.chunkBytes), Math.floor(limits.windowBytes / limits.chunkBytes));
}

function capturedStack(open: OpenSample, chunkBytes: number): CapturedStack {
  const { head, bytes, arrived } = open;
  const chunks: StackChunk[] = [];
  let count = 0;
  for (let first = 0; first < arrived.length; first++) {
    if (arrived[first] === 0) continue;
    let next = first + 1;
    while (arrived[next] === 1) next++;
    count += next - first;
    chunks.push({
      address: asAddress(head.copyStart + first * chunkBytes),
      bytes: bytes.subarray(first * chunkBytes, next * chunkBytes),
    });
    first = next;
  }
  const copiedEnd = head.copyStart + bytes.length;
  return {
    chunks,
    unreadablePages: chunks.flatMap(zeroPages),
    end: asAddress(head.stackEnd),
    cut: head.stackEnd === 0 || copiedEnd < head.stackEnd,
    lostChunks: arrived.length - count,
  };
}

/** Pages of which a chunk holds nothing but zeros: so a failed read looks like. */
function zeroPages(chunk: StackChunk): Address[] {
  const pages: Address[] = [];
  const end = chunk.address + chunk.bytes.length;
  for (let page = chunk.address - (chunk.address % PAGE_BYTES); page < end; page += PAGE_BYTES) {
    const from = Math.max(page, chunk.address) - chunk.address;
    if (isZero(chunk.bytes, from, Math.min(page + PAGE_BYTES, end) - chunk.address)) pages.push(asAddress(page));
  }
  return pages;
}

/** A loop: it ends within the first words of nearly every page, and `every` on a part of an array costs more than that. */
function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if (bytes[i] !== 0) return false;
  return true;
}
