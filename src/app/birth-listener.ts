// Keeps the program of `jtrace watch` running: the best way to look at opened files that works here, found out by trying, and a bpftrace that
// dies, or says nothing, is started again, after a while that grows. Who listens is told when it is up and when it is down.

import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundBpftrace } from '../bpftrace/find.ts';
import { hasKernelProbes } from '../bpftrace/machine.ts';
import type { SilencePatience } from '../bpftrace/notice-silence.ts';
import { type Births, startBirths } from '../bpftrace/run-births.ts';
import type { Dialect } from '../model/dialect.ts';
import { OperatorError } from '../model/errors.ts';
import type { Pid } from '../model/units.ts';
import { type BirthRecord, PROBE_STYLES, type ProbeStyle } from '../model/watch.ts';
import { renderLibjvmLoads } from '../program/libjvm-loads.ts';
import { hostArchitecture } from '../target/host-architecture.ts';
import { Backoff } from '../watch/backoff.ts';

export interface BirthSinks {
  readonly record: (record: BirthRecord) => void;
  readonly lost: (count: number) => void;
  readonly message: (text: string) => void;
  /** JVMs there are: the program tells of their ends, too. */
  readonly running: () => readonly Pid[];
  /** It has died, or could not be started again. Not of the first start, which throws. */
  readonly down: (error: OperatorError) => void;
  /** It is up again. */
  readonly up: () => void;
}

/** What is to be tried here, best first. */
export function stylesToTry(asked: ProbeStyle | null): readonly ProbeStyle[] {
  if (asked !== null) return [asked];
  return PROBE_STYLES.filter((style) => style !== 'kprobe' || hasKernelProbes());
}

export class BirthListener {
  readonly #bpftrace: FoundBpftrace;
  readonly #dialect: Dialect;
  readonly #sinks: BirthSinks;
  readonly #patience: SilencePatience | undefined;
  readonly #stopped = new AbortController();
  #births: Births | null = null;
  #kept: Promise<void> = Promise.resolve();

  /** `patience`: for tests. */
  constructor(bpftrace: FoundBpftrace, dialect: Dialect, sinks: BirthSinks, patience?: SilencePatience) {
    this.#patience = patience;
    this.#bpftrace = bpftrace;
    this.#dialect = dialect;
    this.#sinks = sinks;
  }

  get bpftracePid(): number | null {
    return this.#births?.bpftracePid ?? null;
  }

  /** Which way works; from then on it is kept running until {@link stop}. null: stopped before. Throws an OperatorError when none does. */
  async start(asked: ProbeStyle | null): Promise<ProbeStyle | null> {
    let failure: OperatorError | null = null;
    for (const style of stylesToTry(asked)) {
      const births = await this.#launch(style);
      const atMs = performance.now();
      if (await births.ready) {
        this.#kept = this.#keep(style, births, atMs);
        return style;
      }
      const error = await births.finished;
      if (this.#stopped.signal.aborted) return null;
      this.#sinks.message(`no ${style} probes here: ${error?.message ?? ''}`);
      failure = error;
    }
    throw failure ?? new Error('no way to look at opened files was tried');
  }

  /** Settles when all that was on its way has arrived. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#births?.stop();
    await this.#kept;
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #launch(style: ProbeStyle): Promise<Births> {
    const { record, lost, message, running } = this.#sinks;
    const program = renderLibjvmLoads({ style, running: running(), architecture: hostArchitecture() }, this.#dialect);
    const births = await startBirths({
      bpftracePath: this.#bpftrace.path,
      program,
      probes: [`its ${style} probes`],
      onRecord: record,
      onLost: lost,
      onMessage: message,
      ...(this.#patience === undefined ? {} : { patience: this.#patience }),
    });
    this.#births = births;
    // Asked to stop while it was started.
    if (this.#stopped.signal.aborted) births.stop();
    return births;
  }

  async #keep(style: ProbeStyle, first: Births, firstMs: number): Promise<void> {
    const backoff = new Backoff();
    let [births, sinceMs] = [first, firstMs];
    for (;;) {
      const error = await births.finished;
      if (this.#isStopped()) return;
      this.#sinks.down(error ?? new OperatorError('incomplete', 'bpftrace ended', 'it is started again'));
      await sleep(backoff.next(performance.now() - sinceMs), null, { signal: this.#stopped.signal }).catch(() => undefined);
      if (this.#isStopped()) return;
      births = await this.#launch(style);
      sinceMs = performance.now();
      if (await births.ready) this.#sinks.up();
    }
  }
}
