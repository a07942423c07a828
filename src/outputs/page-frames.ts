// What a box of the page can be: frames of one method are one, whatever compiled them; names and libraries stand once in a list of
// texts, escaped for showing.

import type { Frame, FrameKind, MarkerKind } from '../model/frame.ts';
import { escapeForTerminal } from './escape-terminal.ts';

/** Longer than any real method's name with its package; the page holds every name once. */
const MAX_NAME_CHARACTERS = 1000;
/** Java in whatever form is one method. The rest are told apart: a stub and a function may share a name. */
const JAVA_KINDS: ReadonlySet<FrameKind> = new Set<FrameKind>(['interpreted', 'c1', 'c2', 'inlined', 'java-native']);

export class PageFrames {
  readonly texts: string[] = [''];
  readonly columns = { name: [] as number[], library: [] as number[], marker: [] as (MarkerKind | null)[] };
  readonly #textIndex = new Map<string, number>([['', 0]]);
  readonly #frameIndex = new Map<string, number>();
  readonly #hasLines: boolean;

  /** `hasLines`: a method's lines are told apart. */
  constructor(hasLines: boolean) {
    this.#hasLines = hasLines;
  }

  add(frame: Frame): number {
    const line = this.#hasLines && frame.line > 0 ? `:${frame.lineApproximate ? '~' : ''}${String(frame.line)}` : '';
    const group = JAVA_KINDS.has(frame.kind) ? 'java' : frame.kind;
    return this.#intern(`${frame.name}${line}`, frame.library, frame.marker, group);
  }

  /** What is no frame of a stack: a thread, or a stack that is not shown. */
  addLabel(name: string, marker: MarkerKind | null): number {
    return this.#intern(name, '', marker, 'label');
  }

  /** By frame: its place when all are sorted by name. */
  ranks(): Int32Array {
    const names = this.columns.name.map((index) => this.texts[index] ?? '');
    const name = (frame: number): string => names[frame] ?? '';
    const ranks = new Int32Array(names.length);
    [...ranks.keys()]
      .sort((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : a - b))
      .forEach((frame, position) => (ranks[frame] = position));
    return ranks;
  }

  #intern(name: string, library: string, marker: MarkerKind | null, group: string): number {
    const [nameIndex, libraryIndex] = [this.#text(name), this.#text(library)];
    const key = `${String(nameIndex)} ${String(libraryIndex)} ${marker ?? ''} ${group}`;
    let index = this.#frameIndex.get(key);
    if (index === undefined) {
      index = this.columns.name.push(nameIndex) - 1;
      this.columns.library.push(libraryIndex);
      this.columns.marker.push(marker);
      this.#frameIndex.set(key, index);
    }
    return index;
  }

  #text(value: string): number {
    const shown = escapeForTerminal(value, MAX_NAME_CHARACTERS);
    let index = this.#textIndex.get(shown);
    if (index === undefined) {
      index = this.texts.push(shown) - 1;
      this.#textIndex.set(shown, index);
    }
    return index;
  }
}
