// The text of a java launcher's @argfile → its arguments. Source: nextToken() of src/java.base/share/native/libjli/args.c
// (JDK 9 to 25): blanks separate, quotes keep blanks, a backslash escapes inside quotes only, `#` comments to the line's end,
// a line ends a quoted argument unless its newline is escaped, which also skips the next line's leading blanks.

/** Arguments taken from one file: class paths are one argument, so real files have tens. */
const MAX_ARGUMENTS = 10_000;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };
const isBlank = (ch: string): boolean => ch === ' ' || ch === '\t' || ch === '\f';
const isLineEnd = (ch: string): boolean => ch === '\n' || ch === '\r';

/** Splits as the launcher does; more than a bounded number of arguments are cut. */
export function parseJavaArgFile(text: string): readonly string[] {
  const args: string[] = [];
  let at = 0;
  while (at < text.length && args.length < MAX_ARGUMENTS) {
    while (at < text.length && (isBlank(text.charAt(at)) || isLineEnd(text.charAt(at)))) at++;
    if (at >= text.length) break;
    const token = nextToken(text, at);
    if (token.arg !== null) args.push(token.arg);
    at = token.next;
  }
  return args;
}

function nextToken(text: string, start: number): { readonly arg: string | null; readonly next: number } {
  let arg = '';
  let seen = false;
  let quote = '';
  for (let at = start; at < text.length; at++) {
    const ch = text.charAt(at);
    if (isLineEnd(ch) || (isBlank(ch) && quote === '')) return { arg, next: at + 1 };
    if (quote === '' && ch === '#') {
      // A comment begins; what was read of an argument before it is dropped, as the launcher drops it.
      let end = at;
      while (end < text.length && !isLineEnd(text.charAt(end))) end++;
      return { arg: null, next: end };
    }
    if (quote !== '' && ch === '\\' && at + 1 < text.length) {
      const escaped = text.charAt(++at);
      if (!isLineEnd(escaped)) arg += ESCAPES[escaped] ?? escaped;
      else while (at + 1 < text.length && (isBlank(text.charAt(at + 1)) || isLineEnd(text.charAt(at + 1)))) at++;
    } else if (quote === ch) quote = '';
    else if (quote === '' && (ch === '"' || ch === "'")) quote = ch;
    else arg += ch;
    seen = true;
  }
  return { arg: seen ? arg : null, next: text.length };
}
