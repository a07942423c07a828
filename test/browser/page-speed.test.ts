// How fast the page is in a real browser: first picture, zoom, search. Printed as a table of two times each: on the clock, from the
// event to the end of layout (the first picture: to the screen), and of the processor, of all that the page's thread then does, paint
// included; what else a machine does makes the clock's many times longer. Goals are printed beside them, not asserted: that what is drawn
// stays bounded is page-sizes.test.ts.

import { availableParallelism, cpus, loadavg } from 'node:os';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrowserPages } from '../support/browser-page.ts';
import { treeRecording } from '../support/made-up-trees.ts';
import { describeOnHost } from '../support/require-host.ts';

const RUNS = 5;
const GOALS = [
  { frames: 50_000, pictureMs: 300, zoomMs: 100, searchMs: 50 },
  { frames: 300_000, pictureMs: 500, zoomMs: 200, searchMs: 100 },
] as const;

interface Times {
  readonly clockMs: number;
  readonly processorMs: number;
}

/** Runs in the page: the action, then layout; answers when the frame has been painted. */
const timed = (action: string): string => `(async () => {
  const startMs = performance.now();
  ${action};
  document.querySelector('.graph svg').getBoundingClientRect();
  const clockMs = performance.now() - startMs;
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  return clockMs;
})()`;

const ZOOM = timed(
  `document.querySelectorAll('g.frame')[globalThis.zooms = (globalThis.zooms ?? 1) % 7 + 1].dispatchEvent(new MouseEvent('click', { bubbles: true }))`,
);
const RESET = timed(`document.querySelector('[data-action="Reset"]').click()`);
const SEARCH = timed(`const input = document.querySelector('.search input');
  input.value = 'method' + (globalThis.searches = (globalThis.searches ?? 10) + 1);
  input.dispatchEvent(new Event('input', { bubbles: true }))`);

/** Processor time of the page's thread since the page was loaded. */
async function processorMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
}

/** What is timed: answers its time by the clock. A load begins with a processor time of 0. */
interface Action {
  readonly isLoad: boolean;
  readonly run: () => Promise<number>;
}

async function measured(session: CDPSession, { isLoad, run }: Action): Promise<Times> {
  const beforeMs = await processorMs(session);
  const clockMs = await run();
  const afterMs = await processorMs(session);
  return { clockMs, processorMs: isLoad ? afterMs : afterMs - beforeMs };
}

async function median(session: CDPSession, actions: readonly Action[]): Promise<Times> {
  const times: Times[] = [];
  for (let run = 0; run < RUNS; run += 1) for (const action of actions) times.push(await measured(session, action));
  const middle = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
  return { clockMs: middle(times.map((time) => time.clockMs)), processorMs: middle(times.map((time) => time.processorMs)) };
}

const doing = (page: Page, action: string): Action => ({ isLoad: false, run: () => page.evaluate<number>(action) });

const loading = (page: Page): Action => ({
  isLoad: true,
  run: async () => {
    await page.reload();
    await page.waitForFunction(() => 'shownMs' in globalThis);
    return page.evaluate<number>('globalThis.shownMs');
  },
});

describeOnHost('speed of the page', ['chromium'], () => {
  let pages: BrowserPages;
  beforeAll(async () => {
    pages = await BrowserPages.start();
    const load = loadavg()[0]?.toFixed(1) ?? '?';
    console.log(
      `${cpus()[0]?.model ?? 'a processor'}, ${String(availableParallelism())} cores, load ${load}; ms by clock / processor`,
    );
  });
  afterAll(() => pages.close());

  test.each(GOALS)('$frames frames', async ({ frames, pictureMs, zoomMs, searchMs }) => {
    const { page } = await pages.open(treeRecording(frames));
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const picture = await median(session, [loading(page)]);
    const zoom = await median(session, [doing(page, ZOOM), doing(page, RESET)]);
    const search = await median(session, [doing(page, SEARCH)]);
    const shown = ({ clockMs, processorMs: ms }: Times): string => `${clockMs.toFixed(0)} / ${ms.toFixed(0)}`;
    const row = [picture, zoom, search].map(
      (times, at) => `${shown(times)} (goal ${String([pictureMs, zoomMs, searchMs][at] ?? 0)})`,
    );
    console.log(`| ${String(frames)} | ${row.join(' | ')} |`);
    for (const times of [picture, zoom, search]) expect(times.clockMs).toBeGreaterThan(0);
  });
});
