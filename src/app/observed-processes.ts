// The processes under observation: one reader and one unwinder each, opened when the first sample of a process arrives (or when it
// is chosen), opened anew when it runs another program. Of those that ended the last few are kept, so that late samples keep their
// names; of JVMs the summary's row stays. Of a whole machine's the ones sampled last are open: what is known per library is shared, so
// that a process of a program seen before costs little.

import { OperatorError } from '../model/errors.ts';
import type { Frame } from '../model/frame.ts';
import type { JvmProcess } from '../model/process.ts';
import type { JvmThreadLocator } from '../model/program.ts';
import type { RawSample } from '../model/sample.ts';
import type { TargetFacts, TargetFlag } from '../model/summary.ts';
import type { KernelSymbols, TargetReader } from '../model/target.ts';
import { asPid, type Pid } from '../model/units.ts';
import { hostArchitecture } from '../target/host-architecture.ts';
import { createProcessUnwinder, type ProcessUnwinder } from '../unwind/process-unwinder.ts';
import type { WalkedSample } from '../unwind/sample-walk.ts';

/** A VM that is not there yet is asked for again at most this often: it appears about 10 ms after libjvm. */
const ATTACH_INTERVAL_MS = 20;
/** Where no libjvm is mapped the interval doubles up to this: a program that loads one later is a JVM at most a second late. */
const MAX_ATTACH_INTERVAL_MS = 1000;
/** A stripped libjvm's threads can be found once two are listed, which is within its first 100 ms; asked for at growing intervals. */
const MAX_LOCATOR_ASKED = 10;
/** Ended processes whose samples may still be on the way: buffers hold milliseconds, and more would cost each batch. */
const MAX_ENDED = 32;
/** Three descriptors each: a tenth of what even a small limit allows. Busy at once are hardly more than there are CPUs. */
const MAX_OPEN = 256;
/** Rows of ended JVMs for the summary, some 1 KB each: more is not read by anybody. */
const MAX_PAST_FACTS = 1000;

/** A process open for reading. */
export interface ProcessReader extends TargetReader {
  /** Gives its descriptors back. */
  close(): void;
  /** What is read from here until the batch's end may be remembered until then. */
  beginBatch?(): void;
  endBatch?(): void;
}

export interface ProcessSources {
  readonly open: (pid: Pid) => ProcessReader;
  readonly kernel: KernelSymbols;
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

interface Observed {
  /** When it was met, counted: rows of the summary stand in this order, a command before what it started. */
  readonly order: number;
  readonly reader: ProcessReader;
  readonly unwinder: ProcessUnwinder;
  jvm: JvmProcess | null;
  attachIntervalMs: number;
  lastAttachMs: number;
  isDescribed: boolean;
  /** How often the VM was asked where its threads are; {@link MAX_LOCATOR_ASKED} once it is known. */
  locatorAsked: number;
  /** The batch it was last asked in. */
  batch: number;
  /** As the first frame; null: not known yet. */
  frame: Frame | null;
}

export class ObservedProcesses {
  readonly #sources: ProcessSources;
  readonly #observed = new Map<Pid, Observed>();
  /** Oldest first; their readers are closed. */
  readonly #ended = new Map<Pid, Observed>();
  /** By the order of their processes. */
  readonly #pastFacts = new Map<number, TargetFacts>();
  #met = 0;
  #batch = 0;
  #batchMs = 0;
  readonly #inBatch: Observed[] = [];
  #kernelThreads: ProcessUnwinder | null = null;
  /** Chosen by the operator: never closed to make room. */
  #chosen: Pid | null = null;
  #unreadableTold = false;
  /** Told once for each JVM whose threads can be found by the capture program. */
  readonly #onJvm: (locator: JvmThreadLocator) => void;

  constructor(sources: ProcessSources, onJvm: (locator: JvmThreadLocator) => void) {
    this.#sources = sources;
    this.#onJvm = onJvm;
  }

