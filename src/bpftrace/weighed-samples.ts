// Samples of an event that is measured (blocked time, bytes) and what each was measured to be → samples with their weight. The two are
// printed apart: how long a wait was is known when it ends, maybe on another CPU, and then its record may even be read first (0.17).
// Who still waits at the end has waited until then. One that has left again had come back; that may still be read. Nothing is guessed where events
// were lost: such samples are broken. A weight may come in shares that are told apart, each a sample of its own; what the event says of itself comes
// before its weight or before the sample is whole.

import type { RawSample } from '../model/sample.ts';
import type { LabelKind, SampleLabels } from '../model/sample-labels.ts';
import type { Tid } from '../model/units.ts';
import type { WeightExtras } from './record-sink.ts';

/** Threads wait once at a time; each holds its stack's bytes until it is back. */
const MAX_WAITING = 16_384;
/** Weights, or labels, whose sample is still on its way from another CPU. */
const MAX_EARLY = 4096;
/** How long one that must have come back is waited for: buffers of other CPUs are read within that. */
const OVERDUE_NS = 2e9;
/** Of one sample: the program prints two at most. */
const MAX_SHARES = 4;
/** Of one label: a class's name, which the program cuts before. */
const MAX_LABEL_CHARS = 1024;

export interface WeighedSink {
  sample(sample: RawSample): void;
  broken(tid: Tid | null): void;
}

interface Share {
  readonly amount: number;
  readonly also: WeightExtras;
  /** null: the last one. */
  readonly kind: LabelKind | null;
}

interface Overdue {
  readonly name: string;
  readonly untilNs: number;
}

export class WeighedSamples {
  readonly #sink: WeighedSink;
  readonly #waiting = new Map<string, RawSample>();
  /** By tid: the last one that left, whose thread may still be away. */
  readonly #last = new Map<number, { readonly name: string; readonly timeNs: number }>();
  /** Others that have no weight yet, about in order of time. */
  readonly #overdue: Overdue[] = [];
  readonly #early = new Map<string, readonly Share[]>();
  readonly #labels = new Map<string, SampleLabels>();
  readonly #stillWaiting: WeightExtras;
  #lastNs = 0;

  /** `stillWaiting`: what is said of those that have no weight when the stream ends. */
  constructor(sink: WeighedSink, stillWaiting: WeightExtras = {}) {
    this.#sink = sink;
    this.#stillWaiting = stillWaiting;
  }

  sample(sample: RawSample, key: number): void {
    const { tid, timeNs } = sample;
    const name = nameOf(key, tid);
    const shares = this.#early.get(name) ?? [];
    this.#early.delete(name);
    for (const share of shares) this.#deliver(sample, name, share);
    if (shares.some(({ kind }) => kind === null)) return;
    if (this.#waiting.size >= MAX_WAITING) {
      this.#sink.broken(tid);
      return;
    }
    this.#waiting.set(name, sample);
    const last = this.#last.get(tid);
    const isLast = last === undefined || last.timeNs < timeNs;
    const before = isLast ? last?.name : name;
    if (before !== undefined) this.#overdue.push({ name: before, untilNs: Math.max(timeNs, this.#lastNs) + OVERDUE_NS });
    if (isLast) this.#last.set(tid, { name, timeNs });
  }

  /** `amount` 0: too little to be shown. */
  weight(key: number, tid: number, amount: number, also: WeightExtras = {}): void {
    this.#weigh(key, tid, { amount, also, kind: null });
  }

  /** A part of the weight that a label tells from the rest, which follows. */
  share(key: number, tid: number, amount: number, kind: LabelKind): void {
    this.#weigh(key, tid, { amount, also: {}, kind });
  }

  /** `bytes` as characters. What comes twice is one text. */
  label(key: number, tid: number, kind: LabelKind, bytes: string): void {
    const name = nameOf(key, tid);
    const labels = this.#labels.get(name) ?? {};
    remember(this.#labels, name, { ...labels, [kind]: `${labels[kind] ?? ''}${bytes}`.slice(0, MAX_LABEL_CHARS) });
  }

  /** The program's own time. */
  heard(timeNs: number): void {
    this.#lastNs = Math.max(this.#lastNs, timeNs);
    while ((this.#overdue[0]?.untilNs ?? Infinity) < this.#lastNs) this.#giveUp(this.#overdue.shift());
  }

  /** The stream has ended. What has no weight yet: waits until now; is broken, for something was lost; has not ended, and is nothing. */
  end(unweighed: 'waiting' | 'broken' | 'nothing'): void {
    for (const overdue of this.#overdue.splice(0)) this.#giveUp(overdue);
    for (const [name, sample] of this.#waiting) {
      const amount = this.#lastNs - sample.timeNs;
      if (unweighed === 'waiting') this.#deliver(sample, name, { amount, also: this.#stillWaiting, kind: null });
      else if (unweighed === 'broken') this.#sink.broken(sample.tid);
    }
    this.#waiting.clear();
    this.#last.clear();
    this.#early.clear();
    this.#labels.clear();
  }

  #weigh(key: number, tid: number, share: Share): void {
    const name = nameOf(key, tid);
    const sample = this.#waiting.get(name);
    if (sample === undefined) {
      remember(this.#early, name, [...(this.#early.get(name) ?? []), share].slice(-MAX_SHARES));
      return;
    }
    if (share.kind === null) this.#came(name, tid);
    this.#deliver(sample, name, share);
  }

  /** Its thread is back. */
  #came(name: string, tid: number): void {
    this.#waiting.delete(name);
    if (this.#last.get(tid)?.name === name) this.#last.delete(tid);
  }

  #giveUp(overdue: Overdue | undefined): void {
    const sample = this.#waiting.get(overdue?.name ?? '');
    if (overdue === undefined || sample === undefined) return;
    this.#waiting.delete(overdue.name);
    this.#labels.delete(overdue.name);
    this.#sink.broken(sample.tid);
  }

  #deliver(sample: RawSample, name: string, { amount, also, kind }: Share): void {
    const labels = this.#labels.get(name);
    if (kind === null) this.#labels.delete(name);
    if (amount <= 0) return;
    const told = kind === null ? labels : { ...labels, [kind]: '' };
    this.#sink.sample({ ...sample, ...also, amount, ...(told === undefined ? {} : { labels: readable(told) }) });
  }
}

function readable(labels: SampleLabels): SampleLabels {
  return Object.fromEntries(Object.entries(labels).map(([kind, bytes]) => [kind, Buffer.from(bytes, 'latin1').toString('utf8')]));
}

/** The oldest goes where there are too many. */
function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.set(name, value);
  if (map.size <= MAX_EARLY) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

function nameOf(key: number, tid: number): string {
  return `${String(key)} ${String(tid)}`;
}
