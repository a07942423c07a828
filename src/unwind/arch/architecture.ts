// What unwinding needs to know of a processor architecture, as data and small functions: everything that differs between x86-64 and
// aarch64 stands in the two tables of this type (x86-64.ts, aarch64.ts) and in the files they name.

import type { ArchitectureName } from '../../model/architecture.ts';
import type { Registers } from '../../model/registers.ts';
import type { ArchitectureRegisters } from '../../model/unwind-rule.ts';
import type { InterpreterFrames } from '../hotspot/interpreter-state.ts';
import type { PhysicalFrame } from '../hotspot/physical-frame.ts';
import type { StackWindow } from '../stack-window.ts';
import type { CodeBytes, CodeReader, FramedCode, FrameState, Pushed, StubState } from './code-bytes.ts';

export interface Architecture {
  readonly name: ArchitectureName;
  /** Of the upper 32 bits of a return address those that count: pointer authentication signs in the others. */
  readonly returnAddressHighMask: number;
  /** Numbers that call frame information gives the registers. */
  readonly registers: ArchitectureRegisters;
  /** The register (the processor's number) in which generated code keeps the JavaThread. */
  readonly threadRegister: number;
  readonly calls: CallCode;
  readonly frames: FrameCode;
  readonly stubs: StubCode;
  readonly interpreter: InterpreterFrames;
  /** JavaCallWrapper* in an entry frame, from fp (frame::entry_frame_call_wrapper_offset). */
  readonly callWrapperOffsetBytes: number;
  /** The C++ frame that called Java through the stub whose frame is at `fp`. Throws WalkStop. */
  readonly callStubCaller: (window: StackWindow, fp: number) => PhysicalFrame;
  readonly signals: SignalFrames;
  /**
   * What a uretprobe puts in place of a return address: the page that the kernel maps for it, the last one of a program's addresses
   * (kernel/events/uprobes.c, xol_add_vma; the trampoline is at its start).
   */
  readonly uretprobeTrampolines: readonly number[];
  readonly native: NativeCodeReading;
}

/** Calls: what stands before every return address. */
export interface CallCode {
  /** Whether a call leaves its return address on the stack; else in the link register. */
  readonly pushReturnAddress: boolean;
  /** The longest call that a compiler emits. */
  readonly longestBytes: number;
  readonly endsWithCall: (bytes: Uint8Array) => boolean;
  /** As many bytes as `target` wants before the return address. */
  readonly targetBytes: number;
  /** Of a direct call. */
  readonly directBytes: number;
  /** Where the call that ends `bytes` (at `pc`) goes; null: no such call, or indirect. */
  readonly target: (bytes: Uint8Array, pc: number) => number | null;
}

/** Frames of code that HotSpot generated, being built and torn down. */
export interface FrameCode {
  /** Before anything was pushed. */
  readonly unbuilt: FrameState;
  /** State in a prologue that ends at or before `end` and starts at or after `start`; null: none of a known shape. */
  readonly prologueState: (code: CodeBytes, pc: number, start: number, end: number) => FrameState | null;
  /** State where only teardown lies between `pc` and the return; null: not there. */
  readonly epilogueState: (code: CodeBytes, pc: number) => FrameState | null;
  /** States after the frame is gone that do not lead to a return. */
  readonly afterEpilogueState: (code: CodeBytes, pc: number) => FrameState | null;
  /** State behind the teardown of a frame of that size, where it is checked whether the method used the reserved zone of the stack; null: not there, as far as `code` goes. */
  readonly reservedCheckState: (code: CodeBytes, pc: number, frameSizeBytes: number) => FrameState | null;
  /** Bytes of a stub's start that `enteredState` wants to see for a pc that far in. */
  readonly enteredBytes: (pcOffset: number) => number;
  /** State in code that sets up a frame pointer (MacroAssembler::enter); null: it does not. `code` begins with the stub. */
  readonly enteredState: (code: CodeBytes, pc: number) => StubState | null;
  /** Leaf in a runtime stub whose frame HotSpot never calls complete, and which did not enter itself: another stub jumped to it. */
  readonly jumpedTo: StubState;
  /** Leaf in a blob without a frame size that did not enter; `code`: from the blob's begin up to pc. */
  readonly framelessLeaf: (code: CodeBytes) => StubState;
  /** The same as a caller; `code` lies around `pc`. */
  readonly framelessCaller: (code: CodeBytes, pc: number) => StubState;
  /** Bytes below a compiled caller's frame that it pushed for the call before `pc` and takes off behind it. */
  readonly pushedForCall: (code: CodeBytes, pc: number) => number;
  /** Whether a method's code never moves sp; false: it does, or one cannot tell. */
  readonly keepsStack: (method: FramedCode) => boolean;
  /** What the same code has pushed below its whole frame where it is at `pc`, as far as so many instructions tell. */
  readonly pushedBytes: (method: FramedCode, pc: number, maxInstructions: number) => Pushed;
}

