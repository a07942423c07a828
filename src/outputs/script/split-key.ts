// A key of a map as bpftrace prints it, and what the program says its parts are → where its stacks are. bpftrace quotes nothing, and a process names itself (commas
// and line ends, too): a key that can be read in two ways is not read at all.

import type { KeyPartKind } from '../../model/script.ts';

/** A stretch of a key: one stack, or the other parts that stand side by side. */
export interface KeyStretch {
  readonly text: string;
  /** Its first part's place in the key, and how many parts it has. */
  readonly index: number;
  readonly count: number;
}

/** A stack as bpftrace prints it: a line for each frame, of which none begins with a comma. */
const STACK_TEXT = /^\n(?:[^,\n][^\n]*\n)*$/u;
const IDENTITY = /^\d{1,13}$/u;
/** A key that takes more looking is read by nobody. */
const MAX_STEPS = 20_000;

/** Whether it is a stack and nothing else. */
export function isStackKind(kind: KeyPartKind | undefined): boolean {
  return kind !== undefined && kind !== 'value' && kind !== 'unknown';
}

/** null: it does not fit, or in more than one way. `wholeAs`: how stacks of jtrace's own stand in it. */
export function splitKey(key: string, kinds: readonly KeyPartKind[], wholeAs: 'identity' | 'text'): readonly KeyStretch[] | null {
  const pieces = key.split(',');
  const stretches = stretchesOf(kinds);
  const found: (readonly number[])[] = [];
  /** Where each stretch ends. */
  const ends: number[] = [];
  const textOf = (from: number, to: number): string => pieces.slice(from, to).join(',');
  // Its last piece first: most ends are none, and texts are long.
  const isStack = (from: number, to: number, isIdentity: boolean): boolean =>
    isIdentity ? IDENTITY.test(textOf(from, to)) : pieces[to - 1]?.endsWith('\n') === true && STACK_TEXT.test(textOf(from, to));
  let steps = 0;
  const go = (place: number, from: number): void => {
    steps += 1;
    const stretch = stretches[place];
    if (stretch === undefined) {
      if (from === pieces.length) found.push([...ends]);
      return;
    }
    const kind = kinds[stretch.index];
    const isLast = place === stretches.length - 1;
    const isIdentity = kind === 'whole-stack' && wholeAs === 'identity';
    if (isStackKind(kind) && !isIdentity && pieces[from]?.startsWith('\n') !== true) return;
    const most = isIdentity ? from + 1 : pieces.length;
    for (let to = isLast ? pieces.length : from + stretch.count; to <= Math.min(most, pieces.length); to += 1) {
      if (found.length > 1 || steps > MAX_STEPS) return;
      if (to < from + stretch.count || (isStackKind(kind) && !isStack(from, to, isIdentity))) continue;
      ends.push(to);
      go(place + 1, to);
      ends.pop();
    }
  };
  go(0, 0);
  const [only, ...others] = found;
  if (only === undefined || others.length > 0 || steps > MAX_STEPS) return null;
  return stretches.map((stretch, index) => ({ ...stretch, text: textOf(only[index - 1] ?? 0, only[index] ?? 0) }));
}

function stretchesOf(kinds: readonly KeyPartKind[]): readonly Omit<KeyStretch, 'text'>[] {
  const stretches: { index: number; count: number }[] = [];
  for (const [index, kind] of kinds.entries()) {
    const last = stretches.at(-1);
    if (last === undefined || isStackKind(kind) || isStackKind(kinds[last.index])) stretches.push({ index, count: 1 });
    else last.count += 1;
  }
  return stretches;
}
