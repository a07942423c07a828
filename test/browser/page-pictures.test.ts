// The pictures of the documentation come out of here: JTRACE_BLESS=1 writes them. Without it they are only taken: that they are there
// and that a page can be pictured in every theme and width is what is tested.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrowserPages } from '../support/browser-page.ts';
import { shopRecording } from '../support/made-up-shop.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';

const PICTURE = join(REPOSITORY, 'docs/pictures/flame-graph-page.png');

describeOnHost('pictures', ['chromium'], () => {
  let pages: BrowserPages;
  beforeAll(async () => {
    pages = await BrowserPages.start();
  });
  afterAll(() => pages.close());

  test('of the whole page, for the README', async () => {
    const { page } = await pages.open(shopRecording(), { viewport: { width: 1200, height: 860 } });
    await page.getByLabel('Search methods').fill('jackson');
    const picture = await page.screenshot();
    if (process.env['JTRACE_BLESS'] === '1') {
      mkdirSync(dirname(PICTURE), { recursive: true });
      writeFileSync(PICTURE, picture);
    }
    expect(existsSync(PICTURE), 'JTRACE_BLESS=1 writes it').toBe(true);
  });

  test.each([
    { theme: 'light', width: 1200 }, { theme: 'dark', width: 1200 }, { theme: 'light', width: 390 }, { theme: 'dark', width: 390 }, { theme: 'light', width: 1920 },
  ] as const)('$theme, $width px', async ({ theme, width }) => {
    const { page } = await pages.open(shopRecording(), { viewport: { width, height: 900 }, colorScheme: theme });
    const picture = await page.screenshot({ fullPage: true });
    const folder = process.env['JTRACE_TEST_PICTURES'];
    if (folder !== undefined) writeFileSync(join(folder, `${theme}-${String(width)}.png`), picture);
    expect(picture.length).toBeGreaterThan(10_000);
  }); // prettier-ignore
});
