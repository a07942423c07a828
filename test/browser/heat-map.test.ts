// The heat map page of `jtrace residency --watch` in a browser: drawn without any script, as wide as the window, in both themes; and the picture
// of the documentation (JTRACE_BLESS=1 writes it).

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageWatch } from '../../src/model/page-range.ts';
import { heatMapPage } from '../../src/outputs/residency/heat-map-page.ts';
import { BrowserPages } from '../support/browser-page.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';

const PICTURE = join(REPOSITORY, 'docs/pictures/heat-map.png');
const RECORDED = join(REPOSITORY, 'test/fixtures/pictures/heat.json');
const ADDRESSES: ReadonlySet<string> = new Set(['start', 'end']);

/** `-o x.json` has addresses as texts. */
function recorded(): PageWatch {
  const revive = (key: string, value: unknown): unknown =>
    ADDRESSES.has(key) && typeof value === 'string' ? Number(value) : value;
  const watch = JSON.parse(readFileSync(RECORDED, 'utf8'), revive) as PageWatch;
  return { ...watch, keptMs: watch.durationMs };
}

describeOnHost('the heat map page', ['chromium'], () => {
  let pages: BrowserPages;
  const html = [...heatMapPage(recorded())].join('');
  beforeAll(async () => {
    pages = await BrowserPages.start();
  });
  afterAll(() => pages.close());

  test.each([
    { colorScheme: 'light', width: 1100 },
    { colorScheme: 'dark', width: 700 },
  ] as const)('$colorScheme, $width px', async ({ colorScheme, width }) => {
    const { page, faults } = await pages.openHtml(html, { viewport: { width, height: 1000 }, colorScheme });
    const swapped = page.locator('svg[role="img"] path', { hasText: 'swapped out' });
    expect(await swapped.evaluate((path) => getComputedStyle(path).fill)).toBe('rgb(178, 24, 43)');
    // Half a second of nine, over all 32 pages.
    const [all, band] = [await page.locator('svg[role="img"] > rect').boundingBox(), await swapped.boundingBox()];
    expect((band?.width ?? 0) / (all?.width ?? 1)).toBeCloseTo(1, 1);
    expect((band?.height ?? 0) / (all?.height ?? 1)).toBeCloseTo(0.5 / 8.6, 2);
    expect(await page.locator('tbody tr').count()).toBe(9);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
    if (process.env['JTRACE_BLESS'] === '1' && colorScheme === 'light')
      writeFileSync(PICTURE, await page.screenshot({ fullPage: true }));
    expect(existsSync(PICTURE), 'JTRACE_BLESS=1 writes it').toBe(true);
    expect(await faults()).toEqual([]);
  });
});
