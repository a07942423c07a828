// What the capture program is generated from: typed values only. src/program/ escapes each by its type into the template.

import type { EventShape } from './events.ts';
import type { Pid } from './units.ts';

/**
 * Stands for a TLS module's id where the JavaThread is at one distance from every thread's pointer: in the thread's control block (JDK 8
 * keeps it by pthread_setspecific) or in the static TLS block beside it (aarch64). The largest id a feed word holds; real ones are small.
 */
export const CONTROL_BLOCK_MODULE_ID = 2 ** 20 - 1;

/**
 * Where a JVM's current JavaThread is found without any table (facts/bpftrace.md): module id and offset of libjvm's thread-local
 * `Thread::_thr_current`, and the anchor's place in JavaThread.
 */
export interface JvmThreadLocator {
  readonly pid: Pid;
  /** Or {@link CONTROL_BLOCK_MODULE_ID}. */
  readonly tlsModuleId: number;
  readonly tlsOffsetBytes: number;
  /** Offsets from JavaThread* of the anchor's three words. */
  readonly lastJavaSpOffsetBytes: number;
  readonly lastJavaPcOffsetBytes: number;
  readonly lastJavaFpOffsetBytes: number;
}

/** What the walk in the kernel has to know of a JVM besides its threads; addresses are the target's. */
export interface JvmWalkParameters {
  readonly locator: JvmThreadLocator;
  /** All memory reserved for generated code. */
  readonly codeLow: number;
  readonly codeHigh: number;
  /** Of each CodeHeap, ascending; one to three. */
  readonly heapLows: readonly number[];
  readonly segmentMaps: readonly number[];
  readonly log2SegmentSize: number;
  readonly interpreterLow: number;
  readonly interpreterHigh: number;
  readonly callStubReturn: number;
  /** Code of its libraries: return addresses into it tell native stacks apart. */
  readonly nativeLow: number;
  readonly nativeHigh: number;
  /** From the beginning of a block in a CodeHeap. */
  readonly frameSizeOffsetBytes: number;
  readonly compileIdOffsetBytes: number;
  readonly bcpBelowFpBytes: number;
  /** From JavaCallWrapper* to its anchor's three words. */
  readonly wrapperAnchorOffsetBytes: number;
}

/** What a capture may take at most, on all CPUs together; ticks above it are sampled one in several, which then stand for the others. */
export interface CaptureBudget {
  readonly samplesPerSecond: number;
  /** Of stack copied. */
  readonly bytesPerSecond: number;
}

/** Sampled instead of CPU ticks. */
export interface EventCapture extends EventShape {
  /** Samples of one in so many stand for all of them; default: 1. */
  readonly oneIn?: number;
  /** Attach points in bpftrace's words; at least one. */
  readonly probes: readonly string[];
  /** Of an event that is a time: shorter ones are left out. */
  readonly leastNs: number;
  /** What its part of the template asks for besides. */
  readonly partValues?: Readonly<Record<string, boolean | number | readonly string[]>>;
}

/** Values of the `stack-bytes` template. */
export interface StackBytesValues {
  /** Processes sampled from the start; `all`: every process there is and will be, threads of the kernel too, but not its idle loop. */
  readonly pids: readonly Pid[] | 'all';
  /** Also sample processes they fork, from birth. */
  readonly followChildren: boolean;
  /** Of ticks. */
  readonly rateHz: number;
  /** Default: null, ticks. */
  readonly event?: EventCapture | null;
  readonly stackBytes: number;
  readonly kernelStack: boolean;
  /** null: no bound but the rate's and the window's. */
  readonly budget: CaptureBudget | null;
  /** JVMs known before the start; later ones are fed to the running program. */
  readonly jvms: readonly JvmThreadLocator[];
  /** Tests only (debugger oracle): stop the process by SIGSTOP at the sampled instruction. Needs `--unsafe`. */
  readonly stopAtSample: boolean;
}

/** A generated program: text for bpftrace's standard input, and the settings it must be run with. */
export interface BpftraceProgram {
  readonly text: string;
  /** BPFTRACE_* environment, e.g. map sizes, ring pages. */
  readonly environment: Readonly<Record<string, string>>;
  readonly unsafe: boolean;
  /** Further options of bpftrace's command line, in this dialect. */
  readonly arguments: readonly string[];
}

/** A program whose output is a capture: with what its reader must know of it. */
export interface CaptureProgram extends BpftraceProgram {
  /** Bytes of stack in one record. */
  readonly chunkBytes: number;
  /** Bytes of stack in one sample at most: what was asked, within what the dialect can do. */
  readonly windowBytes: number;
  /**
   * Samples have a weight of their own, which comes in records of its own: a wait's when it ends (`wall`: also a tick's), a span's, too (one that has not
   * ended is none), a size with its sample. Default: each counts.
   */
  readonly weighs?: 'waits' | 'wall' | 'spans' | 'sizes';
  /** Each sample counts so many. Default: 1. */
  readonly eachCounts?: number;
  /** Of events: the attach points that were asked for, to be named when they are not there. Default: none. */
  readonly probes?: readonly string[];
}
