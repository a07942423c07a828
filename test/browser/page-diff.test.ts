// The page of a comparison: its table of the largest changes, as a person uses it, with names that are nobody's friend.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrowserPages, type OpenPage } from '../support/browser-page.ts';
import { frame, hostileProfile, profileOf, recording } from '../support/recordings.ts';
import { describeOnHost } from '../support/require-host.ts';

const main = frame('main');
/** Weights 1, 2, 3 … in this order. */
const BEFORE = recording(profileOf([[frame('gone'), main], [frame('slower'), main], [frame('same'), main]]), { title: 'old' }); // prettier-ignore
const AFTER = recording(profileOf([[frame('new'), frame('slower'), main], [frame('slower'), main], [frame('same'), main]]), { title: 'new' }); // prettier-ignore

const rows = (page: Page): Promise<string[]> =>
  page
    .locator('.changes tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent).join(' | ')));

describeOnHost('the table of the largest changes', ['chromium'], () => {
  let pages: BrowserPages;
  const opened: OpenPage[] = [];
  const open = async (...args: Parameters<BrowserPages['openDifferential']>): Promise<Page> => {
    const one = await pages.openDifferential(...args);
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

  test('shares of both profiles, self and total, sorted by either, in one direction or both', async () => {
    const page = await open(BEFORE, AFTER);
    expect(await rows(page)).toEqual([
      '16.67 % | 0.00 % | −16.67 | 16.67 % | 0.00 % | −16.67 | gone',
      '0.00 % | 16.67 % | +16.67 | 0.00 % | 16.67 % | +16.67 | new',
    ]);
    await page.getByRole('button', { name: 'Total change' }).click();
    expect((await rows(page)).map((row) => row.split(' | ').slice(3).join(' '))).toEqual([
      '16.67 % 0.00 % −16.67 gone',
      '33.33 % 50.00 % +16.67 slower',
      '0.00 % 16.67 % +16.67 new',
    ]);
    const directions = page.getByRole('group', { name: 'Direction' });
    await directions.getByRole('button', { name: 'Less' }).click();
    expect((await rows(page)).map((row) => row.split(' | ').at(-1))).toEqual(['gone']);
    expect(await directions.getByRole('button', { name: 'Less' }).getAttribute('aria-pressed')).toBe('true');
    await directions.getByRole('button', { name: 'More' }).click();
    expect((await rows(page)).map((row) => row.split(' | ').at(-1))).toEqual(['slower', 'new']);
    // The widths of the other profile change nothing in the table: before is before.
    await page.keyboard.press('d');
    expect((await rows(page)).length).toBe(2);
  });

  test('a method leads to its callers and callees', async () => {
    const page = await open(BEFORE, AFTER);
    await page.locator('.changes').getByRole('button', { name: 'gone' }).click();
    expect(await page.locator('.sandwich').isVisible()).toBe(true);
  });

  test('hostile names, many methods, nothing changed, a narrow screen', async () => {
    const hostile = await open(recording(hostileProfile()), AFTER);
    expect(await hostile.locator('.changes script').count()).toBe(0);
    const many = Array.from({ length: 300 }, (_, i) => [frame(`m${String(i)}`)]);
    const page = await open(recording(profileOf(many)), AFTER, { viewport: { width: 390, height: 800 } });
    expect((await rows(page)).length).toBe(25);
    await page.locator('.changes > button').click();
    expect((await rows(page)).length).toBe(100);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await rows(await open(BEFORE, BEFORE))).toEqual(['none']);
  });

  test('says how many samples both have, and which of them widths and the table are of', async () => {
    const page = await open(BEFORE, AFTER);
    const scope = page.locator('.hottest .scope');
    expect(await page.locator('.sum').textContent()).toBe('6 → 6 samples, widths of after');
    expect(await scope.textContent()).toBe('of after (new)');
    await page.keyboard.press('d');
    expect(await page.locator('.sum').textContent()).toBe('6 → 6 samples, widths of before');
    expect(await scope.textContent()).toBe('of before (old)');
    await page.locator('.panel:visible g.frame[name="main"] rect').first().click();
    expect(await scope.textContent()).toMatch(/^of before \(old\), below main, which is 100 %$/);
  });

  test('a phone: the name in full width above its numbers, all inside the screen', async () => {
    const long = frame('com/example/shop/orders/OrderRepositoryImpl.findAllByCustomerAndDate');
    const page = await open(recording(profileOf([[long], [main]])), AFTER, { viewport: { width: 390, height: 844 } });
    const row = page.locator('.changes tbody tr').filter({ hasText: 'OrderRepositoryImpl' });
    const name = await row.locator('td.method').boundingBox();
    expect(name?.x).toBeGreaterThanOrEqual(0);
    expect((name?.x ?? 0) + (name?.width ?? 9999)).toBeLessThanOrEqual(390);
    expect(name?.width).toBeGreaterThan(300);
    const numbers = await row.locator('td.number:visible').all();
    expect(numbers.length).toBe(4);
    for (const number of numbers) {
      const place = await number.boundingBox();
      expect(place?.y).toBeGreaterThanOrEqual((name?.y ?? 9999) + (name?.height ?? 0) - 1);
      expect((place?.x ?? 0) + (place?.width ?? 9999)).toBeLessThanOrEqual(390);
    }
    // The heads stand in the columns of their numbers.
    const head = page.locator('.changes thead').getByRole('button', { name: 'Total change' });
    expect(Math.abs(((await head.locator('..').boundingBox())?.x ?? 9999) - ((await numbers.at(-1)?.boundingBox())?.x ?? 0))).toBeLessThan(2);
  }); // prettier-ignore

  test('a page of one profile has none', async () => {
    const one = await pages.open(BEFORE);
    opened.push(one);
    expect(await one.page.locator('.changes').count()).toBe(0);
  });
});
