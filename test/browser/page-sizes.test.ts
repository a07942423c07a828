// Profiles of sizes that nobody drew the page for: a million names, 500 threads, two hours, and how much of it is ever drawn.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Recording } from '../../src/model/recording.ts';
import { asPid, asTid } from '../../src/model/units.ts';
import { createProfileBuilder } from '../../src/profile/profile-builder.ts';
import { BrowserPages } from '../support/browser-page.ts';
import { madeUpFrame, treeRecording } from '../support/made-up-trees.ts';
import { describeOnHost } from '../support/require-host.ts';

/** Boxes of view.ts (2,000 and 31 callers) and the one for all. */
const MOST_BOXES = 2032;
/** A box and its rectangle; of those that have one, a label of two elements more. */
const MOST_LABELS = 1200 / 35;

const FACTS = { source: 'folded', title: 'large', startedAtMs: 1_700_000_000_000, startNs: 0, hasTimes: true, run: null, problems: [] } as const; // prettier-ignore

/** As many methods as that, each called once from `main` by one of the threads, over the time. */
function wideRecording(methods: number, threads: number, durationMs: number): Recording {
  const pid = asPid(1);
  const profile: Recording['profile'] = {
    frames: { frames: [madeUpFrame('main', 'c2'), ...Array.from({ length: methods }, (_, i) => madeUpFrame(`pkg${String(i % 999)}/C${String(i)}.run`, 'c1'))] },
    stacks: { prefix: [-1, ...Array.from({ length: methods }, () => 0)], frame: Array.from({ length: methods + 1 }, (_, i) => i) },
    samples: {
      stack: Array.from({ length: methods }, (_, i) => i + 1),
      timeNs: Array.from({ length: methods }, (_, i) => (i / methods) * durationMs * 1e6),
      pc: Array.from({ length: methods }, () => 0),
      thread: Array.from({ length: methods }, (_, i) => i % threads),
      weight: Array.from({ length: methods }, (_, i) => (i === 7 ? methods / 2 : 1)),
      outcome: Array.from({ length: methods }, () => 0),
    },
    threads: Array.from({ length: threads }, (_, i) => ({ pid, tid: asTid(100 + i), name: `http-nio-8080-exec-${String(i)}` })),
    outcomes: [{ kind: 'complete' }],
    weightUnit: 'samples',
  }; // prettier-ignore
  return { profile, facts: FACTS };
}

const elements = (page: Page): Promise<number> => page.evaluate<number>(`document.querySelectorAll('*').length`);

describeOnHost('sizes of profiles', ['chromium'], () => {
  let pages: BrowserPages;
  beforeAll(async () => {
    pages = await BrowserPages.start();
  });
  afterAll(() => pages.close());

  test('a million distinct methods', { timeout: 300_000 }, async () => {
    const { page, faults } = await pages.open(wideRecording(1_000_000, 4, 10_000));
    expect(await page.locator('.status').first().textContent()).toContain('more are too narrow to see');
    await page.getByLabel('Search methods').fill('pkg7.');
    await expect.poll(() => page.locator('.found').textContent(), { timeout: 60_000 }).toMatch(/% of samples, 1,00\d methods$/);
    await page.getByRole('button', { name: 'Invert' }).click();
    expect(await page.locator('.hottest tbody tr').count()).toBe(25);
    expect(await page.locator('.hottest > button').textContent()).toBe('More (999,976)');
    expect(await faults()).toEqual([]);
  });

  test('500 threads: listed when asked for, found by name, one alone', async () => {
    const { page, faults } = await pages.open(wideRecording(5000, 500, 10_000));
    expect(await page.locator('.thread-filter summary').textContent()).toBe('Threads: all 500');
    expect(await page.locator('.threads label').count()).toBe(0);
    await page.locator('.thread-filter summary').click();
    await expect.poll(() => page.locator('.threads label').count()).toBe(500);
    expect((await page.locator('.threads').boundingBox())?.height).toBeLessThanOrEqual(220);
    await page.getByLabel('Find a thread').fill('exec-77 ');
    await page.getByRole('button', { name: 'Only these' }).click();
    expect(await page.locator('.sum').textContent()).toBe('10 of 7,499 samples (0.1 %), 1 of 500 threads');
    expect(await page.locator('.threads label:visible').getAttribute('title')).toBe('http-nio-8080-exec-77 [177]');
    expect(await faults()).toEqual([]);
  });

  test('two hours: the strip is a clock', async () => {
    const { page } = await pages.open(wideRecording(5000, 3, 7_200_000));
    const text = (): Promise<string | null> => page.locator('.time output').textContent();
    expect(await text()).toMatch(/^0:00:00 – (1:59:59|2:00:00) \(22:13:20 – 00:13:\d\d UTC\)$/);
    await page.getByLabel('To', { exact: true }).fill('500');
    expect(await text()).toMatch(/^0:00:00 – (0:59:59|1:00:00) \(22:13:20 – 23:13:\d\d UTC\)$/);
    expect(await page.locator('.bars').getAttribute('d')).toMatch(/^(M[^M]+z){200}$/);
  });

  test('what is drawn does not grow with the profile, and no label is made that does not show', async () => {
    const counts: number[] = [];
    for (const frames of [50_000, 300_000]) {
      const { page, faults } = await pages.open(treeRecording(frames));
      for (const act of [() => Promise.resolve(), () => page.locator('g.frame rect').nth(5).click()]) {
        await act();
        const boxes = await page.locator('g.frame').count();
        expect(boxes).toBeLessThanOrEqual(MOST_BOXES);
        const shown = await page
          .locator('.graph foreignObject')
          .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
        expect(Math.min(...shown)).toBeGreaterThanOrEqual(34.9);
        expect(shown.length).toBeGreaterThan(10);
        const rows = new Set(
          await page.locator('g.frame').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top)),
        );
        expect(shown.length).toBeLessThanOrEqual(MOST_LABELS * rows.size);
      }
      counts.push(await elements(page));
      expect(await faults()).toEqual([]);
    }
    expect(Math.max(...counts)).toBeLessThan(3 * MOST_BOXES);
  });

  test('no times: why there is no strip', async () => {
    const { page } = await pages.open({ ...wideRecording(10, 1, 1000), facts: { ...FACTS, hasTimes: false } });
    expect(await page.locator('.time, .thread-filter').count()).toBe(0);
    expect(await page.locator('main').innerText()).toContain('does not say when samples were taken');
  });

  test('a date that is none does not break the page', async () => {
    const builder = createProfileBuilder('samples');
    builder.add({ pid: asPid(1), tid: asTid(1), timeNs: 5e9, pc: 0, weight: 1 }, { frames: [madeUpFrame('a', 'c2')], outcome: { kind: 'complete' }, hasJava: true }); // prettier-ignore
    const { page, faults } = await pages.open({ profile: builder.build(), facts: { ...FACTS, startedAtMs: 1e300 } });
    expect(await page.locator('.facts').innerText()).toContain('from a time that is none');
    expect(await page.locator('.time output').textContent()).not.toContain('UTC');
    expect(await faults()).toEqual([]);
  });
});
