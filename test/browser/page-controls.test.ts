// Every control of the page, as a person uses it: pointer, keys, finger, paper.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrowserPages, type OpenPage } from '../support/browser-page.ts';
import { shopRecording } from '../support/made-up-shop.ts';
import { deepRecording } from '../support/made-up-trees.ts';
import { describeOnHost } from '../support/require-host.ts';

const SAMPLES = 3000;

/** The first box whose label ends so: a narrow one has lost its package. */
const box = (page: Page, name: string) => page.locator(`.panel:visible g.frame[name$="${name}"] rect`).first();
const sum = (page: Page): Promise<string | null> => page.locator('.sum').textContent();
const boxNames = (page: Page): Promise<string[]> =>
  page.locator('.panel:visible g.frame').evaluateAll((boxes) => boxes.map((one) => one.getAttribute('name') ?? ''));
const topOf = async (page: Page, name: string): Promise<number> => (await box(page, name).boundingBox())?.y ?? Number.NaN;

describeOnHost('controls of the page', ['chromium'], () => {
  let pages: BrowserPages;
  const opened: OpenPage[] = [];
  const open = async (options?: Parameters<BrowserPages['open']>[1]): Promise<Page> => {
    const one = await pages.open(shopRecording(SAMPLES), options);
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

  test('says what it is of: title, samples, facts with reasons, colours', async () => {
    const page = await open();
    expect(await page.title()).toBe('shop.Application · jtrace flame graph');
    expect(await sum(page)).toBe('3,000 samples');
    const facts = await page.locator('.facts').innerText();
    for (const text of [
      'process 4711 shop.Application, JDK 17.0.21',
      'DebugNonSafepoints=false',
      '20.0 s at 99 Hz',
      'kernel 6.1.0-28-amd64, bpftrace 0.17.0',
      'stack-cut: stack longer than --stack-bytes',
      'reread-page: a page read again',
    ])
      // prettier-ignore
      expect(facts).toContain(text);
    const legend = await page.locator('.legend').innerText();
    for (const text of ['interpreted', 'C1', 'C2', 'inlined', 'native', 'VM', 'kernel', 'approximate', 'unfinished']) expect(legend).toContain(text); // prettier-ignore
  });

  test('a reason leads to what it means', async () => {
    const page = await open();
    await page.getByRole('link', { name: 'stack-cut: ' }).click();
    const explained = page.locator('#reason-stack-cut');
    await expect.poll(() => explained.evaluate((one) => one.matches(':target'))).toBe(true);
    const { y = -1 } = (await explained.boundingBox()) ?? {};
    expect(y).toBeGreaterThan(0); // and not below the controls that stay on top
    expect(await page.locator('.reasons').innerText()).toContain('--stack-bytes 256k');
    await box(page, '[unfinished: stack-cut]').hover();
    await expect.poll(() => page.locator('.tooltip').innerText()).toContain('What to do: Copy more');
  });

  test('a click zooms, Reset shows all again', async () => {
    const page = await open();
    const all = await boxNames(page);
    await box(page, 'Index.query').click();
    const zoomed = await boxNames(page);
    expect(zoomed).not.toEqual(all);
    expect(zoomed.some((name) => name.includes('OrderController'))).toBe(false);
    expect(zoomed).toContain('all');
    expect(await page.locator('.picked-text strong').textContent()).toBe('shop/search/Index.query');
    expect(await page.locator('.picked-text').textContent()).toMatch(/samples, \d+\.\d %/);
    await page.getByRole('button', { name: 'Reset' }).click();
    expect(await boxNames(page)).toEqual(all);
  });

  test('search: matches have their colour, their share is told; a bad expression is said to be one', async () => {
    const page = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('jackson');
    await expect.poll(() => page.locator('.found').textContent()).toMatch(/^\d+\.\d % of samples, 3 methods$/);
    const matched = page.locator('g.frame[data-match]');
    expect(await matched.count()).toBeGreaterThan(0);
    for (const name of await matched.evaluateAll((boxes) => boxes.map((one) => one.getAttribute('name') ?? '')))
      expect(name === '' || /ObjectMapper|BeanSerializer|UTF8JsonGenerator|writeValue|serialize|writeString/.test(name)).toBe(
        true,
      );
    await page.getByLabel('Search methods').fill('/foo(/');
    expect(await page.locator('.found').textContent()).toContain('No regular expression');
    await page.getByLabel('Search methods').fill('no such method');
    expect(await page.locator('.found').textContent()).toBe('No method matches.');
    await page.keyboard.press('Escape');
    expect(await page.getByLabel('Search methods').inputValue()).toBe('');
    expect(await matched.count()).toBe(0);
  });

  test('search: names as people write them; an expression without slashes; Ctrl-F; the cross', async () => {
    const page = await open();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('com.fasterxml.jackson.databind.objectmapper.writeValue');
    expect(await page.locator('.found').textContent()).toMatch(/^\d+\.\d % of samples, 1 method$/);
    await page.getByLabel('Search methods').fill('^(writeValue|.*ObjectMapper)');
    expect(await page.locator('.found').textContent()).toMatch(/1 method, as a regular expression$/);
    await page.getByRole('button', { name: 'Clear the search' }).click();
    expect(await page.getByRole('button', { name: 'Clear the search' }).isVisible()).toBe(false);
    expect(await page.locator('g.frame[data-match]').count()).toBe(0);
  });

  test('upside down: the oldest frame on top, or at the bottom', async () => {
    const page = await open();
    expect(await topOf(page, 'all')).toBeLessThan(await topOf(page, 'clone3'));
    await page.getByRole('button', { name: 'Flip' }).click();
    expect(await topOf(page, 'all')).toBeGreaterThan(await topOf(page, 'clone3'));
    expect(await page.getByRole('button', { name: 'Flip' }).getAttribute('aria-pressed')).toBe('true');
    const frame = await page.locator('.graph-frame').first().boundingBox();
    const all = await box(page, 'all').boundingBox();
    expect(Math.round((frame?.y ?? 0) + (frame?.height ?? 0) - (all?.y ?? 0) - (all?.height ?? 0))).toBeLessThanOrEqual(3);
    await page.keyboard.press('f');
    expect(await page.getByRole('button', { name: 'Flip' }).getAttribute('aria-pressed')).toBe('false');
    expect(await topOf(page, 'all')).toBeLessThan(await topOf(page, 'clone3'));
  });

  test('inverted: what ran first, heaviest first, then its callers; zoom, sandwich and back', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Invert' }).click();
    const firstLevel = await page.locator('.panel:visible g.frame').evaluateAll((boxes) => {
      const placed = boxes.map((one) => ({ name: one.getAttribute('name') ?? '', box: one.getBoundingClientRect() }));
      const top = placed.find(({ name }) => name === 'all')?.box.bottom ?? 0;
      const below = placed.filter(({ box }) => Math.abs(box.top - top) < 4).sort((a, b) => a.box.left - b.box.left);
      return below.map(({ name, box }) => ({ name, width: box.width }));
    });
    const hottest = await page.locator('.hottest tbody .method').first().innerText();
    expect(hottest.endsWith(firstLevel[0]?.name ?? '?')).toBe(true);
    const widths = firstLevel.map(({ width }) => Math.round(width));
    expect(widths).toEqual([...widths].sort((a, b) => b - a));
    await page.locator('.panel:visible g.frame rect').nth(1).click();
    expect(await page.locator('g.frame[data-focus]').count()).toBe(1);
    expect(await page.locator('.scope').textContent()).toBe('');
    await page.keyboard.press('s');
    expect(await page.locator('.sandwich').isVisible()).toBe(true);
    await page.keyboard.press('i');
    expect(await page.locator('.sandwich').isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Invert' }).getAttribute('aria-pressed')).toBe('false');
    expect(await topOf(page, 'all')).toBeLessThan(await topOf(page, 'clone3'));
  });

  test('Reset brings all of it back: zoom, search, threads, time', async () => {
    const page = await open();
    const all = await boxNames(page);
    await page.locator('.thread-filter summary').click();
    await page.getByLabel('Find a thread').fill('exec');
    await page.getByRole('button', { name: 'Only these' }).click();
    await page.getByLabel('To', { exact: true }).fill('600');
    await page.keyboard.press('Tab');
    await box(page, 'doDispatch').click();
    await page.keyboard.press('/');
    await page.keyboard.type('jackson');
    expect(await page.locator('.scope').textContent()).toContain('DispatcherServlet.doDispatch, which is 100 %');
    expect(await page.locator('.found').textContent()).toContain('of samples of the frame zoomed to');
    expect(await sum(page)).toMatch(/of 3,000 samples \(\d+\.\d %\), \d of 8 threads, 0\.00 s – 12\.00 s$/);
    await page.getByRole('button', { name: 'Reset' }).click();
    expect(await sum(page)).toBe('3,000 samples');
    expect(await boxNames(page)).toEqual(all);
    expect(await page.locator('.thread-filter summary').textContent()).toBe('Threads: all 8');
    expect(await page.getByLabel('Search methods').inputValue()).toBe('');
  });

  test('callers and callees of a method of the table', async () => {
    const page = await open();
    await page.getByRole('columnheader', { name: 'Total' }).getByRole('button').click();
    await page.getByRole('button', { name: 'com/fasterxml/jackson/databind/ObjectMapper.writeValue' }).click();
    expect(await page.locator('.sandwich h2').textContent()).toContain('ObjectMapper.writeValue');
    const [callers, callees] = await page
      .locator('.sandwich .panel')
      .evaluateAll((panels) =>
        panels.map((panel) => [...panel.querySelectorAll('g.frame')].map((one) => one.getAttribute('name') ?? '')),
      );
    expect(callers?.some((name) => name.endsWith('OrderController.list'))).toBe(true);
    expect(callers?.some((name) => name.endsWith('SearchController.find'))).toBe(true);
    expect(callees?.some((name) => name.endsWith('BeanSerializer.serialize'))).toBe(true);
    expect(callees?.some((name) => name.endsWith('SearchController.find'))).toBe(false);
    await page.getByRole('button', { name: 'Back to the whole graph' }).click();
    expect(await boxNames(page)).toContain('all');
  });

  test('the tooltip tells samples, share, kind, line and library, inside the window', async () => {
    const page = await open();
    const tip = page.locator('.tooltip');
    await page.locator('g.frame[data-kind="inlined"] rect').first().hover();
    expect(await tip.innerText()).toMatch(
      /samples?, \d+\.\d %.*\n.*compiled into the method that calls it\nline \d+ \(the nearest the VM recorded\)/s,
    );
    const last = page.locator('g.frame[data-kind="native"] rect').last();
    await last.hover();
    expect(await tip.innerText()).toContain('in /usr/lib/x86_64-linux-gnu/libc.so.6');
    const place = await tip.boundingBox();
    expect((place?.x ?? 0) + (place?.width ?? 9999)).toBeLessThanOrEqual(1200);
    await page.mouse.move(5, 5);
    expect(await tip.isVisible()).toBe(false);
  });

  test('threads: none, one, all', async () => {
    const page = await open();
    await page.locator('.thread-filter summary').click();
    await page.getByRole('button', { name: 'None' }).click();
    expect(await sum(page)).toBe('0 of 3,000 samples (0.0 %), 0 of 8 threads');
    expect(await page.locator('.status').first().textContent()).toContain('No samples in this selection');
    await page.getByLabel('Find a thread').fill('compiler');
    await page.getByRole('button', { name: 'All', exact: true }).click();
    expect(await boxNames(page)).toContain('Compile::Optimize()');
    expect((await boxNames(page)).some((name) => name.includes('Controller'))).toBe(false);
    expect(await page.locator('.thread-filter summary').textContent()).toBe('Threads: 1 of 8');
    await page.getByLabel('Find a thread').fill('');
    await page.getByRole('button', { name: 'All', exact: true }).click();
    expect(await sum(page)).toBe('3,000 samples');
  });

  test('time: brushed with the pointer, chosen with the sliders, whole again', async () => {
    const page = await open();
    const strip = await page.locator('.strip').boundingBox();
    if (strip === null) throw new Error('no strip');
    const y = strip.y + strip.height / 2;
    await page.mouse.move(strip.x + strip.width / 2, y);
    await page.mouse.down();
    await page.mouse.move(strip.x + strip.width + 40, y, { steps: 4 });
    await page.mouse.up();
    expect(await sum(page)).toMatch(/^1,\d{3} of 3,000 samples \((49|50)\.\d %\), (9\.9|10\.0)\d s – 20\.00 s$/);
    expect(await page.locator('.time output').textContent()).toMatch(
      /^(9\.9|10\.0)\d s – 20\.00 s \(\d\d:\d\d:\d\d – \d\d:\d\d:\d\d UTC\)$/,
    );
    expect(await page.getByLabel('To', { exact: true }).getAttribute('aria-valuetext')).toBe('20.00 s');
    await page.getByLabel('To', { exact: true }).fill('600');
    expect(await sum(page)).toMatch(/of 3,000 samples \((9|10)\.\d %\)/);
    await page.getByRole('button', { name: 'Whole time' }).click();
    expect(await sum(page)).toBe('3,000 samples');
  });

  test('the table: by self, by total, more rows', async () => {
    const page = await open();
    const column = async (at: number): Promise<number[]> =>
      (await page.locator(`.hottest tbody td:nth-child(${String(at)})`).allInnerTexts()).map((text) =>
        parseFloat(text.replace('<', '')),
      );
    const falling = (list: readonly number[]): boolean => list.every((value, i) => i === 0 || value <= (list[i - 1] ?? 0));
    expect(falling(await column(1))).toBe(true);
    await page.getByRole('columnheader', { name: 'Total' }).getByRole('button').click();
    const totals = await column(2);
    expect(totals[0]).toBeGreaterThan(90);
    expect(falling(totals)).toBe(true);
    await page.getByRole('button', { name: /^More/ }).click();
    expect((await column(1)).length).toBeGreaterThan(totals.length);
  });

  test('copies what is shown as folded stacks', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Copy folded' }).click();
    const text = await page.evaluate<string>('globalThis.copied');
    const weights = text.trimEnd().split('\n').map((line) => Number(/ (\d+)$/.exec(line)?.[1])); // prettier-ignore
    expect(weights.reduce((a, b) => a + b, 0)).toBe(SAMPLES);
    expect(text).toContain('entry_SYSCALL_64_after_hwframe_[k];tcp_sendmsg_[k]');
    await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("no"))');
    await page.getByRole('button', { name: 'Copy folded' }).click();
    expect(await page.getByLabel('Text to copy').inputValue()).toBe(text);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('keys alone: go through the graph, zoom, callers and callees, back, list of keys', async () => {
    const page = await open();
    await page.getByRole('application', { name: /^Flame graph/ }).focus();
    const picked = page.locator('.picked-text');
    await page.keyboard.press('ArrowDown');
    expect(await picked.innerText()).toContain('all');
    for (let i = 0; i < 10; i += 1) await page.keyboard.press('ArrowDown');
    expect(await picked.innerText()).toContain('DispatcherServlet.doDispatch');
    await page.keyboard.press('ArrowDown');
    const first = await picked.innerText();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('g.frame[data-cursor]').count()).toBe(1);
    expect(first).toContain('Controller');
    await page.keyboard.press('Enter');
    expect(await page.locator('g.frame[data-focus]').count()).toBe(1);
    await page.keyboard.press('s');
    expect(await page.locator('.sandwich').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('.sandwich').isVisible()).toBe(false);
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog', { name: 'Keys' }).innerText()).toContain('search');
  });

  test('dark and light: the system’s, and the other one', async () => {
    const page = await open({ colorScheme: 'dark' });
    const back = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await back()).toBe('rgb(20, 23, 28)');
    await page.keyboard.press('t');
    expect(await back()).toBe('rgb(255, 255, 255)');
  });

  test('a phone: nothing wider than the screen, a tap picks, a second one zooms', async () => {
    const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
    const target = page.locator('g.frame[data-kind="c2"] rect').first();
    await target.tap();
    expect(await page.locator('.picked').isVisible()).toBe(true);
    expect(await page.locator('g.frame[data-focus]').count()).toBe(0);
    await page.locator('g.frame[data-cursor] rect').tap();
    expect(await page.locator('g.frame[data-focus]').count()).toBe(1);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
  });

  test('a window of another width is drawn anew', async () => {
    const page = await open();
    await page.setViewportSize({ width: 700, height: 700 });
    await expect
      .poll(() =>
        page
          .locator('.graph svg')
          .first()
          .evaluate((svg) => svg.getBoundingClientRect().width),
      )
      .toBeLessThan(700);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(700);
  });

  test.each([
    { width: 1280, height: 860 }, { width: 390, height: 844 },
  ])('a deep graph, $width px: what follows it is near; it scrolls from its root to what is picked', async (viewport) => {
    const one = await pages.open(deepRecording(150), { viewport });
    opened.push(one);
    const { page } = one;
    const place = page.getByRole('application', { name: /^Flame graph/ });
    const cursor = page.locator('g.frame[data-cursor] rect');
    const edges = async () => ({ outer: await place.boundingBox(), root: await box(page, 'all').boundingBox(), picked: await cursor.count() === 0 ? null : await cursor.boundingBox() });
    const isInside = (inner: { y: number; height: number } | null, outer: { y: number; height: number } | null): boolean =>
      inner !== null && outer !== null && inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height;
    expect((await page.locator('.hottest').boundingBox())?.y).toBeLessThan(1.4 * viewport.height);
    await place.focus();
    await page.keyboard.press('PageDown');
    await expect.poll(() => place.evaluate((at) => at.scrollTop)).toBeGreaterThan(100);
    for (let i = 0; i < 100; i += 1) await page.keyboard.press('ArrowDown');
    const down = await edges();
    expect(isInside(down.picked, down.outer)).toBe(true);
    expect(isInside(down.root, down.outer)).toBe(false);
    await page.keyboard.press('Home');
    expect(isInside((await edges()).root, (await edges()).outer)).toBe(true);
    await page.keyboard.press('f');
    const flipped = await edges();
    expect(isInside(flipped.root, flipped.outer)).toBe(true);
    expect(await place.evaluate((at) => at.scrollTop)).toBeGreaterThan(500);
    for (let i = 0; i < 100; i += 1) await page.keyboard.press('ArrowUp');
    const up = await edges();
    expect(isInside(up.picked, up.outer)).toBe(true);
    await page.keyboard.press('Enter');
    const zoomed = await edges();
    expect(isInside(zoomed.picked, zoomed.outer)).toBe(true);
  }); // prettier-ignore

  test('on paper: light, without controls', async () => {
    const page = await open({ colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    for (const hidden of ['.controls', '.time', '.thread-filter', 'nav', '.hottest > button'])
      expect(await page.locator(hidden).first().isVisible(), hidden).toBe(false);
    for (const shown of ['h1', '.sum', '.legend', '.graph svg', '.hottest table', '.facts'])
      expect(await page.locator(shown).first().isVisible(), shown).toBe(true);
    // Paper is narrower than the window was: all of the drawing is on it, in its shape.
    await page.setViewportSize({ width: 700, height: 500 });
    const place = await page.locator('.graph svg').first().boundingBox();
    expect((place?.x ?? 0) + (place?.width ?? 9999)).toBeLessThanOrEqual(700);
    const all = await box(page, 'all').boundingBox();
    expect(all?.width).toBeGreaterThan(0.5 * (place?.width ?? 9999));
    // One for the graph, two for the table and the facts; an empty one in front of the graph was the fault.
    const pdf = await page.pdf({ format: 'A4', landscape: true });
    expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeLessThanOrEqual(3);
  });

  test.each([
    { landscape: false, isFlipped: false }, { landscape: true, isFlipped: false }, { landscape: true, isFlipped: true },
  ])('on paper, a graph higher than a page (landscape $landscape, flipped $isFlipped): on the first sheet, with how much is not', async ({ landscape, isFlipped }) => {
    const one = await pages.open(deepRecording(150), { viewport: { width: 1200, height: 900 } });
    opened.push(one);
    const { page } = one;
    if (isFlipped) await page.keyboard.press('f');
    const sheets = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
    const pdf = await page.pdf({ format: 'A4', landscape });
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize(landscape ? { width: 1047, height: 718 } : { width: 718, height: 1047 });
    const [graph, all] = [await page.locator('.graph svg').first().boundingBox(), await box(page, 'all').boundingBox()];
    // The whole width of the drawing, its root, rows that can be read.
    expect((graph?.x ?? 0) + (graph?.width ?? 9999)).toBeLessThanOrEqual(1047);
    expect(graph?.height).toBeLessThanOrEqual(0.81 * (landscape ? 718 : 1047));
    expect(all?.width).toBeGreaterThan(0.98 * (graph?.width ?? 9999));
    expect(all?.height).toBeGreaterThan(8);
    expect(all?.y).toBeGreaterThanOrEqual((graph?.y ?? 9999) - 1);
    expect((all?.y ?? 9999) + (all?.height ?? 0)).toBeLessThanOrEqual((graph?.y ?? 0) + (graph?.height ?? 0) + 2);
    expect(await page.locator('.graph').first().evaluate((at) => getComputedStyle(at, '::after').content)).toMatch(/^"\d+ more levels are not on paper\."$/);
    // The sheets of the same without its graph: no more than one is the graph's, and none is empty.
    await page.locator('.graph-frame').first().evaluate((at) => at.remove());
    expect(sheets(pdf) - sheets(await page.pdf({ format: 'A4', landscape }))).toBeLessThanOrEqual(1);
  }); // prettier-ignore

  test('hidden from assistive technology: the drawing; not hidden: everything said in words', async () => {
    const page = await open();
    expect(await page.locator('.graph svg').first().getAttribute('aria-hidden')).toBe('true');
    const tree = await page.locator('main').ariaSnapshot();
    for (const text of ['searchbox "Search methods"', 'table', 'heading "Recording"', 'columnheader "Self"', 'slider "From"'])
      expect(tree).toContain(text);
  });
});