  /** Opens a process now, and attaches to its VM if it is there. OperatorError when its memory is forbidden. */
  open(pid: Pid): ProcessUnwinder {
    this.#chosen ??= this.#sources.isWholeMachine === true ? null : pid;
    return (this.#known(pid) ?? this.#observe(pid, this.#sources.open(pid))).unwinder;
  }

  /** A sample of it has arrived, and is resolved later: of a short process, what can be known is looked up now. */
  meet({ pid, mode }: RawSample): void {
    if (mode === 'kernel-thread' || this.#known(pid) !== undefined) return;
    this.#of(pid).unwinder.prime();
  }

  /** The process runs another program: nothing known of it holds. */
  exec(pid: Pid): void {
    this.#observed.get(pid)?.reader.close();
    this.#observed.delete(pid);
    // The number is in use again.
    this.#forget(pid);
    if (this.#sources.isWholeMachine !== true) this.#of(pid);
  }

  /** The process has ended, and the samples of it that came were resolved: gives its descriptors back. */
  exit(pid: Pid): void {
    const observed = this.#observed.get(pid);
    if (observed === undefined) return;
    observed.reader.close();
    this.#observed.delete(pid);
    this.#forget(pid);
    this.#ended.set(pid, observed);
    if (this.#ended.size <= MAX_ENDED) return;
    for (const oldest of this.#ended.keys()) {
      this.#forget(oldest);
      break;
    }
  }

  /** All samples resolved from now on were taken before now; `nowMs` is their time. */
  beginBatch(nowMs: number): void {
    this.#batch += 1;
    this.#batchMs = nowMs;
  }

  endBatch(): void {
    for (const { reader } of this.#inBatch.splice(0)) reader.endBatch?.();
  }

  resolve(sample: RawSample): WalkedSample {
    if (sample.mode === 'kernel-thread') return this.#kernel().resolve(sample);
    const observed = this.#of(sample.pid);
    this.#begin(observed);
    this.#attach(sample, observed);
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
  threadName(sample: RawSample): string {
    if (sample.mode === 'kernel-thread') return sample.comm;
    return this.#known(sample.pid)?.unwinder.javaThreadName(sample.tid, sample.comm) ?? sample.comm;
  }

  facts(): readonly TargetFacts[] {
    const rows = new Map(this.#pastFacts);
    for (const [pid, observed] of [...this.#ended, ...this.#observed]) {
      const facts = factsOf(pid, observed);
      if (facts !== null) rows.set(observed.order, facts);
    }
    const inOrder = [...rows].sort(([a], [b]) => a - b).map(([, facts]) => facts);
    // One that was closed to make room, and opened again, is one.
    return [...new Map(inOrder.map((facts) => [JSON.stringify(facts), facts])).values()];
  }

  close(): void {
    for (const { reader } of this.#observed.values()) reader.close();
  }

  #known(pid: Pid): Observed | undefined {
    return this.#observed.get(pid) ?? this.#ended.get(pid);
  }

  #of(pid: Pid): Observed {
    const known = this.#observed.get(pid);
    if (known === undefined) return this.#ended.get(pid) ?? this.#observe(pid, this.#openAnyhow(pid));
    if (this.#sources.isWholeMachine === true) {
      this.#observed.delete(pid); // to the end of the order: sampled last
      this.#observed.set(pid, known);
    }
    return known;
  }

  /** Once a batch, and only what is asked in it: the others cost nothing. */
  #begin(observed: Observed): void {
    if (observed.batch === this.#batch) return;
    observed.batch = this.#batch;
    observed.reader.beginBatch?.();
    observed.unwinder.beginBatch(this.#batchMs);
    this.#inBatch.push(observed);
  }

  #kernel(): ProcessUnwinder {
    return (this.#kernelThreads ??= createProcessUnwinder(silentReader(asPid(0)), this.#sources.kernel, { reread: false }));
  }

  /** The one sampled longest ago is closed; a JVM, which costs most to open again, only where there are no others. */
  #makeRoom(): void {
    if (this.#observed.size < MAX_OPEN) return;
    const candidates = [...this.#observed].filter(([pid]) => pid !== this.#chosen);
    const [pid, observed] = candidates.find(([, { unwinder }]) => unwinder.state.kind !== 'ready') ?? candidates[0] ?? [];
    if (pid === undefined || observed === undefined) return;
    observed.reader.close();
    this.#observed.delete(pid);
    this.#keepFacts(pid, observed);
  }

  /** One descendant that may not be read must not end the run. */
  #openAnyhow(pid: Pid): Observed['reader'] {
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

  #observe(pid: Pid, reader: Observed['reader']): Observed {
    this.#makeRoom();
    const unwinder = createProcessUnwinder(reader, this.#sources.kernel, { reread: this.#sources.reread });
    const order = this.#met++;
    const attaching = { jvm: null, attachIntervalMs: ATTACH_INTERVAL_MS, lastAttachMs: 0, isDescribed: false, locatorAsked: 0 };
    const observed: Observed = { order, reader, unwinder, ...attaching, batch: -1, frame: null };
    this.#observed.set(pid, observed);
    this.#attached(pid, observed);
    return observed;
  }

  /** Of a process that ended only its row is kept. */
  #forget(pid: Pid): void {
    const observed = this.#ended.get(pid);
    if (observed === undefined) return;
    this.#ended.delete(pid);
    this.#keepFacts(pid, observed);
  }

  #keepFacts(pid: Pid, observed: Observed): void {
    const facts = factsOf(pid, observed);
    if (facts !== null && this.#pastFacts.size < MAX_PAST_FACTS) this.#pastFacts.set(observed.order, facts);
  }

  #attach({ pid, timeNs }: RawSample, observed: Observed): void {
    if (observed.unwinder.state.kind === 'ready' && observed.locatorAsked >= MAX_LOCATOR_ASKED) return;
    const now = timeNs / 1e6;
    if (now - observed.lastAttachMs < observed.attachIntervalMs) return;
    observed.lastAttachMs = now;
    if (observed.unwinder.attach() || observed.unwinder.state.kind === 'ready') this.#attached(pid, observed);
    const isStarting = observed.unwinder.state.kind === 'starting';
    observed.attachIntervalMs = isStarting ? ATTACH_INTERVAL_MS : Math.min(2 * observed.attachIntervalMs, MAX_ATTACH_INTERVAL_MS);
  }

  #attached(pid: Pid, observed: Observed): void {
    if (observed.unwinder.state.kind !== 'ready') return;
    if (!observed.isDescribed) {
      observed.jvm = this.#sources.describe(pid);
      observed.frame = null;
    }
    observed.isDescribed = true;
    const locator = observed.unwinder.locator();
    observed.locatorAsked = locator === null ? observed.locatorAsked + 1 : MAX_LOCATOR_ASKED;
    if (locator !== null) this.#onJvm(locator);
  }
}

/** The row of a JVM; null for other processes. */
function factsOf(pid: Pid, { unwinder, jvm }: Observed): TargetFacts | null {
  if (unwinder.state.kind !== 'ready' && jvm === null) return null;
  const shown = unwinder.state.kind === 'ready' ? unwinder.state.process.flags.shown : {};
  return {
    pid,
    mainClass: jvm?.main.name ?? '',
    program: '',
    jdkVersion: jvm?.jdk ?? '',
    container: jvm?.container ?? '',
    vmFlags: Object.entries(shown).map(flagFact),
  };
}

/** What a process is in (its container) stands where a function's library does. */
function processFrame(name: string, library = ''): Frame {
  return { kind: 'marker', name, signature: '', bci: -1, line: 0, library, lineApproximate: false, marker: null };
}

/** Stands for a process that may not be read: it answers as one that is gone. */
function silentReader(pid: Pid): Observed['reader'] {
  return {
    pid,
    architecture: hostArchitecture(),
    read: () => false,
    maps: () => null,
    library: () => null,
    symbolAt: () => null,
    unwindRule: () => null,
    symbolNamed: () => null,
    tlsModuleSlot: () => null,
    tlsDescriptorSlot: () => null,
    threadComm: () => null,
    alive: () => false,
    close: () => undefined,
  };
}

/** What a flag's value means for the reader; '' where it is harmless. */
function flagFact([name, isOn]: [string, boolean]): TargetFlag {
  const note = name === 'DebugNonSafepoints' && !isOn ? 'leaf methods and lines of compiled code are approximate' : '';
  return { name, value: String(isOn), note };
}
