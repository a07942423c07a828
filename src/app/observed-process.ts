// One process under observation: its reader, its unwinder, and what is known of the VM in it, which may appear at any time.

import type { Frame } from '../model/frame.ts';
import type { JvmProcess } from '../model/process.ts';
import type { JvmThreadLocator, JvmWalkParameters } from '../model/program.ts';
import type { TargetFacts, TargetFlag } from '../model/summary.ts';
import type { TargetReader } from '../model/target.ts';
import type { RawSample } from '../model/sample.ts';
import { asAddress, type Pid } from '../model/units.ts';
import type { ProcessUnwinder } from '../unwind/process-unwinder.ts';

/** A VM that is not there yet is asked for again at most this often: it appears about 10 ms after libjvm. */
const ATTACH_INTERVAL_MS = 20;
/** Where no libjvm is mapped the interval doubles up to this: a program that loads one later is a JVM at most a second late. */
const MAX_ATTACH_INTERVAL_MS = 1000;
/** A stripped libjvm's threads can be found once two are listed, which is within its first 100 ms; asked for at growing intervals. */
const MAX_LOCATOR_ASKED = 10;

/** A process open for reading. */
export interface ProcessReader extends TargetReader {
  /** Gives its descriptors back. */
  close(): void;
  /** What is read from here until the batch's end may be remembered until then. */
  beginBatch?(): void;
  endBatch?(): void;
}

/** Told once for each JVM whose threads can be found by a program; the walk in the kernel has to know more of it. */
export type OnJvm = (locator: JvmThreadLocator, walk: () => JvmWalkParameters | null) => void;

/** Who is asked and told of a VM. */
export interface JvmHooks {
  /** Row of a JVM for the summary; null: not one, or gone. */
  readonly describe: (pid: Pid) => JvmProcess | null;
  readonly onJvm: OnJvm;
}

export class ObservedProcess {
  /** When it was met, counted: rows of the summary stand in this order, a command before what it started. */
  readonly order: number;
  readonly reader: ProcessReader;
  readonly unwinder: ProcessUnwinder;
  /** Where its program's main stack begins, which tells it from the one that it ran before; 0: not known. */
  readonly stackStart: number;
  /** As the first frame; null: not known yet. */
  frame: Frame | null = null;
  readonly #hooks: JvmHooks;
  #jvm: JvmProcess | null = null;
  #attachIntervalMs = ATTACH_INTERVAL_MS;
  #lastAttachMs = 0;
  #isDescribed = false;
  /** How often the VM was asked where its threads are; {@link MAX_LOCATOR_ASKED} once it is known. */
  #locatorAsked = 0;
  /** The batch it was last asked in. */
  #batch = -1;

  constructor(order: number, reader: ProcessReader, unwinder: ProcessUnwinder, hooks: JvmHooks, stackStart: number) {
    this.order = order;
    this.stackStart = stackStart;
    this.reader = reader;
    this.unwinder = unwinder;
    this.#hooks = hooks;
  }

  /** Asks for its VM for the first time. Whoever calls it has noted the process before: where that throws, there is something to close. */
  meet(): void {
    this.unwinder.attach();
    this.#look();
  }

  get pid(): Pid {
    return this.reader.pid;
  }
  /** Its row, where it is known to be a JVM. */
  get jvm(): JvmProcess | null {
    return this.#jvm;
  }
  get isJvm(): boolean {
    return this.unwinder.state.kind === 'ready';
  }

  /** Whether a sample can be of the program that it runs. */
  isOf({ stackStart = asAddress(0) }: RawSample): boolean {
    return stackStart === 0 || this.stackStart === 0 || stackStart === this.stackStart;
  }

  /** Whether this is its first sample in the batch: what is asked once for all of them is asked now. */
  beginBatch(batch: number, nowMs: number): boolean {
    if (this.#batch === batch) return false;
    this.#batch = batch;
    this.reader.beginBatch?.();
    this.unwinder.beginBatch(nowMs);
    return true;
  }

  /** A VM that appears is met, if it is time to look again. */
  attach(nowMs: number): void {
    if (this.isJvm && this.#locatorAsked >= MAX_LOCATOR_ASKED) return;
    if (nowMs - this.#lastAttachMs < this.#attachIntervalMs) return;
    this.#lastAttachMs = nowMs;
    // Also where asking throws: a bug costs this sample its stack, not every one.
    this.#attachIntervalMs = Math.min(2 * this.#attachIntervalMs, MAX_ATTACH_INTERVAL_MS);
    if (this.unwinder.attach() || this.isJvm) this.#look();
    if (this.unwinder.state.kind === 'starting') this.#attachIntervalMs = ATTACH_INTERVAL_MS;
  }

  #look(): void {
    if (!this.isJvm) return;
    if (!this.#isDescribed) {
      this.#isDescribed = true;
      this.frame = null;
      this.#jvm = this.#hooks.describe(this.pid);
    }
    this.#locatorAsked += 1;
    const locator = this.unwinder.locator();
    if (locator === null) return;
    this.#locatorAsked = MAX_LOCATOR_ASKED;
    this.#hooks.onJvm(locator, () => this.unwinder.walkParameters(locator));
  }

  /** The row of a JVM; null for other processes. */
  facts(): TargetFacts | null {
    const { state } = this.unwinder;
    if (state.kind !== 'ready' && this.#jvm === null) return null;
    const shown = state.kind === 'ready' ? state.process.flags.shown : {};
    return {
      pid: this.pid,
      mainClass: this.#jvm?.main.name ?? '',
      program: '',
      jdkVersion: this.#jvm?.jdk ?? '',
      container: this.#jvm?.container ?? '',
      vmFlags: Object.entries(shown).map(flagFact),
    };
  }
}

/** What a flag's value means for the reader; '' where it is harmless. */
function flagFact([name, isOn]: [string, boolean]): TargetFlag {
  const note = name === 'DebugNonSafepoints' && !isOn ? 'leaf methods and lines of compiled code are approximate' : '';
  return { name, value: String(isOn), note };
}
