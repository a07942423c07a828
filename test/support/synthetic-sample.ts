// Stacks as tests write them: words by address → a captured sample whose chunks are pages, like those of a capture.

import { X86_64_REGISTERS, type RegisterName, type Registers } from '../../src/model/registers.ts';
import type { CapturedAnchor, CapturedStack, RawSample } from '../../src/model/sample.ts';
import { asAddress, asPid, asTid } from '../../src/model/units.ts';

/** Top (highest end) of the stacks made here. */
export const STACK_END = 0x7ffd_0000_0000;
const PAGE_BYTES = 4096;

/** A stack that grows downwards from {@link STACK_END} as words are pushed. */
export class SyntheticStack {
  readonly #words = new Map<number, number>();
  sp: number = STACK_END;

  /** Returns the address the word lies at. */
  push(value: number): number {
    this.sp -= 8;
    this.#words.set(this.sp, value);
    return this.sp;
  }

  /** Room for locals. */
  skip(bytes: number): number {
    this.sp -= bytes;
    return this.sp;
  }

  write(address: number, value: number): void {
    this.#words.set(address, value);
  }

  /** What a capture copies: from sp to the end, in pages. */
  captured(parts: Partial<CapturedStack> = {}): CapturedStack {
    const chunks = [];
    for (let start = this.sp; start < STACK_END;) {
      const end = Math.min(STACK_END, start - (start % PAGE_BYTES) + PAGE_BYTES);
      const bytes = Buffer.alloc(end - start);
      for (let at = start; at < end; at += 8) bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(this.#words.get(at) ?? 0)), at - start); // prettier-ignore
      chunks.push({ address: asAddress(start), bytes: new Uint8Array(bytes) });
      start = end;
    }
    return { chunks, unreadablePages: [], end: asAddress(STACK_END), cut: false, lostChunks: 0, ...parts };
  }
}

export interface SampleParts {
  readonly stack: CapturedStack;
  /** null: pt_regs were not found. */
  readonly registers: Partial<Record<RegisterName, number>> | null;
  readonly anchor?: { readonly sp: number; readonly pc: number; readonly fp: number; readonly thread?: number } | null;
  readonly tid?: number;
}

export function syntheticSample({ stack, registers, anchor = null, tid = 7 }: SampleParts): RawSample {
  const all = (): Registers => {
    return Object.fromEntries(X86_64_REGISTERS.map((name) => [name, registers?.[name] ?? 0])) as Registers;
  };
  const captured = (at: NonNullable<SampleParts['anchor']>): CapturedAnchor => ({
    thread: asAddress(at.thread ?? 0x6000_0000),
    lastJavaSp: asAddress(at.sp),
    lastJavaPc: asAddress(at.pc),
    lastJavaFp: asAddress(at.fp),
  });
  return {
    timeNs: 1,
    cpu: 0,
    pid: asPid(4242),
    tid: asTid(tid),
    ticks: 1,
    mode: 'user',
    registers: registers === null ? null : all(),
    anchor: anchor === null ? null : captured(anchor),
    stack,
    kernelStack: [],
    comm: 'worker',
  };
}
