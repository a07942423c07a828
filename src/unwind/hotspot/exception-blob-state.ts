// Where a leaf's frame stands in the two blobs that C2 code jumps to without a prologue of the usual kind: ExceptionBlob, entered by a jump
// with the throwing pc in rdx, which it pushes and at its end pops again; and UncommonTrapBlob, entered by a call. x86-64.
// Source: OptoRuntime::generate_exception_blob and generate_uncommon_trap_blob (hotspot/cpu/x86), the same in JDK 8 to 27.

import { type CodeBytes, type FrameState, matches, WHOLE } from '../arch/code-bytes.ts';

const RDX = 2;
const PUSH_RDX = [0x52] as const;
/** sub rsp, 8 */
const MAKE_FRAME = [0x48, 0x83, 0xec, 0x08] as const;
/** mov [rsp], rbp */
const SAVE_RBP = [0x48, 0x89, 0x2c, 0x24] as const;
/** add rsp, 8; pop rdx */
const LEAVE = [0x48, 0x83, 0xc4, 0x08, 0x5a] as const;
const ADD_BYTES = 4;

/** null: no such blob. `code`: the whole blob. */
export function exceptionBlobState(code: CodeBytes, pc: number): FrameState | null {
  const start = code.address;
  const isThrown = matches(code, start, PUSH_RDX);
  const make = isThrown ? start + PUSH_RDX.length : start;
  if (!matches(code, make, [...MAKE_FRAME, ...SAVE_RBP])) return null;
  if (isThrown && pc === start) return { kind: 'popped', returnRegister: RDX };
  if (pc <= make) return { kind: 'partial', returnAt: 0, savedFpAt: null };
  if (pc <= make + MAKE_FRAME.length) return { kind: 'partial', returnAt: 8, savedFpAt: null };
  for (let at = make; isThrown && at < pc; at += 1) {
    if (!matches(code, at, LEAVE)) continue;
    return pc === at + ADD_BYTES ? { kind: 'partial', returnAt: 0, savedFpAt: null } : { kind: 'popped', returnRegister: RDX };
  }
  return WHOLE;
}
