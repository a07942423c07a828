// The text of a bpftrace program → tokens that cover it without gap or overlap, whatever bytes it holds; nothing here fails, what never ends is marked.
// Follows the lexers of 0.17, 0.23 and 0.27: a string ends at its line's end, a path between two colons (outside blocks) may hold what is else a comment,
// a line that begins with # is C's. Which words are builtins is left to bpftrace.

/** `path`: `:/usr/bin/bash:` with both colons. `parameter`: `$1`, `$#`. `unknown`: a run of characters no token begins with. */
export type TokenKind =
  | 'space'
  | 'comment'
  | 'directive'
  | 'string'
  | 'number'
  | 'identifier'
  | 'map'
  | 'variable'
  | 'parameter'
  | 'path'
  | 'punctuation'
  | 'unknown';

/** A stretch of text, `end` excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Token extends Span {
  readonly kind: TokenKind;
  /** A string or a comment whose end is missing. */
  readonly unterminated: boolean;
}

/** By what a token begins with. None goes back over what it read, so the whole takes time in proportion to the text. */
const PATTERNS = {
  space: /\s+/y,
  identifier: /\w+/y,
  number: /\w+/y,
  map: /@\w*/y,
  variable: /\$[A-Za-z_]\w*/y,
  parameter: /\$(?:\d+|#)/y,
  comment: /\/\/[^\n]*/y,
  punctuation: /->|==|!=|<=|>=|&&|\|\||<<|>>|\+\+|--|\.\.|[!-~]/y,
  unknown: /[^\s!-~]+/y,
} satisfies Partial<Record<TokenKind, RegExp>>;

/** What bpftrace takes for a path: between two colons; only one with a slash could be mistaken for something else. */
const PATH = /:[\w\-./#$+*@~%?[\]\\]*:/y;

/** All tokens of a program, space and comments among them. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  let lineIsBlank = true;
  for (let start = 0; start < text.length;) {
    const token: Token = special(text, start, depth, lineIsBlank) ?? plain(text, start);
    tokens.push(token);
    lineIsBlank = token.kind === 'space' && (lineIsBlank || text.slice(start, token.end).includes('\n'));
    if (token.kind === 'punctuation') depth = depthAfter(depth, text.charAt(start));
    start = token.end;
  }
  return tokens;
}

/** What depends on where it stands, and what has an end to look for: searched by hand, since a pattern's own stack is too small for megabytes. */
function special(text: string, start: number, depth: number, lineIsBlank: boolean): Token | null {
  switch (text.charAt(start)) {
    case '"':
      return stringAt(text, start);
    case '/':
      return text.charAt(start + 1) === '*' ? commentAt(text, start) : null;
    case '#':
      return lineIsBlank ? { kind: 'directive', start, end: directiveEnd(text, start), unterminated: false } : null;
    case ':':
      return depth === 0 ? pathAt(text, start) : null;
    default:
      return null;
  }
}

function stringAt(text: string, start: number): Token {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return { kind: 'string', start, end: at + 1, unterminated: false };
    if (character === '\n') return { kind: 'string', start, end: at, unterminated: true };
    if (character === '\\' && text.charAt(at + 1) !== '\n') at += 1;
  }
  return { kind: 'string', start, end: text.length, unterminated: true };
}

function commentAt(text: string, start: number): Token {
  const close = text.indexOf('*/', start + 2);
  return { kind: 'comment', start, end: close < 0 ? text.length : close + 2, unterminated: close < 0 };
}

/** The end of a line of C's; one that ends with a backslash goes on in the next. */
function directiveEnd(text: string, start: number): number {
  for (let from = start; ;) {
    const lineEnd = text.indexOf('\n', from);
    if (lineEnd < 0) return text.length;
    if (!/\\\r?$/.test(text.slice(Math.max(start, lineEnd - 2), lineEnd))) return lineEnd;
    from = lineEnd + 1;
  }
}

function pathAt(text: string, start: number): Token | null {
  const end = matchEnd(PATH, text, start);
  return text.slice(start, end).includes('/') ? { kind: 'path', start, end, unterminated: false } : null;
}

function plain(text: string, start: number): Token {
  const kind = kindAt(text, start);
  return { kind, start, end: matchEnd(PATTERNS[kind], text, start), unterminated: false };
}

function kindAt(text: string, start: number): keyof typeof PATTERNS {
  const character = text.charAt(start);
  if (/[A-Za-z_]/.test(character)) return 'identifier';
  if (/\s/.test(character)) return 'space';
  if (/\d/.test(character)) return 'number';
  if (character === '@') return 'map';
  if (character === '$') {
    const next = text.charAt(start + 1);
    if (/[A-Za-z_]/.test(next)) return 'variable';
    return /[\d#]/.test(next) ? 'parameter' : 'punctuation';
  }
  if (character === '/' && text.charAt(start + 1) === '/') return 'comment';
  return /[!-~]/.test(character) ? 'punctuation' : 'unknown';
}

/** Where a sticky pattern's match at `start` ends; `start` itself if there is none. */
function matchEnd(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : start;
}

function depthAfter(depth: number, character: string): number {
  if (character === '{') return depth + 1;
  return character === '}' ? Math.max(0, depth - 1) : depth;
}
