// The pictures of the documentation come out of here, of a real recording: JTRACE_BLESS=1 writes them. Without it they are only taken:
// that they are there and that a page can be pictured in every theme and width is what is tested.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRecording } from '../../src/app/open-recording.ts';
import type { Recording } from '../../src/model/recording.ts';
import { BrowserPages } from '../support/browser-page.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';

const PICTURES = join(REPOSITORY, 'docs/pictures');
const RECORDING = join(REPOSITORY, 'test/fixtures/pictures/tomcat.jtrace');

const box = (page: Page, name: string) => page.locator(`.panel:visible g.frame[name$="${name}"] rect`).first();

describeOnHost('pictures', ['chromium'], () => {
  let pages: BrowserPages;
  let recording: Recording;
  beforeAll(async () => {
    pages = await BrowserPages.start();
    recording = await openRecording(RECORDING);
  });
  afterAll(() => pages.close());

  test.each([
    {
      name: 'flame-graph-page.png',
      colorScheme: 'light',
      part: null,
      pose: async (page: Page) => {
        await page.getByLabel('Search methods').fill('java.util.');
        await page.getByLabel('Search methods').blur();
        await box(page, 'StandardHostValve.invoke').hover();
      },
    },
    {
      name: 'callers-and-callees.png',
      colorScheme: 'dark',
      part: '.sandwich',
      pose: async (page: Page) => {
        await box(page, 'tcp_sendmsg').click();
        await page.keyboard.press('s');
        await page.mouse.move(0, 0);
      },
    },
  ] as const)('of the documentation: $name', async ({ name, colorScheme, part, pose }) => {
    // A part is to be seen whole: in a higher window no graph of it scrolls.
    const height = part === null ? 860 : 1300;
    const { page, faults } = await pages.open(recording, { viewport: { width: 1280, height }, colorScheme });
    await pose(page);
    const picture = part === null ? await page.screenshot() : await page.locator(part).screenshot();
    if (process.env['JTRACE_BLESS'] === '1') {
      mkdirSync(dirname(join(PICTURES, name)), { recursive: true });
      writeFileSync(join(PICTURES, name), picture);
    }
    expect(existsSync(join(PICTURES, name)), 'JTRACE_BLESS=1 writes it').toBe(true);
    expect(await faults()).toEqual([]);
  });

  test.each([
    { theme: 'light', width: 1280 }, { theme: 'dark', width: 1280 }, { theme: 'light', width: 390 }, { theme: 'dark', width: 800 }, { theme: 'light', width: 2200 },
  ] as const)('$theme, $width px: nothing is wider than the window', async ({ theme, width }) => {
    const { page } = await pages.open(recording, { viewport: { width, height: 900 }, colorScheme: theme });
    const picture = await page.screenshot({ fullPage: true });
    const folder = process.env['JTRACE_TEST_PICTURES'];
    if (folder !== undefined) writeFileSync(join(folder, `${theme}-${String(width)}.png`), picture);
    expect(picture.length).toBeGreaterThan(10_000);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
  }); // prettier-ignore
});
