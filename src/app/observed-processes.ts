// The processes under observation: one reader and one unwinder each, opened when the first sample of a process arrives (or when it
// is chosen), opened anew when it runs another program. Of those that ended the last few are kept, so that late samples keep their
// names; of JVMs the summary's row stays.

import { OperatorError } from '../model/errors.ts';
import type { JvmProcess } from '../model/process.ts';
import type { JvmThreadLocator } from '../model/program.ts';
import type { RawSample } from '../model/sample.ts';
import type { TargetFacts, TargetFlag } from '../model/summary.ts';
import type { KernelSymbols, TargetReader } from '../model/target.ts';
import type { Pid } from '../model/units.ts';
import { createProcessUnwinder, type ProcessUnwinder } from '../unwind/process-unwinder.ts';
import type { WalkedSample } from '../unwind/sample-walk.ts';

/** A VM that is not there yet is asked for again at most this often: it appears about 10 ms after libjvm. */
const ATTACH_INTERVAL_MS = 20;
/** Where no libjvm is mapped the interval doubles up to this: a program that loads one later is a JVM at most a second late. */
const MAX_ATTACH_INTERVAL_MS = 1000;
/** Ended processes whose samples may still be on the way: buffers hold milliseconds, and more would cost each batch. */
const MAX_ENDED = 32;
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
  isFed: boolean;
}

export class ObservedProcesses {
  readonly #sources: ProcessSources;
  readonly #observed = new Map<Pid, Observed>();
  /** Oldest first; their readers are closed. */
  readonly #ended = new Map<Pid, Observed>();
  /** By the order of their processes. */
  readonly #pastFacts = new Map<number, TargetFacts>();
  #met = 0;
  #unreadableTold = false;
  /** Told once for each JVM whose threads can be found by the capture program. */
  readonly #onJvm: (locator: JvmThreadLocator) => void;

  constructor(sources: ProcessSources, onJvm: (locator: JvmThreadLocator) => void) {
    this.#sources = sources;
    this.#onJvm = onJvm;
  }

  /** Opens a process now, and attaches to its VM if it is there. OperatorError when its memory is forbidden. */
  open(pid: Pid): ProcessUnwinder {
    return (this.#known(pid) ?? this.#observe(pid, this.#sources.open(pid))).unwinder;
  }

  /** The process runs another program: nothing known of it holds. */
  exec(pid: Pid): void {
    this.#observed.get(pid)?.reader.close();
    this.#observed.delete(pid);
    // The number is in use again.
    this.#forget(pid);
    this.#of(pid);
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
    for (const { reader, unwinder } of this.#observed.values()) {
      reader.beginBatch?.();
      unwinder.beginBatch(nowMs);
    }
    for (const { unwinder } of this.#ended.values()) unwinder.beginBatch(nowMs);
  }

  endBatch(): void {
    for (const { reader } of this.#observed.values()) reader.endBatch?.();
  }

  resolve(sample: RawSample): WalkedSample {
    const observed = this.#of(sample.pid);
    this.#attach(sample, observed);
    return observed.unwinder.resolve(sample);
  }

  /** A thread's full name, as far as its VM tells; comm otherwise. */
  threadName(sample: RawSample): string {
    return this.#known(sample.pid)?.unwinder.javaThreadName(sample.tid, sample.comm) ?? sample.comm;
  }

  facts(): readonly TargetFacts[] {
    const rows = new Map(this.#pastFacts);
    for (const [pid, observed] of [...this.#ended, ...this.#observed]) {
      const facts = factsOf(pid, observed);
      if (facts !== null) rows.set(observed.order, facts);
    }
    return [...rows].sort(([a], [b]) => a - b).map(([, facts]) => facts);
  }

  close(): void {
    for (const { reader } of this.#observed.values()) reader.close();
  }

  #known(pid: Pid): Observed | undefined {
    return this.#observed.get(pid) ?? this.#ended.get(pid);
  }

  #of(pid: Pid): Observed {
    return this.#known(pid) ?? this.#observe(pid, this.#openAnyhow(pid));
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
    const unwinder = createProcessUnwinder(reader, this.#sources.kernel, { reread: this.#sources.reread });
    const order = this.#met++;
    const observed = { order, reader, unwinder, jvm: null, attachIntervalMs: ATTACH_INTERVAL_MS, lastAttachMs: 0, isFed: false };
    this.#observed.set(pid, observed);
    this.#attached(pid, observed);
    return observed;
  }

  /** Of a process that ended only its row is kept. */
  #forget(pid: Pid): void {
    const observed = this.#ended.get(pid);
    if (observed === undefined) return;
    this.#ended.delete(pid);
    const facts = factsOf(pid, observed);
    if (facts !== null && this.#pastFacts.size < MAX_PAST_FACTS) this.#pastFacts.set(observed.order, facts);
  }

  #attach({ pid, timeNs }: RawSample, observed: Observed): void {
    if (observed.unwinder.state.kind === 'ready') return;
    const now = timeNs / 1e6;
    if (now - observed.lastAttachMs < observed.attachIntervalMs) return;
    observed.lastAttachMs = now;
    if (observed.unwinder.attach()) this.#attached(pid, observed);
    const isStarting = observed.unwinder.state.kind === 'starting';
    observed.attachIntervalMs = isStarting ? ATTACH_INTERVAL_MS : Math.min(2 * observed.attachIntervalMs, MAX_ATTACH_INTERVAL_MS);
  }

  #attached(pid: Pid, observed: Observed): void {
    if (observed.unwinder.state.kind !== 'ready' || observed.isFed) return;
    observed.isFed = true;
    observed.jvm = this.#sources.describe(pid);
    const locator = observed.unwinder.locator();
    if (locator !== null) this.#onJvm(locator);
  }
}

/** The row of a JVM; null for other processes. */
function factsOf(pid: Pid, { unwinder, jvm }: Observed): TargetFacts | null {
  if (unwinder.state.kind !== 'ready' && jvm === null) return null;
  const shown = unwinder.state.kind === 'ready' ? unwinder.state.process.flags.shown : {};
  return { pid, mainClass: jvm?.main.name ?? '', jdkVersion: jvm?.jdk ?? '', vmFlags: Object.entries(shown).map(flagFact) };
}

/** Stands for a process that may not be read: it answers as one that is gone. */
function silentReader(pid: Pid): Observed['reader'] {
  return {
    pid,
    architecture: 'x86-64',
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
