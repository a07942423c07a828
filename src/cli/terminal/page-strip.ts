// Pages of a range → a strip of letters, one for a page, or for several where there are many: then of what most of them are.

import type { RangeLook, ShownState } from '../../model/page-range.ts';
import { PAGE_BYTES } from '../../model/units.ts';
import { wrapWords } from '../../outputs/display-width.ts';
import { STATE_LOOKS } from '../../outputs/residency/state-looks.ts';

/** Most that fit: then rows begin at round addresses. */
const GLYPHS_PER_ROW = [64, 32] as const;
const INDENT = ' '.repeat(13);

interface Strip {
  readonly pagesPerGlyph: number;
  readonly rows: readonly { readonly start: number; readonly glyphs: string }[];
  readonly states: readonly ShownState[];
}

export function pageStrip(look: RangeLook, mostRows: number, glyphsPerRow: number): Strip {
  const start = look.runs[0]?.start ?? 0;
  const end = look.runs.at(-1)?.end ?? start;
  const pages = (end - start) / PAGE_BYTES;
  const pagesPerGlyph = Math.max(1, Math.ceil(pages / (glyphsPerRow * mostRows)));
  const glyphBytes = pagesPerGlyph * PAGE_BYTES;
  const glyphs: string[] = [];
  let index = 0;
  for (let at: number = start; at < end; at += glyphBytes) {
    const until = Math.min(end, at + glyphBytes);
    while ((look.runs[index]?.end ?? Infinity) <= at) index += 1;
    let best: { state: ShownState; bytes: number } = { state: 'absent', bytes: 0 };
    const sums = new Map<ShownState, number>();
    for (let run = index; (look.runs[run]?.start ?? Infinity) < until; run++) {
      const { start: from, end: to, state } = look.runs[run] ?? { start: until, end: until, state: 'absent' as const };
      const bytes = (sums.get(state) ?? 0) + Math.min(to, until) - Math.max(from, at);
      sums.set(state, bytes);
      if (bytes > best.bytes) best = { state, bytes };
    }
    glyphs.push(STATE_LOOKS[best.state].glyph);
  }
  const rows: { start: number; glyphs: string }[] = [];
  for (let row = 0; row * glyphsPerRow < glyphs.length; row++)
    rows.push({
      start: start + row * glyphsPerRow * glyphBytes,
      glyphs: glyphs.slice(row * glyphsPerRow, (row + 1) * glyphsPerRow).join(''),
    });
  return { pagesPerGlyph, rows, states: [...new Set(look.runs.map(({ state }) => state))] };
}

/** `# readable and writable` for each state that is shown. */
function stripLegend({ states, pagesPerGlyph }: Strip): readonly string[] {
  const each = states.map((state) => {
    const { glyph, word } = STATE_LOOKS[state];
    return `${glyph === ' ' ? '(blank)' : glyph} ${word}`;
  });
  return [...each, ...(pagesPerGlyph > 1 ? [`a letter is ${String(pagesPerGlyph)} pages: what most of them are`] : [])];
}

/** Rows with their addresses, and what the letters mean. */
export function stripLines(look: RangeLook, mostRows: number, columns: number): readonly string[] {
  const fitting = GLYPHS_PER_ROW.find((glyphs) => INDENT.length + glyphs <= columns) ?? GLYPHS_PER_ROW[1];
  const strip = pageStrip(look, mostRows, fitting);
  return [
    ...strip.rows.map(({ start, glyphs }) => `${start.toString(16).padStart(12)} ${glyphs}`.trimEnd()),
    ...wrapWords(stripLegend(strip).join('; '), columns, INDENT),
  ];
}
