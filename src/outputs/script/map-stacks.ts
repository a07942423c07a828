// Maps keyed by a stack → stacks with weights, oldest frame first: what folded text and flame graphs are made from. The other parts of
// the key are the first levels. Of two stacks in a key the kernel's lies on the user's (`@[kstack, ustack]`): where the program does not
// tell which is which, the first of the key is taken for what was called last.

import type { MapEntry, MapSnapshot, WalkedFrame } from '../../model/script.ts';
import { entryParts } from './key-parts.ts';
import { amountOf } from './largest-first.ts';
import type { MapFacts } from '../../model/script-result.ts';

/** What a level of a stack is. */
export interface StackLevel {
  readonly kind: 'label' | 'kernel' | 'user';
  /** Of a frame that jtrace has walked itself; null: it has not. */
  readonly walked: WalkedFrame | null;
  /** A frame without offset: `f+12` and `f+20` are one function. */
  readonly name: string;
  /** As bpftrace's `perf` mode tells it; '': not known. */
  readonly library: string;
}

export interface WeighedStack {
  /** Oldest first. */
  readonly levels: readonly StackLevel[];
  /** Above 0. */
  readonly weight: bigint;
}

export interface MapStacks {
  readonly name: string;
  /** The largest first; stacks that differ only in offsets may come several times. */
  readonly stacks: readonly WeighedStack[];
  /** Entries whose value is no amount, or not above 0, and those whose stack cannot be told from the other parts of the key. */
  readonly leftOut: number;
}

/** A stack that bpftrace could not take. */
export const NO_STACK = '[no stack]';
/** A text of a key that has no letters: a frame needs some. */
const EMPTY = '[empty]';
/** `f+12`, `f+0x1a`. */
const OFFSET = /\+(?:0x[0-9a-f]+|\d+)$/i;
/** `7fc2c671f829 syscall+25 (/usr/lib/libc.so.6)`, the form of bpftrace's `perf` mode. */
const PERF_FRAME = /^[0-9a-f]{6,16} (.*) \((.*)\)$/;

/** null: the map is not keyed by a stack, or holds no amounts. */
export function mapStacks(map: MapSnapshot, facts: MapFacts | undefined): MapStacks | null {
  const stacks: WeighedStack[] = [];
  for (const entry of map.entries) {
    const levels = levelsOf(entry, facts);
    const weight = amountOf(entry.value);
    if (levels !== null && weight !== null && weight > 0n) stacks.push({ levels, weight });
  }
  if (stacks.length === 0) return null;
  stacks.sort((a, b) => (a.weight > b.weight ? -1 : a.weight < b.weight ? 1 : 0));
  return { name: map.name, stacks, leftOut: map.entries.length - stacks.length };
}

/** null: there is no stack in it. */
function levelsOf(entry: MapEntry, facts: MapFacts | undefined): readonly StackLevel[] | null {
  const { parts } = entryParts(entry, facts);
  const stacks = parts.flatMap((part) => (part.kind === 'stack' ? [part] : [])).toReversed();
  if (stacks.length === 0) return null;
  const labels = parts.flatMap((part): StackLevel[] =>
    part.kind === 'text' ? [{ kind: 'label', walked: null, name: part.text === '' ? EMPTY : part.text, library: '' }] : [],
  );
  const users = stacks.filter(({ whose }) => whose !== 'kernel-stack');
  const kernels = stacks.filter(({ whose }) => whose === 'kernel-stack');
  const frames = [...users, ...kernels].flatMap(({ whose, walked, frames: texts }) => {
    if (walked !== null)
      return walked
        .toReversed()
        .map((frame): StackLevel => ({ kind: 'user', walked: frame, name: frame.name, library: frame.library }));
    const kind = whose === 'kernel-stack' ? 'kernel' : 'user';
    return texts.toReversed().map((text): StackLevel => ({ kind, walked: null, ...frameOf(text) }));
  });
  return [...labels, ...(frames.length === 0 ? [{ kind: 'user', walked: null, name: NO_STACK, library: '' } as const] : frames)];
}

function frameOf(text: string): Pick<StackLevel, 'name' | 'library'> {
  const [, named = text, library = ''] = PERF_FRAME.exec(text) ?? [];
  return { name: named.replace(OFFSET, ''), library };
}
