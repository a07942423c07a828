import { describe, expect, test } from 'vitest';
import { pageStrip, stripLines } from '../../../../src/cli/terminal/page-strip.ts';
import { lookOf, START } from './page-looks.ts';

describe('pageStrip', () => {
  test('a letter for each page while they fit', () => {
    expect(pageStrip(lookOf('##==cc..ss'), 2, 8)).toEqual({
      pagesPerGlyph: 1,
      rows: [
        { start: START, glyphs: '##==cc..' },
        { start: START + 0x8000, glyphs: 'ss' },
      ],
      states: ['writable', 'read-only', 'cached', 'absent', 'swapped'],
    });
  });

  test('one page more than letters: a letter for two, of what most of them are, the first of equals', () => {
    const { pagesPerGlyph, rows } = pageStrip(lookOf(`#.${'='.repeat(6)}s`), 2, 4);
    expect([pagesPerGlyph, rows]).toEqual([
      2,
      [
        { start: START, glyphs: '#===' },
        { start: START + 0x8000, glyphs: 's' },
      ],
    ]);
  });

  test('what most of a letter’s pages are, also where they do not lie together', () => {
    // 12 pages, three letters of four.
    expect(pageStrip(lookOf('.#.#' + '#.=.' + '==s='), 1, 3).rows).toEqual([{ start: START, glyphs: '..=' }]);
  });

  test('nothing looked at is no row', () => {
    expect(pageStrip({ timeMs: 0, runs: [] }, 4, 64)).toEqual({ pagesPerGlyph: 1, rows: [], states: [] });
  });
});

describe('stripLines', () => {
  const look = lookOf(`${'#'.repeat(60)}${'='.repeat(20)}n k${'m'.repeat(10)}`);

  test('80 columns', () => {
    expect(stripLines(look, 4, 80).join('\n')).toMatchInlineSnapshot(`
      "7f1234560000 ############################################################====
      7f12345a0000 ================n kmmmmmmmmmm
                   # readable and writable; = readable, not writable; n access taken
                   (PROT_NONE or NUMA); (blank) not mapped; k guarded by a key; m
                   being moved"
    `);
  });

  test('60 columns: shorter rows, that begin at round addresses, too', () => {
    expect(stripLines(look, 4, 60).join('\n')).toMatchInlineSnapshot(`
      "7f1234560000 ################################
      7f1234580000 ############################====
      7f12345a0000 ================n kmmmmmmmmmm
                   # readable and writable; = readable, not
                   writable; n access taken (PROT_NONE or NUMA);
                   (blank) not mapped; k guarded by a key; m being
                   moved"
    `);
  });

  test.each([60, 79, 80, 160])('more pages than letters: no more rows than asked for, all within %i columns', (columns) => {
    const lines = stripLines(lookOf('#.='.repeat(10_000)), 4, columns);
    expect(lines.filter((line) => /^[0-9a-f]{12} /u.test(line))).toHaveLength(4);
    expect(lines.join(' ').replaceAll(/ +/gu, ' ')).toMatch(/a letter is \d+ pages: what most of them are$/u);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
  });
});
