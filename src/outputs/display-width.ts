// Text → columns on a terminal, and text cut or padded to a number of columns. For text that escapeForTerminal has made safe.
// East Asian Wide and Fullwidth ranges (UAX 11), emoji presentation and zero-width marks are told apart; the rest is one column.

const ZERO = /^[\p{M}\p{Cf}]$/u;
const EMOJI = /^\p{Emoji_Presentation}$/u;
/** Blocks of wide letters, coarse: Hangul, CJK, Kana, Yi, compatibility and fullwidth forms, the CJK planes. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
];

function charWidth(char: string): number {
  if (char >= ' ' && char <= '~') return 1;
  const code = char.codePointAt(0) ?? 0;
  if (ZERO.test(char)) return 0;
  return EMOJI.test(char) || WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** Columns a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** The longest beginning that fits; `…` stands for the rest. */
export function cutEnd(text: string, columns: number): string {
  return displayWidth(text) <= columns ? text : `${takeColumns(Array.from(text), columns - 1)}…`;
}

/** Beginning and end, `…` for the middle: of a qualified name, the package's root and the method stay. The end gets more. */
export function cutMiddle(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const head = Math.floor((columns - 1) / 3);
  const chars = Array.from(text);
  const start = takeColumns(chars, head);
  const end = takeColumns([...chars].reverse(), columns - 1 - displayWidth(start));
  return `${start}…${Array.from(end).reverse().join('')}`;
}

function takeColumns(chars: readonly string[], columns: number): string {
  let width = 0;
  let text = '';
  for (const char of chars) {
    width += charWidth(char);
    if (width > columns) break;
    text += char;
  }
  return text;
}

/** Words onto lines of at most `columns`, each behind `indent`; a word longer than a line is cut, or stands alone. */
export function wrapWords(text: string, columns: number, indent = '', longWord: 'cut' | 'kept' = 'cut'): readonly string[] {
  const room = columns - displayWidth(indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > room) {
      lines.push(line);
      line = '';
    }
    const longer = line === '' ? word : `${line} ${word}`;
    line = longWord === 'cut' ? cutEnd(longer, room) : longer;
  }
  return [...lines, line].map((one) => `${indent}${one}`);
}

/** Pads with blanks to a number of columns. */
export function pad(text: string, columns: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, columns - displayWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}
