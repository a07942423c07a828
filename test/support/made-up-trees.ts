// Recordings of any size, made up for tests of the page: wide trees and deep ones. The same at every call.

import type { Frame, FrameKind } from '../../src/model/frame.ts';
import type { Profile } from '../../src/model/profile.ts';
import type { Recording } from '../../src/model/recording.ts';
import { asPid, asTid } from '../../src/model/units.ts';

const PID = asPid(4711);

export function madeUpFrame(name: string, kind: FrameKind, parts: Partial<Frame> = {}): Frame {
  return { kind, name, signature: '', bci: 0, line: 0, library: '', lineApproximate: false, marker: null, ...parts };
}

/** Numbers from 0 to 1 that look random (mulberry32). */
export function madeUpNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A tree of `nodes` frames: long chains with branches, few heavy stacks and many light ones, 5,000 names, 40 threads. */
export function treeRecording(nodes: number): Recording {
  const random = madeUpNumbers(nodes);
  const names = 5000;
  const kinds: readonly FrameKind[] = ['c2', 'inlined', 'c1', 'interpreted', 'native', 'vm', 'kernel'];
  const frames = Array.from({ length: names }, (_, i) => madeUpFrame(`com/example/pkg${String(i % 97)}/Class${String(i % 811)}.method${String(i)}`, kinds[i % kinds.length] ?? 'c2')); // prettier-ignore
  const prefix: number[] = [-1];
  const frame: number[] = [0];
  const level: number[] = [0];
  const isLeaf: boolean[] = [true];
  while (prefix.length < nodes) {
    const last = prefix.length - 1;
    const isChain = random() < 0.8 && (level[last] ?? 0) < 90;
    const parent = isChain ? last : Math.floor(random() ** 2 * prefix.length);
    prefix.push(parent);
    // Siblings of different names: the page would put equal ones together.
    frame.push((prefix.length * 31 + Math.floor(random() * 7)) % names);
    level.push((level[parent] ?? 0) + 1);
    isLeaf[parent] = false;
    isLeaf.push(true);
  }
  return recordingOf(frames, prefix, frame, prefix.flatMap((_, node) => (isLeaf[node] === true ? [node] : [])), random); // prettier-ignore
}

/** One stack `depth` frames deep, with a sample at each thousandth level. */
export function deepRecording(depth: number): Recording {
  const frames = Array.from({ length: 100 }, (_, i) => madeUpFrame(`demo/Deep.recurse${String(i)}`, 'c2'));
  const nodes = Array.from({ length: depth }, (_, i) => i);
  const leaves = nodes.filter((node) => node % 1000 === 999 || node === depth - 1);
  return recordingOf(frames, nodes.map((node) => node - 1), nodes.map((node) => node % 100), leaves, madeUpNumbers(depth)); // prettier-ignore
}

function recordingOf(
  frames: readonly Frame[],
  prefix: number[],
  frame: number[],
  leaves: readonly number[],
  random: () => number,
): Recording {
  const threads = 40;
  const profile: Profile = {
    frames: { frames },
    stacks: { prefix, frame },
    samples: {
      stack: [...leaves],
      timeNs: leaves.map((_, i) => (i / leaves.length) * 30e9),
      pc: leaves.map(() => 0),
      thread: leaves.map((_, i) => i % threads),
      weight: leaves.map(() => 1 + Math.floor(1 / (random() + 1e-4))),
      outcome: leaves.map(() => 0),
    },
    threads: Array.from({ length: threads }, (_, i) => ({ pid: PID, tid: asTid(5000 + i), name: `pool-1-thread-${String(i)}` })),
    outcomes: [{ kind: 'complete' }],
    weightUnit: 'samples',
  };
  const facts = { source: 'folded', title: `${String(prefix.length)} frames`, startedAtMs: null, startNs: 0, hasTimes: true, run: null, problems: [] } as const; // prettier-ignore
  return { profile, facts };
}
