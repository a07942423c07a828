// What the kernel and looks at processes say → what is told: each JVM once when it starts, when it is ready and when it ends. Whoever reads
// hands it in; nothing here knows how. Holds the JVMs that run, and nothing of those that ended.

import type { Pid } from '../model/units.ts';
import type { BirthRecord, JvmFacts, JvmIdentity, WatchCounts, WatchEvent } from '../model/watch.ts';
import type { BootClock } from './boot-clock.ts';
import { isReadySign } from './vm-ready.ts';

/** A JVM that cannot be looked at for so long is told without. */
const LOOK_PATIENCE_NS = 2e9;
/** Of a VM of unknown version: so long behind the thread that may be the last. */
const SIGN_PATIENCE_NS = 1e9;
/** A process that is gone: so long its end is awaited from the kernel, which knows when it was. */
const END_PATIENCE_NS = 1e9;
const NS_PER_TICK = 1e7;

interface Entry {
  readonly identity: JvmIdentity;
  readonly parent: Pid | null;
  openedNs: number | null;
  readonly seenNs: number;
  /** The time of day. */
  readonly seenMs: number;
  facts: JvmFacts | null;
  isTold: boolean;
  ready: 'no' | 'yes' | 'unknown';
  /** When the thread came that is a sign in some versions. */
  signNs: number | null;
  /** Something may have been missed since it began. */
  isDoubtful: boolean;
  goneNs: number | null;
}

type Mapped = Extract<BirthRecord, { readonly kind: 'mapped' }>;

export class WatchedJvms {
  readonly #clock: BootClock;
  readonly #tell: (event: WatchEvent) => void;
  readonly #entries = new Map<Pid, Entry>();
  readonly #counts = { started: 0, bySweep: 0, ended: 0, lost: 0, gaps: 0 };

