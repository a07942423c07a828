// One watch, once its program runs: records, looks at the processes they name, and sweeps over all processes in; what there is to be told out.
// Looks are made as a record arrives, as a JVM may be gone 20 ms later; what is told waits for the order of the records.

import { uptime } from 'node:os';
import type { OperatorError } from '../model/errors.ts';
import type { Pid } from '../model/units.ts';
import type { BirthRecord, JvmFacts, JvmIdentity, WatchCounts, WatchEvent } from '../model/watch.ts';
import { lookAtJvm, sweepForJvms } from '../target/processes/find-jvms.ts';
import { hasEnded } from '../target/processes/has-ended.ts';
import { readProcessStat } from '../target/processes/process-stat.ts';
import { BootClock } from '../watch/boot-clock.ts';
import { HeardUntil } from '../watch/heard-until.ts';
import { factsOf } from '../watch/jvm-facts.ts';
import { RecordOrder } from '../watch/record-order.ts';
import { WatchedJvms } from '../watch/watched-jvms.ts';

/** Between sweeps at least: what they find is late anyway. */
const SWEEP_MS = 5000;
/** A sweep of 500 processes takes 50 ms: no more than a fiftieth of the time goes there. */
const SWEEP_SHARE = 50;
/** While nobody listens in the kernel: JVMs that live longer are found. No more than a tenth of the time goes there. */
const DOWN_SWEEP_MS = 250;
const DOWN_SWEEP_SHARE = 10;
/** A busy bpftrace's delay, and more than records are held back. What a sweep finds and the kernel tells of within it was no miss. */
const SETTLE_NS = 300e6;
/** One small read for each JVM: who ended without the kernel's word is found. */
const LOOK_FOR_ENDS_MS = 1000;
/**
 * For looks between two heartbeats at those just born, and as much at those that could not be told yet: 0.3 ms each as a rule, more at a command
 * line of 1 MB or among thousands of mappings. A program that does nothing but load libjvm.so is not looked at each time.
 */
const LOOKS_MS = 20;

/** How processes are read. */
export interface JvmReads {
  readonly sweepForJvms: typeof sweepForJvms;
  readonly lookAtJvm: typeof lookAtJvm;
  readonly hasEnded: typeof hasEnded;
  readonly readProcessStat: typeof readProcessStat;
}

const READS: JvmReads = { sweepForJvms, lookAtJvm, hasEnded, readProcessStat };

type Look = Pick<JvmIdentity, 'startTicks'> & { readonly facts: JvmFacts; readonly isFinal: boolean };

interface JvmWatchSinks {
  readonly event: (event: WatchEvent) => void;
  /** A mistake of jtrace, and what is lost by it. */
  readonly bug: (cost: string, error: unknown) => void;
}

export class JvmWatch {
  readonly #bug: JvmWatchSinks['bug'];
  readonly #reads: JvmReads;
  readonly #clock: BootClock;
  /** The kernel's time by performance.now(), which nobody sets. */
  readonly #steadyClock: BootClock;
  readonly #heard = new HeardUntil();
  readonly #order = new RecordOrder();
  readonly #jvms: WatchedJvms;
  readonly #looks = new Map<Pid, Look>();
  /** Told of by records that are held back. */
  readonly #announced = new Map<Pid, number>();
  /** Where the main stack of each began when it was first looked at. */
  readonly #stackStarts = new Map<Pid, number>();
  #before: readonly Pid[] = [];
  #looksLeftMs = LOOKS_MS;
  /** The time of day. */
  #heardMs = Date.now();
  #downSince: { readonly ms: number; readonly reason: string } | null = null;
  #endsLookedMs = Number.NEGATIVE_INFINITY;
  #sweepTimer: NodeJS.Timeout | null = null;
  #sweeps = 0;
  #isClosed = false;

  constructor({ event, bug }: JvmWatchSinks, reads: JvmReads = READS) {
    this.#bug = bug;
    this.#reads = reads;
    this.#clock = new BootClock(Date.now() - uptime() * 1000);
    this.#steadyClock = new BootClock(performance.now() - uptime() * 1000);
    this.#jvms = new WatchedJvms(this.#clock, event);
  }

  get counts(): Omit<WatchCounts, 'profiles' | 'failedProfiles'> {
    return this.#jvms.counts;
  }

