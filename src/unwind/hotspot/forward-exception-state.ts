// Where a leaf's frame stands in the stub that leads an exception of a native method, or of the VM, to its handler, on x86-64
// (hotspot/cpu/x86/stubGenerator_x86_64.cpp, generate_forward_exception).

import { type CodeBytes, type FrameState, matches } from '../arch/code-bytes.ts';
import { alignedBy } from '../arch/x86-code.ts';

/** It ends so: pop rdx takes the throwing pc off the stack; mov rax, [r15 + pending exception]; … jmp rbx. */
const POP_THROWING_PC = [0x5a, 0x49, 0x8b] as const;
const RDX = 2;
/** Called in its middle, for the handler: call_VM_leaf takes 8 bytes where that aligns the stack, and gives them back (sub, add). */
const ALIGN = [0x48, 0x83, 0xec, 0x08] as const;

/**
 * No frame: the return address into the throwing code is on top of the stack until it is popped. `code`: from the stub's start to its
 * end. `isLeaf` false: it called C++.
 */
export function forwardExceptionState(code: CodeBytes, pc: number, isLeaf: boolean): FrameState {
  if (!isLeaf) return { kind: 'partial', returnAt: alignedBy(code, pc), savedFpAt: null };
  for (let at = code.address; at < pc; at += 1) {
    if (matches(code, at, POP_THROWING_PC)) return { kind: 'popped', returnRegister: RDX };
  }
  const isAligned = matches(code, pc - ALIGN.length, ALIGN) || matches(code, pc, [0x48, 0x83, 0xc4, 0x08]);
  return { kind: 'partial', returnAt: isAligned ? 8 : 0, savedFpAt: null };
}
