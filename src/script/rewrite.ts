// A text and edits of it → the new text, and the way back from its places to the user's. A place inside what was put in is the place it was put at, and told apart.

import type { ScriptPosition } from '../model/script.ts';
import { SourceLines } from './source-lines.ts';
import type { Span } from './tokenize.ts';

/** `start` = `end`: an insertion. Those at one place follow each other as given. */
export interface Edit extends Span {
  readonly text: string;
}

export interface UserPlace {
  readonly offset: number;
  /** The place lies in text that is not the user's. */
  readonly inserted: boolean;
  /** Nor does that text stand for any of the user's. */
  readonly added: boolean;
}

/** A stretch of the new text and where it came from. */
interface Segment {
  readonly start: number;
  readonly userStart: number;
  readonly inserted: boolean;
  readonly added: boolean;
}

export class RewrittenScript {
  readonly text: string;
  private readonly userText: string;
  private readonly segments: readonly Segment[];

  /** Edits that overlap are a bug of the caller's. */
  constructor(userText: string, edits: readonly Edit[]) {
    const pieces: string[] = [];
    const segments: Segment[] = [];
    let written = 0;
    let read = 0;
    const put = (text: string, userStart: number, inserted: boolean, added = false): void => {
      if (text === '') return;
      segments.push({ start: written, userStart, inserted, added });
      pieces.push(text);
      written += text.length;
    };
    for (const { start, end, text } of edits.toSorted((left, right) => left.start - right.start || left.end - right.end)) {
      if (start < read || end < start || end > userText.length) throw new RangeError(`edit ${start}..${end} behind ${read}`);
      put(userText.slice(read, start), read, false);
      put(text, start, true, end === start);
      read = end;
    }
    put(userText.slice(read), read, false);
    this.text = pieces.join('');
    this.userText = userText;
    this.segments = segments;
  }

  /** Where in the user's text an offset of the new one lies. */
  placeInUser(offset: number): UserPlace {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.segments[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const segment = this.segments[low];
    if (segment === undefined || offset >= this.text.length)
      return { offset: this.userText.length, inserted: segment?.inserted ?? false, added: segment?.added ?? false };
    return {
      offset: segment.inserted ? segment.userStart : segment.userStart + Math.max(0, offset - segment.start),
      inserted: segment.inserted,
      added: segment.added,
    };
  }

  /** The same for a line and column. */
  positionInUser(position: ScriptPosition): { readonly position: ScriptPosition; readonly inserted: boolean } {
    const { offset, inserted } = this.placeInUser(new SourceLines(this.text).offsetAt(position));
    return { position: new SourceLines(this.userText).positionAt(offset), inserted };
  }
}

/** Those of `edits` that are at no place whose text one of `replacing` replaces. */
export function outside(replacing: readonly Edit[], edits: readonly Edit[]): Edit[] {
  const spans = replacing.filter(({ start, end }) => end > start).toSorted((left, right) => left.start - right.start);
  return edits.filter(({ start }) => {
    let [low, high] = [0, spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spans[middle]?.start ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    return start >= (spans[low - 1]?.end ?? 0);
  });
}

/** The first edit in the middle of what another one replaces; null: there is none. */
export function firstNested(edits: readonly Edit[]): Edit | null {
  let read = 0;
  for (const edit of edits.toSorted((left, right) => left.start - right.start || left.end - right.end)) {
    if (edit.start < read) return edit;
    read = edit.end;
  }
  return null;
}
