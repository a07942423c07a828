// The x86-64 row of what architecture.ts asks: System V ABI, HotSpot's x86 port.

import { type RegisterName, type Registers, X86_64_REGISTERS } from '../../model/registers.ts';
import { X86_64_DWARF } from '../../model/unwind-rule.ts';
import { adapterCaller, redirectedCaller } from '../hotspot/adapter-frame.ts';
import { CALL_WRAPPER_OFFSET_BYTES, callStubCaller, isEntryFrameWhole } from '../hotspot/call-stub-frame.ts';
import { exceptionBlobState } from '../hotspot/exception-blob-state.ts';
import { forwardExceptionState } from '../hotspot/forward-exception-state.ts';
import { interpretedMethod, leafState, wholeFrame } from '../hotspot/interpreted-frame.ts';
import type { Architecture } from './architecture.ts';
import { matches, WHOLE } from './code-bytes.ts';
import { CALL_THROUGH_R10_BYTES, callTarget, endsWithCall } from './x86-call.ts';
import {
  afterEpilogueState,
  alignedBy,
  AT_RETURN_ADDRESS,
  ENTER_BYTES,
  enteredState,
  epilogueState,
  prologueState,
  pollPcStore,
  pollsBefore,
  savedRegisterBytes,
} from './x86-code.ts';
import { keepsStack, pushedBytes } from './x86-pushed.ts';
import { reservedCheckState } from './x86-reserved-check.ts';
import { wayOut } from './x86-way-out.ts';

const LONGEST_CALL_BYTES = 8;
const DIRECT_CALL_BYTES = 5;
/** push rbp; mov rbp, rsp as gcc and clang emit it; looked for near a function's start because pushes are scheduled. */
const FRAME_POINTER_PROLOGUE = Buffer.from([0x55, 0x48, 0x89, 0xe5]);
const PROLOGUE_SEARCH_BYTES = 48;
/** mov rax, __NR_rt_sigreturn; syscall: the restorer of every x86-64 libc (glibc sysdeps/unix/sysv/linux/x86_64/libc_sigaction.c). */
const SIGNAL_RETURN = Buffer.from([0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05]);
const SIGNAL_RETURN_MOVE_BYTES = 7;
/** mov rsp, [r15 + JavaThread::_cont_entry]: the return barrier's first instruction. */
const TO_CONTINUATION_ENTRY = [0x49, 0x8b, 0xa7, -1, -1, -1, -1] as const;
/** pop rcx; mov rdi, r15: cont_thaw begins by dropping its return address. */
const THAW_ENTRY = [0x59, 0x49, 0x8b, 0xff] as const;
/** uc_mcontext in a ucontext: behind uc_flags, uc_link and uc_stack (arch/x86/include/uapi/asm/ucontext.h, sigcontext.h). */
const MCONTEXT_OFFSET = 40;
const MCONTEXT_ORDER: readonly RegisterName[] = [
  'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rdi', 'rsi', 'rbp', 'rbx', 'rdx', 'rax', 'rcx', 'rsp', 'rip',
]; // prettier-ignore

export const X86_64: Architecture = {
  name: 'x86-64',
  returnAddressHighMask: 0xffff_ffff,
  registers: X86_64_DWARF,
  threadRegister: 15,
  calls: {
    pushReturnAddress: true,
    longestBytes: LONGEST_CALL_BYTES,
    endsWithCall,
    targetBytes: CALL_THROUGH_R10_BYTES,
    directBytes: DIRECT_CALL_BYTES,
    target: callTarget,
  },
  frames: {
    unbuilt: AT_RETURN_ADDRESS,
    prologueState,
    epilogueState,
    afterEpilogueState,
    reservedCheckState,
    enteredBytes: () => ENTER_BYTES,
    enteredState,
    jumpedTo: WHOLE,
    framelessLeaf: (code) => ({ kind: 'partial', returnAt: savedRegisterBytes(code), savedFpAt: null }),
    framelessCaller: (code, pc) => ({ kind: 'partial', returnAt: alignedBy(code, pc), savedFpAt: null }),
    pushedForCall: () => 0,
    keepsStack,
    pushedBytes,
  },
  stubs: {
    wayOut,
    exceptionBlobState,
    forwardExceptionState,
    adapterCaller,
    redirectedCaller,
    isEntryFrameWhole,
    isReturnBarrier: (code, pc) => matches(code, pc, TO_CONTINUATION_ENTRY),
    pollPcStore,
    pollsBefore,
    isThawEntry: (code, pc) => matches(code, pc, THAW_ENTRY),
  },
  interpreter: { wholeFrame, leafState, methodAt: interpretedMethod },
  callWrapperOffsetBytes: CALL_WRAPPER_OFFSET_BYTES,
  callStubCaller,
  signals: {
    returnCode: SIGNAL_RETURN,
    returnSteps: [0, SIGNAL_RETURN_MOVE_BYTES, SIGNAL_RETURN.length],
    returnSymbols: ['__restore_rt'],
    registers(word, sp) {
      const value = (name: RegisterName): number => {
        const index = MCONTEXT_ORDER.indexOf(name);
        return index < 0 ? 0 : word(sp + MCONTEXT_OFFSET + 8 * index);
      };
      return Object.fromEntries(X86_64_REGISTERS.map((name) => [name, value(name)])) as Registers;
    },
  },
  // With page tables of 4 and of 5 levels (arch/x86/include/asm/page_64.h, task_size_max).
  uretprobeTrampolines: [0x7fff_ffff_e000, 0xff_ffff_ffff_e000],
  native: {
    searchBytes: PROLOGUE_SEARCH_BYTES,
    framePointerFrom(bytes) {
      const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(FRAME_POINTER_PROLOGUE);
      return found < 0 ? null : found + FRAME_POINTER_PROLOGUE.length;
    },
    takenOut: null,
    takenOutBytes: 0,
    goesBackTo: () => null,
  },
};
