// The page for those who do not point, do not see, or see little: keys alone, what is read out, contrast of every colour.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrowserPages } from '../support/browser-page.ts';
import { shopRecording } from '../support/made-up-shop.ts';
import { describeOnHost } from '../support/require-host.ts';

/** WCAG 2.2, 1.4.3: text. */
const LEAST_CONTRAST = 4.5;

/** Runs in the page: names and contrasts of boxes of every colour, drawn as the graph draws them, below the least. */
const POOR_BOXES = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => { const l = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }; return 0.2126 * l(r) + 0.7152 * l(g) + 0.0722 * l(b); };
  const over = (top, alpha, below) => top.slice(0, 3).map((v, i) => v * alpha + below[i] * (1 - alpha));
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const frame = document.querySelector('.graph-frame');
  const below = parse(getComputedStyle(frame).backgroundColor);
  const box = document.querySelector('g.frame:has(foreignObject)');
  const [rect, label] = [box.querySelector('rect'), box.querySelector('.d3-flame-graph-label')];
  const found = [];
  const kinds = ['interpreted', 'c1', 'c2', 'inlined', 'java-native', 'stub', 'native', 'vm', 'kernel', 'native-gap', 'unresolved', 'unfinished', 'label', 'all'];
  const marks = [...kinds.map((kind) => ['data-kind', kind]), ['data-match', ''], ...[-4, -3, -2, -1, 0, 1, 2, 3, 4].map((step) => ['data-change', String(step)])];
  for (const [name, value] of marks) for (const shade of ['0', '1', '2']) for (const fade of [false, true]) {
    const old = box.getAttribute(name);
    box.setAttribute(name, value); box.setAttribute('data-shade', shade); box.classList.toggle('fade', fade);
    const style = getComputedStyle(rect);
    const fill = parse(style.fill);
    const back = over(fill, Number(style.fillOpacity) * (fill[3] ?? 1), below);
    const contrast = ratio(parse(getComputedStyle(label).color), back);
    found.push({ what: name + '=' + value + ' shade ' + shade + (fade ? ' faded' : ''), contrast });
    if (old === null) box.removeAttribute(name); else box.setAttribute(name, old);
  }
  return found.filter(({ contrast }) => !(contrast >= ${String(LEAST_CONTRAST)}));
})()`;

/** Runs in the page: texts outside the graph whose colour is too near to what they stand on. */
const POOR_TEXTS = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => { const l = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }; return 0.2126 * l(r) + 0.7152 * l(g) + 0.0722 * l(b); };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const backOf = (at) => { for (; at !== null; at = at.parentElement) { const c = parse(getComputedStyle(at).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  const poor = [];
  for (const at of document.querySelectorAll('main *')) {
    if (at.closest('svg') !== null || ![...at.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')) continue;
    const contrast = ratio(parse(getComputedStyle(at).color), backOf(at));
    if (!(contrast >= ${String(LEAST_CONTRAST)})) poor.push(at.tagName + ' ' + at.textContent.slice(0, 30) + ' ' + contrast.toFixed(2));
  }
  return poor;
})()`;

const focused = (page: Page): Promise<string> =>
  page.evaluate<string>(`(() => {
    const at = document.activeElement;
    if (at.tagName === 'BODY') return 'end';
    const style = getComputedStyle(at);
    const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || at.type === 'range';
    return (at.getAttribute('aria-label') ?? at.textContent).slice(0, 24) + (seen ? '' : ' NOT SEEN');
  })()`);

describeOnHost('the page for everybody', ['chromium'], () => {
  let pages: BrowserPages;
  beforeAll(async () => {
    pages = await BrowserPages.start();
  });
  afterAll(() => pages.close());

  test.each(['light', 'dark'] as const)('%s: every text can be read', async (colorScheme) => {
    const { page } = await pages.open(shopRecording(3000), { colorScheme });
    await page.locator('.thread-filter summary').click();
    await page.getByLabel('To', { exact: true }).fill('900');
    await page.locator('.panel:visible g.frame rect').nth(9).click();
    expect(await page.evaluate(POOR_BOXES)).toEqual([]);
    expect(await page.evaluate(POOR_TEXTS)).toEqual([]);
  });

  test('Tab goes through every control, in the order of the page, and shows where it is', async () => {
    const { page } = await pages.open(shopRecording(3000));
    const stops: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      await page.keyboard.press('Tab');
      stops.push(await focused(page));
    }
    expect(stops).toEqual([
      'Hottest methods', 'Recording', 'Search methods', 'Reset', 'Invert', 'Flip', 'Copy folded', 'Theme', 'Keys', 'From', 'To', 'Threads: all 8',
      'Flame graph: arrow keys ', 'Self', 'Total', ...stops.slice(15),
    ]); // prettier-ignore
    expect(stops.filter((stop) => stop.endsWith('NOT SEEN'))).toEqual([]);
  });

  test('by keys alone: a time, a thread, a method of the table, and out again', async () => {
    const { page, faults } = await pages.open(shopRecording(3000));
    await page.getByLabel('From', { exact: true }).focus();
    await page.keyboard.press('PageUp');
    expect(await page.locator('.sum').textContent()).toContain('2.00 s – 20.00 s');
    await page.getByRole('button', { name: 'Whole time' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.thread-filter summary').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'None' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('checkbox').first().focus();
    await page.keyboard.press('Space');
    expect(await page.locator('.sum').textContent()).toContain('1 of 8 threads');
    await page.locator('.hottest tbody button').first().focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.sandwich').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('.sandwich').isVisible()).toBe(false);
    expect(await faults()).toEqual([]);
  });

  test('names and roles, as assistive technology gets them', async () => {
    const { page } = await pages.open(shopRecording(3000));
    await page.getByLabel('Search methods').fill('jackson');
    const tree = await page.locator('main').ariaSnapshot();
    for (const line of [
      'heading "shop.Application" [level=1]',
      'navigation "Below the graph"',
      'searchbox "Search methods"',
      'status: /\\d/',
      'button "Clear the search"',
      'group "View"',
      'button "Invert"',
      'region "Samples over time"',
      'slider "From"',
      'slider "To"',
      'list "Colours"',
      'application "Flame graph',
      'region "Hottest methods"',
      'columnheader "Self"',
      'columnheader "Method"',
      'region "Facts of the recording"',
      'heading "Recording" [level=2]',
    ])
      // prettier-ignore
      expect(tree.replaceAll(/status: \d/g, 'status: /\\d/'), line).toContain(line);
    expect(await page.locator('th[aria-sort="descending"]').count()).toBe(1);
    for (const live of ['.found', '.picked-text', '.sum'])
      expect(await page.locator(live).getAttribute('aria-live')).toBe('polite');
    // What is read out is one sentence, and not the drawing.
    expect(tree).not.toContain('_raw_spin');
    expect(tree.split('\n').length).toBeLessThan(400);
  });

  test('nothing moves', async () => {
    const { page } = await pages.open(shopRecording(3000), { reducedMotion: 'reduce' });
    await page.locator('.panel:visible g.frame rect').nth(9).click();
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });
});
