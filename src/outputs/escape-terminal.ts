// Text of a target → text that is safe on a terminal: one line, no control characters, nothing that reorders or hides other
// text, bounded in length. Readable scripts and emoji stay as they are. Used for every name jtrace prints for people.
// Sources: Unicode TR36 (bidi), ECMA-48 (C0, C1), general categories Cc, Cf, Zl, Zp, Cs.

/** Enough for any real method with its package, and two lines of a terminal; callers that align cut shorter. */
export const MAX_TERMINAL_CHARS = 200;
/** More marks on one letter than any script needs, they only climb over the lines above. */
const MAX_COMBINING_MARKS = 4;

/** Zero-width (non-)joiners: needed inside emoji and Indic words; all other format characters hide or reorder text. */
const KEPT_FORMAT = /[\u200c\u200d]/u;
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u2800\u3164\uffa0\u115f\u1160]/u;
const MARK = /\p{M}/u;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x1b': '\\e' };

/** Escapes and cuts; a cut text ends in `…`. `maxChars` counts what is shown. */
export function escapeForTerminal(text: string, maxChars: number = MAX_TERMINAL_CHARS): string {
  let shown = '';
  let length = 0;
  let marks = 0;
  for (const char of text) {
    marks = MARK.test(char) ? marks + 1 : 0;
    if (marks > MAX_COMBINING_MARKS) continue;
    const piece = escapeChar(char);
    if (length + piece.length > maxChars) return `${trimTo(shown, maxChars - 1)}…`;
    shown += piece;
    length += piece.length;
  }
  return shown;
}

function escapeChar(char: string): string {
  if (char >= ' ' && char <= '~') return char; // nearly all there is
  if (!UNSAFE.test(char) || KEPT_FORMAT.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  return NAMED[char] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`);
}

/** Whole code points only: half a surrogate pair would be the garbage we keep out. */
function trimTo(text: string, maxChars: number): string {
  const cut = text.slice(0, Math.max(0, maxChars));
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
