// Whether a leaf in the call stub, or in the stub that catches what no Java frame did, stands in an entry frame that is whole: its
// JavaCallWrapper then tells where the older Java frames are, without any native frame between. Source: generate_call_stub and
// generate_catch_exception (hotspot/cpu/*/stubGenerator_*.cpp); the stub's own return address is not needed for it.

import type { CodeIndex } from './code-index.ts';
import type { Codelet } from './codelets.ts';
import type { PhysicalFrame } from './physical-frame.ts';

/** It has some 200 bytes. */
const MAX_CALL_STUB_BYTES = 1024;
/** It is jumped to out of Java code, with the frame pointer of the entry frame. */
const CATCH_EXCEPTION = 'catch_exception';

/** `stub`: the one that covers the leaf's pc. Throws MemoryFault. */
export function isInEntryFrame(code: CodeIndex, stub: Codelet, callStubReturn: number, { pc, sp, fp }: PhysicalFrame): boolean {
  const { callWrapperOffsetBytes, stubs } = code.architecture;
  // Taken down to the slots above the wrapper's, or the frame pointer is the caller's again.
  if (fp + callWrapperOffsetBytes < sp) return false;
  if (stub.description === CATCH_EXCEPTION) return true;
  if (callStubReturn < stub.start || callStubReturn >= stub.end) return false;
  const bytes = code.code(stub.start, Math.min(stub.end, stub.start + MAX_CALL_STUB_BYTES));
  return stubs.isEntryFrameWhole(bytes, pc);
}
