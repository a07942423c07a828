// A resolved frame and how a stack ended: the vocabulary between unwinding and everything after it.

import type { Address } from './units.ts';

/** What kind of code a frame is in. The folded suffixes and the page's colours are tables over this type. */
export type FrameKind =
  | 'interpreted' // Java, run by the template interpreter
  | 'c1' // Java, compiled by C1: the physical frame's own method
  | 'c2' // Java, compiled by C2 (or another top-tier compiler)
  | 'inlined' // Java, inlined into the compiled frame that called it
  | 'java-native' // a native Java method: the wrapper HotSpot generated, or the interpreter's native entry
  | 'stub' // code HotSpot generated that is no method: StubRoutines, runtime stubs, adapters, vtable stubs
  | 'native' // a function of a library or program other than the VM
  | 'vm' // a function of libjvm
  | 'kernel'
  | 'marker'; // no code: says that something is missing here, and why (see MarkerKind)

/** Why a marker frame stands where it stands. */
export type MarkerKind =
  | 'native-gap' // native frames between two known ones could not be walked
  | 'unfinished' // the walk stopped here; the reason is the name
  | 'frozen' // older frames of a virtual thread lie in the heap, not on the stack
  | 'unresolved'; // the frame is there, its name is not

export interface Frame {
  readonly kind: FrameKind;
  /**
   * Java: `pkg/Cls.method` with slashes as HotSpot keeps them; native: the demangled symbol; unknown: `[libname+0x…]` or a marker
   * in brackets. Hostile text: outputs escape it.
   */
  readonly name: string;
  /** JVM descriptor of a Java method, e.g. `(ILjava/lang/String;)V`; empty for everything else. */
  readonly signature: string;
  /** Bytecode index; -1 when there is none (native methods, stubs, native code). */
  readonly bci: number;
  /** Source line; 0 when unknown. */
  readonly line: number;
  /** The library's path (native, vm), the CodeBlob's name (stub), `[kernel]` or a module, a process's container; empty for Java. */
  readonly library: string;
  /** The line or bci is the nearest the VM recorded, not the exact one (DebugNonSafepoints off, leaf of compiled code). */
  readonly lineApproximate: boolean;
  readonly marker: MarkerKind | null;
}

/** Why a walk could not be finished. A closed set: docs and summary have one entry for each. */
export type UnfinishedReason =
  | 'no-registers' // pt_regs not found
  | 'stack-unreadable' // a needed page was not readable, and re-reading was forbidden or failed
  | 'stack-cut' // the window ended before the stack did
  | 'stack-lost' // a needed chunk was lost on the way from the kernel
  | 'no-unwind-info' // native code without call frame information, and without frame pointers that lead on
  | 'unknown-code' // pc is in no CodeBlob and no mapped file
  | 'code-changed' // the CodeBlob was freed or replaced between tick and look-up, or the thread went on
  | 'bad-frame' // a frame failed its plausibility checks
  | 'no-progress' // sp did not grow
  | 'too-deep' // more frames than the copied bytes can hold
  | 'too-costly' // names and tables of its code would have cost more reads than one stack is given
  | 'deoptimizing' // JavaThread::_vframe_array_head set: frames are being replaced
  | 'vm-not-ready' // libjvm is mapped, its tables or code cache are not there yet
  | 'unsupported-vm' // no HotSpot tables, or not the layout this unwinder knows
  | '32-bit-code' // a 32-bit program, or 32-bit code of another: registers and stack are of another form
  | 'return-hijacked' // return address replaced by a uretprobe trampoline
  | 'target-exited' // memory gone before the walk
  | 'bug'; // an assertion of jtrace failed; counted, reported, never hides a sample

/** Why a finished stack is not certain. */
export type ApproximateReason =
  | 'reread-page' // a page was read again after the tick
  | 'reread-anchor' // the anchor was read after the tick
  | 'unvalidated-step' // a step was chosen by plausibility, not by rule
  | 'native-gap'; // native frames in the middle are missing, of a stack that leads to its thread's start

export type StackOutcome =
  | { readonly kind: 'complete' }
  | { readonly kind: 'approximate'; readonly reasons: readonly ApproximateReason[] }
  | { readonly kind: 'unfinished'; readonly reason: UnfinishedReason; readonly detail: string };

/** A sample after unwinding: frames leaf first (as walked). */
export interface ResolvedStack {
  readonly frames: readonly Frame[];
  readonly outcome: StackOutcome;
  /** The stack has Java frames, or belongs to a thread whose anchor says there are none. */
  readonly hasJava: boolean;
  /** Label of the virtual thread that was mounted; absent: none was. */
  readonly virtualThread?: string;
}

/** Where a frame physically was, for oracles and tests: not part of the profile. */
export interface FrameTrace {
  readonly pc: Address;
  readonly sp: Address;
  readonly fp: Address;
}
