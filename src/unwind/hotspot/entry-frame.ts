// Whether a leaf in the call stub, or in the stub that catches what no Java frame did, stands in an entry frame that is whole: its
// JavaCallWrapper then tells where the older Java frames are, without any native frame between. Source: generate_call_stub and
// generate_catch_exception (hotspot/cpu/x86/stubGenerator_x86_64.cpp); the stub's own return address is not needed for it.

import { CALL_WRAPPER_OFFSET_BYTES } from './call-stub-frame.ts';
import type { CodeIndex } from './code-index.ts';
import type { Codelet } from './codelets.ts';
import type { PhysicalFrame } from './physical-frame.ts';
import { matches } from './x86-code.ts';

/** It has some 200 bytes. */
const MAX_CALL_STUB_BYTES = 1024;
/** It is jumped to out of Java code, with rbp of the entry frame. */
const CATCH_EXCEPTION = 'catch_exception';
/** mov [rbp - 88], r15: the last that is saved, after the wrapper. */
const SAVE_LAST = [0x4c, 0x89, 0x7d, 0xa8] as const;
const RET = [0xc3] as const;

/** `stub`: the one that covers the leaf's pc. Throws MemoryFault. */
export function isInEntryFrame(code: CodeIndex, stub: Codelet, callStubReturn: number, { pc, sp, fp }: PhysicalFrame): boolean {
  // Taken down to the slots above the wrapper's, or rbp is the caller's again.
  if (fp + CALL_WRAPPER_OFFSET_BYTES < sp) return false;
  if (stub.description === CATCH_EXCEPTION) return true;
  if (callStubReturn < stub.start || callStubReturn >= stub.end) return false;
  const bytes = code.code(stub.start, Math.min(stub.end, stub.start + MAX_CALL_STUB_BYTES));
  for (let at = stub.start; at + SAVE_LAST.length <= pc; at += 1) {
    if (matches(bytes, at, SAVE_LAST)) return !matches(bytes, pc, RET);
  }
  return false;
}
