// The key of a map's entry as bpftrace prints it → its parts. Stacks stand in it as lines between newlines and are always found;
// other parts are joined by commas and quoted by nothing (`a,b` is one text or two parts): how many there are, only the program
// tells. Forms on bpftrace 0.17, 0.23 and 0.27: `\n    f+12\n    g+106\n,bash,12`, with indentation of 4, 8 or 0.

import type { KeyPart, KeyPartKind, KeyParts, MapEntry, StackKind } from '../../model/script.ts';
import type { MapFacts } from '../../model/script-result.ts';
import { isStackKind, splitKey } from './split-key.ts';

/** Of an entry: what jtrace has put into it is never read from text. */
export function entryParts({ key, parts }: MapEntry, facts: MapFacts | undefined): KeyParts {
  return parts ?? (key === null ? { parts: [], isExact: true } : keyParts(key, facts?.key ?? null));
}

/** `kinds`: of the parts, from the program; null: not known. A key that does not fit them, or in several ways, is one text. */
export function keyParts(key: string, kinds: readonly KeyPartKind[] | null): KeyParts {
  if (kinds === null) return believed(key);
  const stretches = splitKey(key, kinds, 'text');
  if (stretches === null) return oneText(key);
  const all = stretches.map(({ text, index, count }) =>
    isStackKind(kinds[index])
      ? { parts: [stackOf(text, kinds[index] as StackKind)], isExact: true }
      : valueParts(text, kinds.slice(index, index + count)),
  );
  return { parts: all.flatMap(({ parts }) => parts), isExact: all.every(({ isExact }) => isExact) };
}

/** A key that nobody can tell the parts of. */
export function oneText(text: string): KeyParts {
  return { parts: [{ kind: 'text', text }], isExact: false };
}

/** Parts side by side that are no stacks, as far as the program tells. */
export function valueParts(text: string, kinds: readonly KeyPartKind[]): KeyParts {
  if (kinds.includes('unknown')) {
    const found = believed(text);
    if (
      found.parts.length === kinds.length &&
      found.parts.every(({ kind }, index) => kind === 'text' || kinds[index] === 'unknown')
    )
      return { ...found, isExact: true };
  }
  const texts = textsOf(text, kinds.length);
  return { parts: texts.parts.map((part) => ({ kind: 'text', text: part })), isExact: texts.isExact };
}

/** Of a stack's text. */
export function stackOf(text: string, whose: StackKind): KeyPart {
  const frames = text.split('\n').map((line) => line.trim());
  return { kind: 'stack', whose, frames: frames.filter((line) => line !== ''), walked: null };
}

/** Nothing is known of the key: what looks like a stack is one. */
function believed(key: string): KeyParts {
  const found = stacksOf(key);
  const parts: KeyPart[] = [];
  let isExact = true;
  found.gaps.forEach((gap, index) => {
    const texts = textsOf(gap, null);
    isExact &&= texts.isExact;
    parts.push(...texts.parts.map((text): KeyPart => ({ kind: 'text', text })));
    const frames = found.stacks[index];
    if (frames !== undefined) parts.push({ kind: 'stack', whose: null, frames, walked: null });
  });
  return { parts, isExact };
}

/** A key's stacks, and what stands before, between and behind them; null: nothing does. One more gap than stacks. */
interface FoundStacks {
  readonly stacks: readonly (readonly string[])[];
  readonly gaps: readonly (string | null)[];
}

function stacksOf(key: string): FoundStacks {
  const none = { stacks: [], gaps: [key] };
  const [head = '', ...lines] = key.split('\n');
  if (lines.length === 0 || (head !== '' && !head.endsWith(','))) return none;
  const stacks: string[][] = [];
  const gaps: (string | null)[] = [head === '' ? null : head.slice(0, -1)];
  let frames: string[] = [];
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1;
    if (!isLast && !line.startsWith(',')) {
      if (line.trim() !== '') frames.push(line.trim());
      continue;
    }
    // Between two stacks stands `,` or `,texts,`; behind the last one nothing or `,texts`. Else it is a text with newlines in it.
    if (isLast ? line !== '' && !line.startsWith(',') : !line.endsWith(',')) return none;
    stacks.push(frames);
    frames = [];
    gaps.push(line === '' || line === ',' ? null : line.slice(1, isLast ? undefined : -1));
  }
  return { stacks, gaps };
}

function textsOf(gap: string | null, count: number | null): { readonly parts: readonly string[]; readonly isExact: boolean } {
  if (gap === null) return { parts: [], isExact: count === null || count === 0 };
  if (count === 1) return { parts: [gap], isExact: true };
  const parts = gap.split(',');
  if (count === parts.length || parts.length === 1) return { parts, isExact: count === null || count === parts.length };
  return { parts: [gap], isExact: false };
}
