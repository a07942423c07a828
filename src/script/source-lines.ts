// Offsets of a text ↔ lines and columns, as people and editors count them (UTF-16, from 1) and as bpftrace does (bytes, from 1, a tab is one).

import type { ScriptPosition } from '../model/script.ts';

export class SourceLines {
  readonly text: string;
  /** Where each line begins. */
  private readonly starts: readonly number[];

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.text = text;
    this.starts = starts;
  }

  /** Where an offset lies; one outside the text is taken to its nearest end. */
  positionAt(offset: number): ScriptPosition {
    const inside = Math.min(Math.max(0, offset), this.text.length);
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= inside) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: inside - (this.starts[low] ?? 0) + 1 };
  }

  /** A column behind the line's end is its end; a line behind the last is the text's end. */
  offsetAt({ line, column }: ScriptPosition): number {
    const start = this.starts[line - 1];
    if (start === undefined) return line < 1 ? 0 : this.text.length;
    return Math.min(start + Math.max(0, column - 1), start + this.lineText(line).length);
  }

  /** Of a position of bpftrace's. */
  offsetAtByteColumn(line: number, byteColumn: number): number {
    let column = 1;
    let bytes = 1;
    for (const character of this.lineText(line)) {
      if (bytes >= byteColumn) break;
      bytes += utf8Length(character);
      // A column in the middle of a character is that character's.
      if (bytes > byteColumn) break;
      column += character.length;
    }
    return this.offsetAt({ line, column });
  }

  /** A line without its end; '' if there is none. */
  lineText(line: number): string {
    const start = this.starts[line - 1];
    if (start === undefined) return '';
    const next = this.starts[line];
    const end = next === undefined ? this.text.length : next - 1;
    return this.text.slice(start, end).replace(/\r$/, '');
  }
}

function utf8Length(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
