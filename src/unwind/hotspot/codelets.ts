// The interpreter's codelets: which piece of the template interpreter a pc is in, by the description HotSpot gave it
// (hotspot/share/interpreter/interpreter.hpp InterpreterCodelet, code/stubs.hpp StubQueue). Made once at start-up, never moved:
// read once per process.

import { MAX_CODELETS } from '../limits.ts';
import type { MemoryView } from '../memory-view.ts';
import type { HotspotLayout } from './layout.ts';

export interface Codelet {
  readonly start: number;
  readonly end: number;
  /** E.g. `method entry point (kind = zerolocals)`, `return entry points`, or a bytecode's name (`invokevirtual`). */
  readonly description: string;
}

/** Reads the StubQueue, ascending by address. Throws MemoryFault. */
export function readCodelets(memory: MemoryView, layout: HotspotLayout): readonly Codelet[] {
  const at = layout.interpreter;
  const queue = memory.word(at.code);
  const buffer = memory.word(queue + at.stubBuffer);
  const limit = memory.i32(queue + at.bufferLimit);
  const codelets: Codelet[] = [];
  for (let offset = 0; offset < limit && codelets.length < MAX_CODELETS;) {
    const header = memory.block(buffer + offset, at.codeletSizeBytes);
    const sizeBytes = header.i32(at.codeletSize);
    // The rest of the buffer is unused: zeros.
    if (sizeBytes < at.codeletSizeBytes || offset + sizeBytes > limit) break;
    const description = header.word(at.codeletDescription);
    codelets.push({
      start: buffer + offset,
      end: buffer + offset + sizeBytes,
      description: description === 0 ? '' : memory.cString(description),
    });
    offset += sizeBytes;
  }
  return codelets;
}

/** JDK 21 and later say which entries are of native methods. */
const METHOD_ENTRY = /^(?:native )?method entry point/;

/** Whether a method is entered here: its frame is not whole yet. */
export function isMethodEntry({ description }: Codelet): boolean {
  return METHOD_ENTRY.test(description);
}

/** The codelet that covers `pc`. */
export function codeletAt(codelets: readonly Codelet[], pc: number): Codelet | null {
  let [low, high] = [0, codelets.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((codelets[middle]?.start ?? 0) <= pc) low = middle + 1;
    else high = middle;
  }
  const found = codelets[low - 1];
  return found !== undefined && pc < found.end ? found : null;
}
