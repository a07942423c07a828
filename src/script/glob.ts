// Wildcards as bpftrace has them (`*`; `?` and `[…]` stand for one character, which is more than any version takes them for): what they fit, and whether two can fit the same.

/** A pattern in pieces: one character (UTF-16), any one, or any number of any. */
type Piece = string;
const ANY_ONE = 'any one';
const ANY_NUMBER = 'any number';

/** Patterns are names in attach points; longer ones are cut, which makes them fit more, not less. */
const LONGEST_PATTERN = 1024;

/** Whether the pattern fits exactly this text. */
export function globMatches(pattern: string, text: string): boolean {
  if (!hasWildcard(pattern)) return pattern === text;
  return overlap(pieces(pattern), text.match(/[^]/g) ?? []);
}

/** Fits texts by a pattern that has no wildcard but `*`, in one way through each: for the many names of a library. */
export function starMatcher(pattern: string): (text: string) => boolean {
  const [start = '', ...others] = pattern.split('*');
  const end = others.pop();
  if (end === undefined) return (text) => text === pattern;
  return (text) => {
    const last = text.length - end.length;
    if (!text.startsWith(start) || !text.endsWith(end)) return false;
    // The first place of each piece leaves the most for those behind it.
    let from = start.length;
    for (const piece of others) {
      const at = text.indexOf(piece, from);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return from <= last;
  };
}

/** Whether some text is fitted by both. */
export function globsOverlap(left: string, right: string): boolean {
  return overlap(pieces(left), pieces(right));
}

/** What stands before the first wildcard. */
export function literalStart(pattern: string): string {
  return /^[^*?[]*/.exec(pattern)?.[0] ?? '';
}

export function hasWildcard(pattern: string): boolean {
  return literalStart(pattern) !== pattern;
}

function pieces(pattern: string): Piece[] {
  const found: Piece[] = [];
  const text = pattern.slice(0, LONGEST_PATTERN);
  const lastClose = text.lastIndexOf(']');
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '*') addAnyNumber(found);
    else if (character === '?') found.push(ANY_ONE);
    else if (character === '[' && at < lastClose) {
      found.push(ANY_ONE);
      at = text.indexOf(']', at);
    } else found.push(character);
  }
  if (pattern.length > LONGEST_PATTERN) addAnyNumber(found);
  return found;
}

/** Two in a row are one. */
function addAnyNumber(found: Piece[]): void {
  if (found.at(-1) !== ANY_NUMBER) found.push(ANY_NUMBER);
}

/** Row by row over both: `reached[r]` says whether the first l pieces of the left and the first r of the right can fit the same text. */
function overlap(left: readonly Piece[], right: readonly Piece[]): boolean {
  let reached = right.map(() => false);
  reached.unshift(true);
  extend(reached, right, undefined);
  for (const piece of left) {
    const next = reached.map((before, at) => fits(before, at === 0 ? false : (reached[at - 1] ?? false), piece, right[at - 1]));
    extend(next, right, piece);
    reached = next;
    if (!reached.includes(true)) return false;
  }
  return reached[right.length] ?? false;
}

/** From the row before: the left's piece stands for nothing, or both pieces for one character, or the right's takes it in. */
function fits(before: boolean, beforeBoth: boolean, left: Piece, right: Piece | undefined): boolean {
  if (left === ANY_NUMBER && before) return true;
  if (right === undefined) return false;
  if (right === ANY_NUMBER && before) return true;
  return beforeBoth && (left === right || left.length > 1 || right.length > 1);
}

/** Within a row: the right's piece stands for nothing, or the left's takes it in. */
function extend(row: boolean[], right: readonly Piece[], left: Piece | undefined): void {
  for (let at = 1; at < row.length; at += 1)
    if ((row[at - 1] ?? false) && (left === ANY_NUMBER || right[at - 1] === ANY_NUMBER)) row[at] = true;
}
