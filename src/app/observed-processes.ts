// The processes under observation: one reader and one unwinder each, opened when the first sample of a process arrives (or when it
// is chosen), opened anew when it runs another program. Of a whole machine's the ones sampled last are open: what is known per library
// is shared, so that a process of a program seen before costs little.

import { OperatorError } from '../model/errors.ts';
import type { Frame } from '../model/frame.ts';
import type { JvmProcess } from '../model/process.ts';
import type { RawSample } from '../model/sample.ts';
import type { TargetFacts } from '../model/summary.ts';
import type { KernelSymbols } from '../model/target.ts';
import { asPid, type Pid } from '../model/units.ts';
import { MappingRoom } from '../unwind/native/mapping-room.ts';
import { createProcessUnwinder, type ProcessUnwinder } from '../unwind/process-unwinder.ts';
import type { WalkedSample } from '../unwind/walk-target.ts';
import { EndedProcesses } from './ended-processes.ts';
import { ObservedProcess, type OnJvm, type ProcessReader } from './observed-process.ts';
import { silentReader } from './silent-reader.ts';

/** Three descriptors each: a tenth of what even a small limit allows. Busy at once are hardly more than there are CPUs. */
const MAX_OPEN = 256;

export interface ProcessSources {
  readonly open: (pid: Pid) => ProcessReader;
  readonly kernel: KernelSymbols;
  /** Where the main stack of the program begins that a process runs now; 0: not known. Without: a process that is met runs what it ran when it was sampled. */
  readonly stackStart?: (pid: Pid) => number;
  /** Row of a JVM for the summary; null: not one, or gone. */
  readonly describe: (pid: Pid) => JvmProcess | null;
  readonly reread: boolean;
  /** Every process of the machine is sampled: none is opened before its first sample, and then at once, as it may be gone soon. */
  readonly isWholeMachine?: boolean;
  /** What a process is called as the first frame of its stacks, and a kernel's thread; null: gone. */
  readonly label?: (pid: Pid, jvm: JvmProcess | null) => { readonly name: string; readonly container: string } | null;
  readonly kernelThreadLabel?: (comm: string) => string;
  /** Told once when a process that is met on the way cannot be opened: its stacks are unfinished. Without: the error is thrown. */
  readonly onUnreadable?: (error: OperatorError) => void;
}

export class ObservedProcesses {
  readonly #sources: ProcessSources;
  readonly #observed = new Map<Pid, ObservedProcess>();
  readonly #ended = new EndedProcesses();
  #met = 0;
  #batch = 0;
  #batchMs = 0;
  readonly #inBatch: ObservedProcess[] = [];
  #kernelThreads: ProcessUnwinder | null = null;
  /** Chosen by the operator: never closed to make room. */
  #chosen: Pid | null = null;
  #unreadableTold = false;
  readonly #onJvm: OnJvm;

  readonly #mappings: MappingRoom;

  /** `mappings`: for tests. */
  constructor(sources: ProcessSources, onJvm: OnJvm, mappings = new MappingRoom()) {
    this.#sources = sources;
    this.#mappings = mappings;
    this.#onJvm = onJvm;
  }

