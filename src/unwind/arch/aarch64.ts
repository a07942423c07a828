// The aarch64 row of what architecture.ts asks: AAPCS64, HotSpot's aarch64 port, arm64 Linux.

import { AARCH64_REGISTERS, type Aarch64RegisterName, type Registers } from '../../model/registers.ts';
import { AARCH64_DWARF } from '../../model/unwind-rule.ts';
import { a64ForwardExceptionState } from '../hotspot/a64-forward-exception-state.ts';
import { interpretedMethod, leafState, wholeFrame } from '../hotspot/a64-interpreted-frame.ts';
import { callerFrame } from '../hotspot/physical-frame.ts';
import { CALL_SEQUENCE_BYTES, callTarget, endsWithCall } from './a64-calls.ts';
import {
  afterEpilogueState,
  enteredBytes,
  enteredState,
  epilogueState,
  framelessLeaf,
  framePointerFrom,
  LINKED,
  prologueState,
  pollPcStore,
  pollsBefore,
  pushedForCall,
} from './a64-frames.ts';
import { branchTargetOf, INSTRUCTION_BYTES, isJump, wordAt } from './a64-instructions.ts';
import { reservedCheckState } from './a64-reserved-check.ts';
import type { Architecture } from './architecture.ts';
import type { CodeBytes } from './code-bytes.ts';

/** User addresses have 48 bits (architecture.ts of the model); a signature of x30 fills bits above them. */
const RETURN_ADDRESS_HIGH_MASK = 0xffff;
/** mov x8, #__NR_rt_sigreturn; svc #0: __kernel_rt_sigreturn of the vdso (arch/arm64/kernel/vdso/sigreturn.S). */
const SIGNAL_RETURN = Buffer.from([0x68, 0x11, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4]);
/**
 * struct rt_sigframe begins with siginfo (128 bytes) and ucontext, whose mcontext lies 176 bytes in: flags, link, stack, 128 bytes
 * of signal mask, to a multiple of 16. Its first word is the fault's address; then regs[31], sp, pc, pstate
 * (arch/arm64/kernel/signal.c, include/uapi/asm/sigcontext.h).
 */
const SAVED_REGISTERS_OFFSET = 128 + 176 + 8;
/** Stack protectors and large frames put the frame record behind some dozen instructions. */
const PROLOGUE_SEARCH_BYTES = 256;

/**
 * One instruction and a jump back, out of the way of Cortex-A53's errata 843419 and 835769, as bfd and lld name them (bfd/elfnn-aarch64.c,
 * lld/ELF/AArch64ErrataFix.cpp). The frame is that of the function it was taken from, and no call frame information says so.
 */
const ERRATUM_VENEER = /^(e843419(@.*)?|__erratum_\d+_veneer_\d+|__CortexA53843419_.*)$/s;
/**
 * Below the end of 48 bits of addresses with pages of 4, 16 and 64 KiB (what is more than 48 bits of 52 falls with the signature), and of 39
 * bits with pages of 4 KiB (arch/arm64/include/asm/processor.h, TASK_SIZE).
 */
const URETPROBE_TRAMPOLINES: readonly number[] = [0xffff_ffff_f000, 0xffff_ffff_c000, 0xffff_ffff_0000, 0x7f_ffff_f000];

/** ldr x8, [x28, #JavaThread::_cont_entry]; mov sp, x8: how the return barrier begins (stubGenerator_aarch64.cpp, generate_cont_thaw). */
function isReturnBarrier(code: CodeBytes, pc: number): boolean {
  const load = wordAt(code, pc) ?? 0;
  return (load & 0xffc0_03ff) >>> 0 === 0xf940_0388 && wordAt(code, pc + INSTRUCTION_BYTES) === 0x9100_011f;
}

export const AARCH64: Architecture = {
  name: 'aarch64',
  returnAddressHighMask: RETURN_ADDRESS_HIGH_MASK,
  registers: AARCH64_DWARF,
  threadRegister: 28,
  calls: {
    pushReturnAddress: false,
    longestBytes: INSTRUCTION_BYTES,
    endsWithCall,
    targetBytes: CALL_SEQUENCE_BYTES,
    directBytes: INSTRUCTION_BYTES,
    target: callTarget,
  },
  frames: {
    unbuilt: LINKED,
    prologueState,
    epilogueState,
    afterEpilogueState,
    reservedCheckState,
    enteredBytes,
    enteredState,
    jumpedTo: { kind: 'frame-pointer' },
    framelessLeaf,
    // What calls from such code sets up a frame pointer before.
    framelessCaller: () => ({ kind: 'frame-pointer' }),
    pushedForCall,
    keepsStack: () => false,
    pushedBytes: () => null,
  },
  // The general rules hold for the others.
  stubs: {
    wayOut: () => null,
    exceptionBlobState: () => null,
    forwardExceptionState: a64ForwardExceptionState,
    adapterCaller: () => null,
    redirectedCaller: () => null,
    isEntryFrameWhole: () => false,
    isReturnBarrier,
    pollPcStore,
    pollsBefore,
    isThawEntry: () => false,
  },
  interpreter: { wholeFrame, leafState, methodAt: interpretedMethod },
  // -8 words (frame_aarch64.hpp); in no table of the VM.
  callWrapperOffsetBytes: -64,
  callStubCaller: (window, fp) => callerFrame(window.returnAddress(fp + 8), fp + 16, window.word(fp)),
  signals: {
    returnCode: SIGNAL_RETURN,
    returnSteps: [0, INSTRUCTION_BYTES, SIGNAL_RETURN.length],
    returnSymbols: ['__kernel_rt_sigreturn'],
    registers(word, sp) {
      const value = (name: Aarch64RegisterName): number =>
        word(sp + SAVED_REGISTERS_OFFSET + 8 * AARCH64_REGISTERS.indexOf(name));
      return Object.fromEntries(AARCH64_REGISTERS.map((name) => [name, value(name)])) as Registers;
    },
  },
  uretprobeTrampolines: URETPROBE_TRAMPOLINES,
  native: {
    searchBytes: PROLOGUE_SEARCH_BYTES,
    framePointerFrom,
    takenOut: ERRATUM_VENEER,
    takenOutBytes: 2 * INSTRUCTION_BYTES,
    goesBackTo(code) {
      const at = code.address + INSTRUCTION_BYTES;
      const jump = wordAt(code, at) ?? 0;
      return isJump(jump) ? branchTargetOf(jump, at) : null;
    },
  },
};