/** Single stubs of HotSpot whose frames are like no other's. Where an architecture has no such rule, the general ones hold. */
export interface StubCode {
  /**
   * How StubRoutines at `pc`, or a method that pushes, leave their frame, told by the code from there on. `code` reads between `begin` and `end` of the blob;
   * `barrier`: where Java returns to the call stub. null: it cannot be told.
   */
  readonly wayOut: (code: CodeReader, pc: number, begin: number, end: number, barrier: number) => StubState | null;
  /** Leaf in one of the two blobs that C2 code leaves to; null: no known shape. `code`: the whole blob. */
  readonly exceptionBlobState: (code: CodeBytes, pc: number) => FrameState | null;
  /** In forward_exception; null: as in any stub. `code`: the whole stub; `isLeaf` false: it called C++. */
  readonly forwardExceptionState: (code: CodeBytes, pc: number, isLeaf: boolean) => FrameState | null;
  /** The caller of a leaf in an adapter that has moved the return address; null: it has not. Throws WalkStop. */
  readonly adapterCaller: (code: CodeBytes, window: StackWindow, registers: Registers) => PhysicalFrame | null;
  /** The caller of an adapter that has the call to it redirected, which `registers` null has called the VM; null: it does not. Throws WalkStop. */
  readonly redirectedCaller: (
    code: CodeBytes,
    window: StackWindow,
    frame: PhysicalFrame,
    registers: Registers | null,
  ) => PhysicalFrame | null;
  /** Whether the call stub, with which `code` begins, has its JavaCallWrapper in its frame, and does not return yet. */
  readonly isEntryFrameWhole: (code: CodeBytes, pc: number) => boolean;
  /** Whether `pc` is where the oldest thawed frame of a continuation returns to. */
  readonly isReturnBarrier: (code: CodeBytes, pc: number) => boolean;
  /**
   * In the stub for polls inside of methods, which `code` begins with, the instruction that puts the poll's pc, which the thread keeps at
   * `offset`, where the return address belongs; null: another stub.
   */
  readonly pollPcStore: (code: CodeBytes, offset: number) => number | null;
  /** Where polls may begin that end at `pc`, to which the same stub moves on what it returns to once it has called the VM. */
  readonly pollsBefore: (code: CodeBytes, pc: number) => readonly number[];
  /** Whether `pc` is the start of cont_thaw, its return address still where the call left it. */
  readonly isThawEntry: (code: CodeBytes, pc: number) => boolean;
}

/** What a signal handler returns to, and what the kernel saved of the interrupted code. */
export interface SignalFrames {
  /** The code that a handler returns to: a move of the call's number, and the system call. */
  readonly returnCode: Uint8Array;
  /** Offsets of its instructions, and its end. */
  readonly returnSteps: readonly number[];
  /** Symbols that such code may have. */
  readonly returnSymbols: readonly string[];
  /** The interrupted registers; `word` reads a stack slot, `sp` is the stack pointer in that code. */
  readonly registers: (word: (address: number) => number, sp: number) => Registers;
}

/** Reading compilers' code: functions of libraries. */
export interface NativeCodeReading {
  /** Bytes of a function's start that `framePointerFrom` looks at, at most. */
  readonly searchBytes: number;
  /** Offset right behind the instructions that set up a frame pointer; null: the function keeps none. */
  readonly framePointerFrom: (bytes: Uint8Array) => number | null;
  /** Names of code that a linker took out of the middle of a function, which goes back there by a jump; null: none does. */
  readonly takenOut: RegExp | null;
  /** Where code of such a name, of which these are the first `takenOutBytes`, goes back to; null: it is something else. */
  readonly goesBackTo: (code: CodeBytes) => number | null;
  readonly takenOutBytes: number;
}