  get pids(): readonly Pid[] {
    return [...new Set([...this.#before, ...this.#jvms.identities.map(({ pid }) => pid)])];
  }

  /** The JVMs there are before anybody listens: the kernel's program is to tell of their ends, too. */
  async prepare(): Promise<void> {
    this.#before = (await this.#reads.sweepForJvms(() => false)).map(({ pid }) => pid);
  }

  record(record: BirthRecord): void {
    this.#heardMs = Date.now();
    if (record.kind === 'heartbeat') {
      this.#clock.heard(record.ns, this.#heardMs);
      this.#steadyClock.heard(record.ns, performance.now());
      this.#apply(this.#order.take(record.ns));
      this.#heard.heard(record.ns);
      this.#beat();
      return;
    }
    this.#order.add(record);
    if (record.kind !== 'mapped') return;
    this.#announced.set(record.pid, record.startTicks);
    const look = this.#lookAt(record.pid);
    if (look?.startTicks === record.startTicks) this.#looks.set(record.pid, look);
  }

  lost(count: number): void {
    this.#jvms.lost(count, Date.now());
  }

  /** bpftrace has died: what it had said is told, and nobody listens from here on. */
  down(error: OperatorError): void {
    this.#apply(this.#order.flush());
    this.#downSince ??= { ms: this.#heardMs, reason: error.message };
    this.#heard.silent();
    this.#sweepAgain();
  }

  up(): void {
    this.#tellGap();
    this.#heard.speaks();
    this.#sweepAgain();
  }

  /** The JVMs there are, but those that the kernel has told of; from then on now and then those that were missed. */
  async sweep(seen: 'running' | 'sweep'): Promise<void> {
    const nth = (this.#sweeps += 1);
    this.#noSweepLater();
    const beginMs = performance.now();
    const isKnown = (identity: JvmIdentity): boolean =>
      this.#jvms.isKnown(identity) || this.#announced.get(identity.pid) === identity.startTicks;
    const found = await this.#reads.sweepForJvms(isKnown);
    const tookMs = performance.now() - beginMs;
    // Its own word may be on its way; while nobody listens none is.
    if (found.length > 0) await this.#heard.reached(this.#steadyClock.ns(performance.now()) + SETTLE_NS);
    if (this.#isClosed) return;
    for (const jvm of found) {
      if (isKnown(jvm) || this.#reads.hasEnded(jvm.pid, jvm.startTicks)) continue;
      this.#jvms.found({ pid: jvm.pid, startTicks: jvm.startTicks }, factsOf(jvm), seen, Date.now());
    }
    this.#before = [];
    // Another has begun meanwhile.
    if (nth !== this.#sweeps) return;
    const isDown = this.#downSince !== null;
    if (isDown) this.#beat();
    const waitMs = isDown ? Math.max(DOWN_SWEEP_MS, tookMs * DOWN_SWEEP_SHARE) : Math.max(SWEEP_MS, tookMs * SWEEP_SHARE);
    this.#sweepLater(waitMs);
  }

  #sweepLater(waitMs: number): void {
    this.#noSweepLater();
    this.#sweepTimer = setTimeout(() => { this.#sweepAgain(); }, waitMs); // prettier-ignore
  }

  #noSweepLater(): void {
    if (this.#sweepTimer !== null) clearTimeout(this.#sweepTimer);
  }

  /** One that fails costs what it would have found, and the next is tried. */
  #sweepAgain(): void {
    this.sweep('sweep').catch((error: unknown) => {
      this.#bug('a look through all processes', error);
      if (!this.#isClosed) this.#sweepLater(SWEEP_MS);
    });
  }

  /** All that the kernel's program has said was delivered: a sweep under way waits for no more. */
  silent(): void {
    this.#heard.silent();
  }

  /** Nothing more will come. */
  close(): void {
    this.#isClosed = true;
    this.#heard.silent();
    this.#noSweepLater();
    this.#apply(this.#order.flush());
    this.#jvms.tick(Number.POSITIVE_INFINITY);
    this.#tellGap();
  }

  #tellGap(): void {
    if (this.#downSince === null) return;
    this.#jvms.gap(this.#downSince.ms, Date.now(), this.#downSince.reason);
    this.#downSince = null;
  }

  #apply(records: readonly BirthRecord[]): void {
    for (const record of records) {
      this.#jvms.record(record);
      if (record.kind !== 'mapped') continue;
      this.#announced.delete(record.pid);
      this.#stackStarts.delete(record.pid);
      const look = this.#looks.get(record.pid);
      this.#looks.delete(record.pid);
      if (look?.startTicks === record.startTicks)
        this.#jvms.described({ pid: record.pid, startTicks: look.startTicks }, look.facts, look.isFinal);
    }
  }

  #beat(): void {
    this.#looksLeftMs = LOOKS_MS;
    for (const { pid } of this.#jvms.untold) {
      if (this.#looksLeftMs <= 0) break;
      const look = this.#lookAt(pid);
      if (look !== null) this.#jvms.described({ pid, startTicks: look.startTicks }, look.facts, look.isFinal);
    }
    this.#looksLeftMs = LOOKS_MS;
    const nowMs = performance.now();
    const nowNs = this.#steadyClock.ns(nowMs);
    this.#jvms.tick(nowNs);
    if (nowMs - this.#endsLookedMs >= LOOK_FOR_ENDS_MS) {
      this.#endsLookedMs = nowMs;
      this.#lookForEnds(nowNs);
    }
  }

  #lookForEnds(nowNs: number): void {
    const running = new Set<Pid>();
    for (const identity of this.#jvms.identities) {
      const { pid, startTicks } = identity;
      running.add(pid);
      const stat = this.#reads.readProcessStat(pid);
      const isDead = stat === null || ((stat.state === 'Z' || stat.state === 'X') && stat.threads <= 1);
      const before = this.#stackStarts.get(pid) ?? stat?.stackStart;
      if (isDead || stat.startTicks !== startTicks) this.#jvms.gone(identity, 'exit', nowNs);
      else if (before !== undefined && before !== stat.stackStart) this.#jvms.gone(identity, 'exec', nowNs);
      else this.#stackStarts.set(pid, stat.stackStart);
    }
    for (const pid of this.#stackStarts.keys()) if (!running.has(pid)) this.#stackStarts.delete(pid);
  }

  /** null: it is no JVM, or gone, or there is no time left for it. */
  #lookAt(pid: Pid): Look | null {
    if (this.#looksLeftMs <= 0) return null;
    const beginMs = performance.now();
    const jvm = this.#reads.lookAtJvm(pid);
    this.#looksLeftMs -= performance.now() - beginMs;
    return jvm === null ? null : { startTicks: jvm.startTicks, facts: factsOf(jvm), isFinal: jvm.vm !== 'starting' };
  }
}
