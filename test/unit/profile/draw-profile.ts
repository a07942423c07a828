// Profiles drawn as text: `leaf < caller < caller: weight`, one sample a line. `name/kind` sets a frame's kind, c2 otherwise.

import type { Frame, FrameKind, StackOutcome } from '../../../src/model/frame.ts';
import type { Profile } from '../../../src/model/profile.ts';
import { asPid, asTid } from '../../../src/model/units.ts';

export const COMPLETE: StackOutcome = { kind: 'complete' };

interface Sample {
  /** E.g. `Main.work < Main.main`. */
  readonly stack: string;
  readonly thread?: string;
  readonly weight?: number;
  readonly outcome?: StackOutcome;
}

/** Column tables as a run would build them. */
export function drawProfile(samples: readonly Sample[]): Profile {
  const frames: Frame[] = [];
  const prefix: number[] = [];
  const frameOf: number[] = [];
  const threads: string[] = [];
  const outcomes: StackOutcome[] = [];
  const columns = {
    stack: [] as number[],
    timeNs: [] as number[],
    pc: [] as number[],
    thread: [] as number[],
    weight: [] as number[],
    outcome: [] as number[],
  };
  const indexOf = <Item>(list: Item[], item: Item, same: (a: Item) => boolean): number => {
    const found = list.findIndex(same);
    return found >= 0 ? found : list.push(item) - 1;
  };
  for (const { stack, thread = 'main', weight = 1, outcome = COMPLETE } of samples) {
    let node = -1;
    for (const text of stack.split(' < ').reverse()) {
      const frame = frameNamed(text);
      const index = indexOf(frames, frame, ({ name, kind }) => name === frame.name && kind === frame.kind);
      const parent = node;
      const found = prefix.findIndex((value, at) => value === parent && frameOf[at] === index);
      node = found >= 0 ? found : prefix.push(parent) - 1;
      frameOf[node] = index;
    }
    columns.stack.push(node);
    columns.timeNs.push(columns.timeNs.length);
    columns.pc.push(0);
    columns.thread.push(indexOf(threads, thread, (name) => name === thread));
    columns.weight.push(weight);
    columns.outcome.push(indexOf(outcomes, outcome, (known) => JSON.stringify(known) === JSON.stringify(outcome)));
  }
  return {
    frames: { frames },
    stacks: { prefix, frame: frameOf },
    samples: columns,
    threads: threads.map((name, index) => ({ pid: asPid(100), tid: asTid(101 + index), name })),
    outcomes,
    weightUnit: 'samples',
  };
}

function frameNamed(text: string): Frame {
  const [, name = text, kind = 'c2'] = /^(.*)\/([a-z0-9-]+)$/.exec(text) ?? [];
  return {
    kind: kind as FrameKind,
    name,
    signature: '',
    bci: 0,
    line: 0,
    library: '',
    lineApproximate: false,
    marker: kind === 'marker' ? 'unfinished' : null,
  };
}