  constructor(clock: BootClock, tell: (event: WatchEvent) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  get counts(): Omit<WatchCounts, 'profiles' | 'failedProfiles'> {
    return { ...this.#counts, running: this.#entries.size };
  }

  /** The JVMs that run, as far as known. */
  get identities(): readonly JvmIdentity[] {
    return [...this.#entries.values()].map(({ identity }) => identity);
  }

  /** Those that are yet to be described. */
  get untold(): readonly JvmIdentity[] {
    return [...this.#entries.values()].filter(({ isTold }) => !isTold).map(({ identity }) => identity);
  }

  isKnown({ pid, startTicks }: JvmIdentity): boolean {
    return this.#entries.get(pid)?.identity.startTicks === startTicks;
  }

  /** Found among the processes: it was there before (`running`), or was missed. False: known already. */
  found(identity: JvmIdentity, facts: JvmFacts, seen: 'running' | 'sweep', timeMs: number): boolean {
    if (this.isKnown(identity)) return false;
    this.#replace(identity, timeMs);
    const ready = seen === 'running' ? 'yes' : 'unknown';
    this.#entries.set(identity.pid, { ...newEntry(identity, null, 0, timeMs), facts, isTold: true, ready });
    if (seen === 'running') {
      this.#tell({ kind: 'running', timeMs, ...identity, jvm: facts });
      return true;
    }
    this.#counts.started += 1;
    this.#counts.bySweep += 1;
    this.#tell({ kind: 'start', timeMs, ...identity, seen, parent: null, jvm: facts });
    this.#tell({ kind: 'ready', timeMs, ...identity, readyMs: null, reason: 'its opening of libjvm.so was not seen' });
    return true;
  }

  /** A look at one that the kernel has told of. `isFinal`: no later look will tell more. */
  described(identity: JvmIdentity, facts: JvmFacts, isFinal: boolean): void {
    const entry = this.#entryOf(identity);
    if (entry === null || entry.isTold) return;
    entry.facts = facts;
    if (!isFinal) return;
    this.#tellStart(entry);
    if (facts.vm === 'openj9') this.#unready(entry, 'OpenJ9 does not tell');
    else if (entry.signNs !== null && isReadySign('periodic', facts.jdk) === 'yes') this.#ready(entry, entry.signNs);
  }

  /** Records, in order. */
  record(record: BirthRecord): void {
    switch (record.kind) {
      case 'mapped':
        this.#mapped(record);
        break;
      case 'thread': {
        const entry = this.#entries.get(record.pid);
        if (entry === undefined || entry.ready !== 'no') break;
        if (isReadySign(record.thread, entry.facts?.jdk ?? '') === 'yes') this.#ready(entry, record.ns);
        else entry.signNs ??= record.ns;
        break;
      }
      case 'exec':
      case 'exit': {
        const entry = this.#entries.get(record.pid);
        if (entry !== undefined) this.#end(entry, record.kind, this.#clock.timeMs(record.ns));
        break;
      }
      case 'heartbeat':
        break;
      default:
        record satisfies never;
    }
  }

  /** It is not there any more, or (`exec`) runs another program; the kernel may still tell of it. */
  gone(identity: JvmIdentity, how: 'exit' | 'exec', nowNs: number): void {
    const entry = this.#entryOf(identity);
    if (entry === null) return;
    entry.goneNs ??= nowNs;
    if (nowNs - entry.goneNs >= END_PATIENCE_NS) this.#end(entry, how, this.#clock.timeMs(entry.goneNs));
  }

  /** What was waited for, and did not come. By the kernel's time: that of day may be set meanwhile. */
  tick(nowNs: number): void {
    for (const entry of this.#entries.values()) {
      if (!entry.isTold && nowNs - entry.seenNs >= LOOK_PATIENCE_NS) this.#tellStart(entry);
      const isSign = entry.signNs !== null && isReadySign('periodic', entry.facts?.jdk ?? '') === 'unknown';
      if (entry.ready === 'no' && isSign && nowNs - (entry.signNs ?? 0) >= SIGN_PATIENCE_NS)
        this.#ready(entry, entry.signNs ?? 0);
    }
  }

  lost(count: number, timeMs: number): void {
    this.#counts.lost += count;
    for (const entry of this.#entries.values()) entry.isDoubtful = true;
    this.#tell({ kind: 'lost', timeMs, count });
  }

  /** Nobody listened. */
  gap(fromMs: number, timeMs: number, reason: string): void {
    this.#counts.gaps += 1;
    for (const entry of this.#entries.values()) {
      entry.isDoubtful = true;
      if (entry.ready === 'no') this.#unready(entry, 'nobody listened when it may have become ready');
    }
    this.#tell({ kind: 'gap', timeMs, fromMs, reason });
  }

  #entryOf(identity: JvmIdentity): Entry | null {
    return this.isKnown(identity) ? (this.#entries.get(identity.pid) ?? null) : null;
  }

  #mapped({ pid, startTicks, openedNs, parent, ns }: Mapped): void {
    const identity = { pid, startTicks };
    const known = this.#entryOf(identity);
    if (known !== null) {
      known.openedNs ??= openedNs ?? ns;
      return;
    }
    const seenNs = openedNs ?? ns;
    const timeMs = this.#clock.timeMs(seenNs);
    this.#replace(identity, timeMs);
    this.#entries.set(pid, { ...newEntry(identity, parent, seenNs, timeMs), openedNs: seenNs });
  }

  /** The number is another process's by now: that the one before has ended was missed. */
  #replace({ pid }: JvmIdentity, timeMs: number): void {
    const before = this.#entries.get(pid);
    if (before !== undefined) this.#end(before, 'exit', timeMs);
  }

  #tellStart(entry: Entry): void {
    if (entry.isTold) return;
    entry.isTold = true;
    this.#counts.started += 1;
    const { identity, parent, facts, seenMs } = entry;
    this.#tell({ kind: 'start', timeMs: seenMs, ...identity, seen: 'openat', parent, jvm: facts });
    if (entry.ready === 'yes' && entry.signNs !== null) this.#tellReady(entry, entry.signNs);
  }

  #ready(entry: Entry, ns: number): void {
    entry.ready = 'yes';
    entry.signNs = ns;
    if (entry.isTold) this.#tellReady(entry, ns);
  }

  #tellReady({ identity, openedNs }: Entry, ns: number): void {
    const timeMs = this.#clock.timeMs(ns);
    const readyMs = openedNs === null ? null : (ns - openedNs) / 1e6;
    const reason = readyMs === null ? 'its opening of libjvm.so was not seen' : '';
    this.#tell({ kind: 'ready', timeMs, ...identity, readyMs, reason });
  }

  #unready(entry: Entry, reason: string): void {
    entry.ready = 'unknown';
    if (entry.isTold) this.#tell({ kind: 'ready', timeMs: entry.seenMs, ...entry.identity, readyMs: null, reason });
  }

  #end(entry: Entry, how: 'exit' | 'exec', timeMs: number): void {
    const { identity, openedNs } = entry;
    this.#entries.delete(identity.pid);
    this.#counts.ended += 1;
    this.#tellStart(entry);
    // Of unknown version, and the thread came that is the last of some.
    if (entry.ready === 'no' && entry.signNs !== null && isReadySign('periodic', entry.facts?.jdk ?? '') === 'unknown')
      this.#ready(entry, entry.signNs);
    const fromMs = this.#clock.timeMs(openedNs ?? identity.startTicks * NS_PER_TICK);
    // With the one thread and without the other it may have been: nobody tells.
    const isUnknown = entry.ready === 'unknown' || entry.isDoubtful || entry.signNs !== null;
    const wasReady = entry.ready === 'yes' ? true : isUnknown ? null : false;
    this.#tell({ kind: 'end', timeMs, ...identity, livedMs: Math.max(0, timeMs - fromMs), how, wasReady });
  }
}

function newEntry(identity: JvmIdentity, parent: Pid | null, seenNs: number, seenMs: number): Entry {
  return {
    ...{ identity, parent, seenNs, seenMs, openedNs: null, facts: null, isTold: false },
    ...{ ready: 'no', signNs: null, isDoubtful: false, goneNs: null },
  };
}
