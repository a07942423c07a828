// Stacks of a map → a profile, so that the flame graph page draws them like any other: levels become frames, weights become numbers.

import type { Frame } from '../../model/frame.ts';
import type { Profile } from '../../model/profile.ts';
import { StackColumns } from '../../model/stack-columns.ts';
import { asPid, asTid } from '../../model/units.ts';
import type { MapStacks, StackLevel } from './map-stacks.ts';

/** What bpftrace prints where it knows no name. */
const NO_NAME = /^(?:0x[0-9a-f]+|[0-9a-f]{8,16}|\[unknown\]|\[no stack\])$/i;

/** Weights above 2^53 are rounded: a drawing cannot tell. */
export function stacksProfile({ stacks }: MapStacks): Profile {
  const columns = new StackColumns();
  const frames: Frame[] = [];
  const places = new Map<string, number>();
  const place = (level: StackLevel): number => {
    const key = `${level.kind} ${level.walked?.kind ?? ''} ${level.library} ${level.name}`;
    const known = places.get(key) ?? frames.push(frameOf(level)) - 1;
    places.set(key, known);
    return known;
  };
  const stack = stacks.map(({ levels }) => levels.reduce((at, level) => columns.child(at, place(level)), -1));
  const zeros = stack.map(() => 0);
  return {
    frames: { frames },
    stacks: { prefix: columns.prefix, frame: columns.value },
    samples: {
      stack,
      weight: stacks.map(({ weight }) => Number(weight)),
      timeNs: zeros,
      pc: zeros,
      thread: zeros,
      outcome: zeros,
    },
    threads: [{ pid: asPid(0), tid: asTid(0), name: '' }],
    outcomes: [{ kind: 'complete' }],
    weightUnit: 'samples',
  };
}

function frameOf({ kind, walked, name, library }: StackLevel): Frame {
  const isNamed = kind === 'label' || !NO_NAME.test(name);
  const ofText = kind === 'label' || !isNamed ? 'marker' : kind === 'kernel' ? 'kernel' : 'native';
  return {
    kind: walked?.kind ?? ofText,
    name,
    signature: '',
    bci: -1,
    line: 0,
    library,
    lineApproximate: false,
    marker: walked !== null ? walked.marker : isNamed ? null : 'unresolved',
  };
}
