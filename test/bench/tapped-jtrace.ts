// jtrace itself, with a tap: the command line's own main() runs as it is, and every resolved sample is also noted here (thread, time,
// leaf, outcome). The harness needs them per thread and per sample; summary and folded text are sums. Started by run-jtrace.ts
// over an IPC channel: says 'sampling' at the first sample and sends the notes at the end.

import { ObservedProcesses } from '../../src/app/observed-processes.ts';
import { main } from '../../src/cli/main.ts';
import type { RawSample } from '../../src/model/sample.ts';
import type { WalkedSample } from '../../src/unwind/walk-target.ts';
import type { TapMessage, TapNotes, TapOutcome } from './tap.ts';
import { leafOf, type Leaf } from './leaf-key.ts';

const notes: { -readonly [Key in keyof TapNotes]: TapNotes[Key][number][] } = {
  timeNs: [], tid: [], comm: [], hasJava: [], outcome: [], leaf: [], top: [], outcomes: [], leaves: [],
}; // prettier-ignore
/** Frames shown with an unfinished stack: enough to see between what the walk stopped. */
const SHOWN_FRAMES = 4;

class Interner<Value> {
  readonly #values: Value[];
  readonly #indexes = new Map<string, number>();

  constructor(values: Value[]) {
    this.#values = values;
  }

  index(value: Value): number {
    const key = JSON.stringify(value);
    let index = this.#indexes.get(key);
    if (index === undefined) this.#indexes.set(key, (index = this.#values.push(value) - 1));
    return index;
  }
}

const outcomes = new Interner<TapOutcome>(notes.outcomes);
const leaves = new Interner<Leaf>(notes.leaves);

function send(message: TapMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}

function note(sample: RawSample, { stack }: WalkedSample): void {
  if (notes.tid.length === 0) void send({ kind: 'sampling', cpuUs: cpuUs() });
  const { frames, outcome, hasJava } = stack;
  notes.timeNs.push(sample.timeNs);
  notes.tid.push(sample.tid);
  notes.comm.push(sample.comm);
  notes.hasJava.push(hasJava);
  notes.leaf.push(leaves.index(leafOf(frames)));
  notes.outcome.push(outcomes.index(flat(outcome)));
  // The last frames before the walk stopped; the marker itself is the outcome's.
  const shown = outcome.kind === 'unfinished' ? frames.slice(-SHOWN_FRAMES - 1, -1) : [];
  notes.top.push(shown.map((frame) => `${frame.kind} ${frame.name}`).join(' < '));
}

function flat(outcome: WalkedSample['stack']['outcome']): TapOutcome {
  switch (outcome.kind) {
    case 'complete':
      return { kind: 'complete', reason: '', detail: '' };
    case 'approximate':
      return { kind: 'approximate', reason: outcome.reasons.join(' and '), detail: '' };
    case 'unfinished':
      return outcome;
    default:
      return outcome satisfies never;
  }
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const resolve = ObservedProcesses.prototype.resolve;
ObservedProcesses.prototype.resolve = function (sample): WalkedSample {
  const walked = resolve.call(this, sample);
  note(sample, walked);
  return walked;
};

const code = await main(process.argv.slice(2));
await send({ kind: 'ended', cpuUs: cpuUs(), notes });
process.exit(code);
