// The Markdown of labs → lines of a terminal: paragraphs, lists, code blocks; `code` and *emphasis* where there is colour. No more of it is used.

import { displayWidth, wrapWords } from '../../outputs/display-width.ts';

export interface MarkdownLook {
  readonly code: (text: string) => string;
  readonly emphasis: (text: string) => string;
}

const CODE_INDENT = '    ';
/** Of links the words are shown. */
const LINK = /\[([^\]]+)\]\([^)\s]*\)/gu;

export function markdownLines(text: string, columns: number, look: MarkdownLook): readonly string[] {
  const lines: string[] = [];
  let isCode = false;
  for (const line of text.replaceAll(LINK, '$1').split('\n')) {
    if (line.startsWith('```')) isCode = !isCode;
    else if (isCode) lines.push(`${CODE_INDENT}${line}`);
    else if (line.startsWith('- ')) lines.push(...hanging(line.slice(2), columns, '- ', look));
    else if (line === '') lines.push('');
    else lines.push(...styled(wrapWords(line, columns, '', 'kept'), look));
  }
  return lines;
}

/** Text whose stars and backquotes are no marks. */
export function literal(text: string): string {
  return text.replaceAll(/[`*\\]/gu, '\\$&');
}

/** A paragraph whose first line begins with `mark`, and the others below its text. */
export function hanging(text: string, columns: number, mark: string, look: MarkdownLook): readonly string[] {
  const indent = ' '.repeat(displayWidth(mark));
  const wrapped = styled(wrapWords(text, columns, indent, 'kept'), look);
  return wrapped.map((line, index) => (index === 0 ? `${mark}${line.slice(indent.length)}` : line));
}

/** Marks may begin in one line and end in the next. */
function styled(lines: readonly string[], { code, emphasis }: MarkdownLook): readonly string[] {
  let open = '';
  return lines.map((line) => {
    let out = '';
    let run = '';
    const flush = (): void => {
      out += open === '`' ? code(run) : open === '*' ? emphasis(run) : run;
      run = '';
    };
    let isLiteral = false;
    for (const [at, char] of Array.from(line).entries()) {
      if (char === '\\' && !isLiteral && /[`*\\]/u.test(line[at + 1] ?? '')) {
        isLiteral = true;
        continue;
      }
      const wasLiteral = isLiteral;
      isLiteral = false;
      const isMark = char === '`' || (char === '*' && open !== '`' && isEmphasis(line, at, open));
      if (isMark && !wasLiteral && (open === '' || open === char)) {
        flush();
        open = open === '' ? char : '';
      } else run += char;
    }
    flush();
    return out;
  });
}

/** A star beside a blank on both sides is a star. */
function isEmphasis(line: string, at: number, open: string): boolean {
  return open === '*' ? line[at - 1] !== ' ' : line[at + 1] !== undefined && line[at + 1] !== ' ';
}
