// A sample as captured: what bpftrace saw in one tick, before anything is resolved. Produced by records, consumed by unwinding.

import type { Registers } from './registers.ts';
import type { SampleLabels } from './sample-labels.ts';
import type { Address, KernelAddress, Pid, Tid } from './units.ts';

/** JavaFrameAnchor of the thread at the tick (hotspot/share/runtime/javaFrameAnchor.hpp); all zero: no Java frame below. */
export interface CapturedAnchor {
  /** The JavaThread the libjvm thread-local pointed to; 0 when the thread is not attached to the VM. */
  readonly thread: Address;
  readonly lastJavaSp: Address;
  readonly lastJavaPc: Address;
  readonly lastJavaFp: Address;
}

/**
 * A piece of user stack, copied by BPF in one read: `bytes` are memory at `address`, little-endian. A read that failed gives
 * all zeros (every bpftrace version), so a run of zero pages is "not readable", see {@link CapturedStack.unreadable}.
 */
export interface StackChunk {
  readonly address: Address;
  readonly bytes: Uint8Array;
}

/** The copied stack: chunks in ascending order of address, without overlap; the first holds sp. */
export interface CapturedStack {
  readonly chunks: readonly StackChunk[];
  /** Pages (their start addresses) whose copied part is all zeros: most likely not readable by BPF at the tick. */
  readonly unreadablePages: readonly Address[];
  /** Where the program believed the stack to end (fsbase, or mm->start_stack); 0: not known. */
  readonly end: Address;
  /** The copy stopped before `end` because the window or the budget was used up. */
  readonly cut: boolean;
  /** Chunks that were announced but did not arrive (lost events). */
  readonly lostChunks: number;
}

/** On a CPU, waiting for something, or waiting for a CPU. */
export type ThreadDoing = 'running' | 'blocked' | 'preempted';

/** Who woke a thread. An interrupt came whoever ran. */
export type Waker =
  | { readonly kind: 'interrupt' }
  /** `comm` as in {@link RawSample}; empty: it had ended. */
  | { readonly kind: 'thread' | 'kernel-thread'; readonly pid: Pid; readonly tid: Tid; readonly comm: string };

export interface RawSample {
  /** CLOCK_MONOTONIC-like nanoseconds of bpftrace's `nsecs`. */
  readonly timeNs: number;
  readonly cpu: number;
  readonly pid: Pid;
  readonly tid: Tid;
  /** Ticks it stands for: 1, more while the budget lets not every tick be sampled. */
  readonly ticks: number;
  /** What its event was measured to be (nanoseconds, bytes); absent: 1, it is counted. */
  readonly amount?: number;
  /** What its thread does in the time that it stands for; absent: the event says it all. */
  readonly doing?: ThreadDoing;
  /** Who ended the wait; absent: not asked, or nobody has. */
  readonly waker?: Waker;
  /** What its event says of itself; absent: nothing. */
  readonly labels?: SampleLabels;
  /** What the tick interrupted; `kernel-thread`: a thread of the kernel's own, which has neither registers nor stack of a user's. */
  readonly mode: 'user' | 'kernel' | 'kernel-thread';
  /** User registers; null when the pt_regs could not be found (facts: neither offset yields a user cs). */
  readonly registers: Registers | null;
  /** null: not captured (no JVM known in this process at the tick). */
  readonly anchor: CapturedAnchor | null;
  readonly stack: CapturedStack;
  /** Return addresses, leaf first; empty when the tick hit user mode or `--no-kernel`. */
  readonly kernelStack: readonly KernelAddress[];
  /** The thread's comm at the tick, at most 15 bytes, decoded as UTF-8; hostile text. */
  readonly comm: string;
  /** Where its program's main stack began (mm->start_stack): another place after each exec. Absent: not told. */
  readonly stackStart?: Address;
}
