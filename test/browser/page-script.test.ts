// The page of a bpftrace program's result as a person uses it: graphs that zoom and are searched each by itself, tables that sort, bars,
// the program's text, and losses in plain sight.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RENDER_RESOURCES } from '../../src/app/render-resources.ts';
import type { ScriptResult } from '../../src/model/script-result.ts';
import { scriptFormatOf } from '../../src/outputs/script/script-formats.ts';
import { BrowserPages, type OpenPage } from '../support/browser-page.ts';
import { describeOnHost } from '../support/require-host.ts';
import { mapOf, number, scriptResult } from '../support/script-results.ts';

/** A section of the page: a map, by its name. */
const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const rows = (page: Page, name: string): Promise<string[]> =>
  part(page, name)
    .locator('tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent).join(' | ')));

describeOnHost('the page of a program', ['chromium'], () => {
  let pages: BrowserPages;
  const opened: OpenPage[] = [];
  const open = async (result: ScriptResult, options: Parameters<BrowserPages['openHtml']>[1] = {}): Promise<Page> => {
    const html = [...(scriptFormatOf('x.html')?.render(result, RENDER_RESOURCES) ?? [])].join('');
    const one = await pages.openHtml(html, options);
    opened.push(one);
    return one.page;
  };
  beforeAll(async () => {
    pages = await BrowserPages.start();
  });
  afterAll(async () => {
    for (const { faults } of opened) expect(await faults()).toEqual([]);
    await pages.close();
  });

  test('what it is of, what was lost, the program, what it wrote', async () => {
    const page = await open(scriptResult());
    expect(await page.title()).toBe('reads.bt · jtrace');
    expect(await page.locator('h1').textContent()).toBe('reads.bt');
    expect(await page.locator('.sum').textContent()).toBe('12.3 s · 2 probes · bpftrace 0.23.2');
    expect(await page.getByRole('alert').textContent()).toMatch(/^12 events lost/);
    expect(await part(page, 'Program').locator('pre').textContent()).toContain('\t@reads[comm, pid] = count(); // </script>');
    expect(await part(page, 'Output').locator('pre').textContent()).toBe('Tracing... Hit Ctrl-C\n\\e[31mred');
    expect(await page.locator('.facts').textContent()).toContain('12 events lost');
    for (const link of await page.locator('nav a').all())
      expect(await page.locator((await link.getAttribute('href')) ?? '?').count()).toBe(1);
  });

  test('tables: the largest first, sorted by any column, more on demand', async () => {
    const page = await open(scriptResult());
    expect(await rows(page, 'Single values')).toEqual([
      '@total | 18446744073709551615',
      '@last | kworker/0:1',
      '@pair | (-1, x,y)',
    ]);
    const size = part(page, '@size');
    expect(await rows(page, '@name')).toEqual(['1 | init', '4711 | java\\n']);
    expect(await rows(page, '@size')).toEqual(['java | 1,000 | 12 | 12,345', 'bash | 1 | 4 | 4']);
    await size.getByRole('button', { name: 'Key' }).click();
    expect((await rows(page, '@size')).map((row) => row.slice(0, 4))).toEqual(['bash', 'java']);
    await size.getByRole('button', { name: 'Average' }).click();
    expect((await rows(page, '@size')).map((row) => row.slice(0, 4))).toEqual(['java', 'bash']);
    await size.getByRole('button', { name: 'Average' }).click();
    expect((await rows(page, '@size')).map((row) => row.slice(0, 4))).toEqual(['bash', 'java']);
    expect(await size.locator('th').evaluateAll((all) => all.map((head) => head.ariaSort))).toEqual([
      'none',
      'none',
      'ascending',
      'none',
    ]);

    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${String(i)}`, number(BigInt(i) << 55n)]));
    const long = await open(scriptResult({ maps: [mapOf('@many', many)] }));
    expect((await rows(long, '@many')).length).toBe(25);
    await part(long, '@many').getByRole('button', { name: 'More' }).click();
    expect((await rows(long, '@many')).length).toBe(100);
    expect((await rows(long, '@many'))[0]).toBe('k199 | 7,169,730,606,773,829,632');
  });

  test('histograms: a bar for each bucket, as long as its count', async () => {
    const page = await open(scriptResult());
    expect(await rows(page, '@ms')).toEqual(['(..., 0) | 1 | ', '[0, 10) | 0 | ', '[10, 20) | 2 | ', '[20, 30) | 30 | ', '[30, 40) | 4 | ', '[40, ...) | 1 | ']);
    const widths = await part(page, '@ms').locator('.meter').evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().width));
    const [, none = 1, , most = 0, some = 0] = widths;
    expect(none).toBe(0);
    expect(most).toBeGreaterThan(100);
    expect(some / most).toBeCloseTo(4 / 30, 2);
    expect(await part(page, '@delay').locator('caption').allTextContents()).toEqual(['java', 'bash']);
  }); // prettier-ignore

  test('graphs: each has its own zoom, search, and callers and callees', async () => {
    const page = await open(scriptResult());
    const [both, on] = [part(page, '@both'), part(page, '@on')];
    expect(await both.locator('p.muted').first().textContent()).toBe('15 bytes');
    await both.getByRole('searchbox').fill('vfs');
    expect(await both.locator('.found').textContent()).toBe('20.0 % of all, 1 method');
    expect(await on.locator('.found').textContent()).toBe('');
    await both.locator('g.frame[name="vfs_read"] rect').first().click();
    expect(await both.locator('.picked-text').textContent()).toMatch(/^vfs_read3 bytes, 20\.0 %; 3 bytes in itself/);
    expect(await on.locator('.picked').isVisible()).toBe(false);
    await both.getByRole('button', { name: 'Callers & callees' }).click();
    expect(await both.locator('.sandwich').isVisible()).toBe(true);
    await both.getByRole('button', { name: 'Reset' }).click();
    expect(await both.locator('.sandwich').isVisible()).toBe(false);
    await on.getByRole('button', { name: 'Copy folded' }).click();
    expect(await page.evaluate<string>('globalThis.copied')).toContain('0x7fff3f443208;main;Reader::fill(char*, int);read 7');
  });

  test('a narrow screen, dark, and a program that left nothing', async () => {
    const narrow = await open(scriptResult(), { viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
    expect(await narrow.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await part(narrow, '@size').getByRole('columnheader').count()).toBe(4);
    await narrow.getByRole('button', { name: 'Theme' }).click();
    expect(await narrow.evaluate('document.documentElement.dataset.theme')).toBe('light');
    const empty = await open(scriptResult({ maps: [], text: '', lostEvents: 0 }));
    expect(await empty.getByRole('alert').count()).toBe(0);
    expect(await empty.locator('.empty').textContent()).toBe('The program left no map.');
    expect(await part(empty, 'Output').count()).toBe(0);
  });
});