  /** Opens a process now, and attaches to its VM if it is there. OperatorError when its memory is forbidden. */
  open(pid: Pid): ProcessUnwinder {
    this.#chosen ??= this.#sources.isWholeMachine === true ? null : pid;
    return (this.#known(pid) ?? this.#observe(pid, this.#sources.open(pid))).unwinder;
  }

  /** Asks a process for its VM, whether samples of it came or not. `nowMs`: of the clock that samples are timed by. */
  look(pid: Pid, nowMs: number): void {
    this.#of(pid);
    this.#observed.get(pid)?.attach(nowMs);
  }

  /** A sample of it has arrived, and is resolved later: of a short process, what can be known is looked up now. */
  meet({ pid, mode }: RawSample): void {
    if (mode === 'kernel-thread' || this.#known(pid) !== undefined) return;
    this.#of(pid).unwinder.prime();
  }

  /** Resolves stacks of it for what is learned by that. */
  warm(pid: Pid, samplesOf: (reader: ProcessReader) => readonly RawSample[]): void {
    for (const sample of samplesOf(this.#of(pid).reader)) this.resolve(sample);
  }

  /** The process runs another program: nothing known of it holds. */
  exec(pid: Pid): void {
    const before = this.#observed.get(pid);
    if (before !== undefined) this.#close(before);
    // The number is in use again.
    this.#ended.forget(pid);
    if (this.#sources.isWholeMachine !== true) this.#of(pid);
  }

  /** The process has ended, and the samples of it that came were resolved: gives its descriptors back. */
  exit(pid: Pid): void {
    const observed = this.#observed.get(pid);
    if (observed === undefined) return;
    observed.reader.close();
    this.#observed.delete(pid);
    this.#ended.add(observed);
  }

  /** All samples resolved from now on were taken before now; `nowMs` is their time. */
  beginBatch(nowMs: number): void {
    this.#batch += 1;
    this.#batchMs = nowMs;
    this.#ended.expire(nowMs);
  }

  endBatch(): void {
    for (const { reader } of this.#inBatch.splice(0)) reader.endBatch?.();
  }

  resolve(sample: RawSample): WalkedSample {
    if (sample.mode === 'kernel-thread') return this.#kernel().resolve(sample);
    const observed = this.#running(sample);
    if (observed === null) return this.#kernel().resolve(sample);
    if (observed.beginBatch(this.#batch, this.#batchMs)) this.#inBatch.push(observed);
    observed.attach(sample.timeNs / 1e6);
    return observed.unwinder.resolve(sample);
  }

  /** What stands above a sample's stack where whole machines are looked at: its process. */
  processFrame({ pid, mode, comm }: RawSample): Frame {
    const { kernelThreadLabel, label } = this.#sources;
    if (mode === 'kernel-thread') return processFrame(kernelThreadLabel?.(comm) ?? comm);
    const observed = this.#known(pid);
    if (observed?.frame != null) return observed.frame;
    const own = label?.(pid, observed?.jvm ?? null) ?? null;
    // A process that is gone is called what its thread was; not remembered, as it may be another thread's sample next.
    if (own === null || observed === undefined) return processFrame(comm);
    return (observed.frame = processFrame(own.name, own.container));
  }

  /** A thread's full name, as far as its VM tells; comm otherwise. */
  threadName(sample: Pick<RawSample, 'pid' | 'tid' | 'comm' | 'mode'>): string {
    if (sample.mode === 'kernel-thread') return sample.comm;
    return this.#known(sample.pid)?.unwinder.javaThreadName(sample.tid, sample.comm) ?? sample.comm;
  }

  /** Of each JVM a row, in the order they were met. */
  facts(): readonly TargetFacts[] {
    const rows = new Map(this.#ended.facts());
    for (const observed of this.#observed.values()) {
      const facts = observed.facts();
      if (facts !== null) rows.set(observed.order, facts);
    }
    const inOrder = [...rows].sort(([a], [b]) => a - b).map(([, facts]) => facts);
    // One that was closed to make room, and opened again, is one.
    return [...new Map(inOrder.map((facts) => [JSON.stringify(facts), facts])).values()];
  }

  close(): void {
    for (const { reader } of this.#observed.values()) reader.close();
  }

  #known(pid: Pid): ObservedProcess | undefined {
    return this.#observed.get(pid) ?? this.#ended.get(pid);
  }

  #of(pid: Pid): ObservedProcess {
    const known = this.#observed.get(pid);
    if (known === undefined) return this.#ended.get(pid) ?? this.#observe(pid, this.#openAnyhow(pid));
    if (this.#sources.isWholeMachine === true) {
      this.#observed.delete(pid); // to the end of the order: sampled last
      this.#observed.set(pid, known);
    }
    return known;
  }

  /** The process with the program that the sample is of; null: it has ended, or runs another program by now. */
  #running(sample: RawSample): ObservedProcess | null {
    const observed = this.#of(sample.pid);
    if (observed.isOf(sample)) return observed;
    if (this.#sources.stackStart?.(sample.pid) !== sample.stackStart) return null;
    // Nobody has told of it yet.
    this.exec(sample.pid);
    const anew = this.#of(sample.pid);
    return anew.isOf(sample) ? anew : null;
  }

  /** Answers for what nobody can read. */
  #kernel(): ProcessUnwinder {
    return (this.#kernelThreads ??= createProcessUnwinder(silentReader(asPid(0)), this.#sources.kernel, { reread: false }));
  }

  /** The one sampled longest ago is closed; a JVM, which costs most to open again, only where there are no others. */
  #makeRoom(): void {
    if (this.#observed.size < MAX_OPEN) return;
    const candidates = [...this.#observed].filter(([pid]) => pid !== this.#chosen);
    const [, longestAgo] = candidates.find(([, { isJvm }]) => !isJvm) ?? candidates[0] ?? [];
    if (longestAgo !== undefined) this.#close(longestAgo);
  }

  #close(observed: ObservedProcess): void {
    observed.reader.close();
    observed.unwinder.release();
    this.#observed.delete(observed.pid);
    this.#ended.keepFacts(observed);
  }

  /** One descendant that may not be read must not end the run. */
  #openAnyhow(pid: Pid): ProcessReader {
    try {
      return this.#sources.open(pid);
    } catch (error) {
      const { onUnreadable } = this.#sources;
      if (onUnreadable === undefined || !(error instanceof OperatorError)) throw error;
      if (!this.#unreadableTold) onUnreadable(error);
      this.#unreadableTold = true;
      return silentReader(pid);
    }
  }

  #observe(pid: Pid, reader: ProcessReader): ObservedProcess {
    this.#makeRoom();
    const { kernel, reread, describe } = this.#sources;
    const unwinder = createProcessUnwinder(reader, kernel, { reread, attachLater: true, mappings: this.#mappings });
    // Asked behind the opening: an exec between them leaves a reader that answers nothing, never one of another program.
    const stackStart = this.#sources.stackStart?.(reader.pid) ?? 0;
    const observed = new ObservedProcess(this.#met++, reader, unwinder, { describe, onJvm: this.#onJvm }, stackStart);
    this.#observed.set(pid, observed);
    observed.meet();
    return observed;
  }
}

/** What a process is in (its container) stands where a function's library does. */
function processFrame(name: string, library = ''): Frame {
  return { kind: 'marker', name, signature: '', bci: -1, line: 0, library, lineApproximate: false, marker: null };
}
