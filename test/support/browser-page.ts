// Recordings as pages in a real browser: one Chromium for a file of tests, every page in a window of its own, opened from a file as a
// person would. Whatever goes wrong in a page (errors, requests, broken policy) is collected, for the test to expect none of it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { RENDER_RESOURCES } from '../../src/app/render-resources.ts';
import type { Recording } from '../../src/model/recording.ts';
import { DIFF_PAGE_FORMAT } from '../../src/outputs/diff-page.ts';
import { PAGE_FORMAT } from '../../src/outputs/page.ts';
import { diffRecordings } from '../../src/profile/diff.ts';
import { chromiumPath } from './host-tools.ts';
import { REPOSITORY } from './repository.ts';

/** A page of a million frames on a machine that has much else to do. */
const FIRST_PICTURE_TIMEOUT_MS = 120_000;

const OPTIONS = { byThread: false, lines: false, native: true };

/** Runs in the page before its own program: notes when the first picture is on the screen, and what would be copied. */
const WATCH = `
  addEventListener('securitypolicyviolation', (event) => { (globalThis.broken ??= []).push(event.violatedDirective); });
  new MutationObserver((_, observer) => {
    if (document.getElementById('page')?.getAttribute('aria-busy') !== 'false') return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => { globalThis.shownMs = performance.now(); }));
  }).observe(document, { subtree: true, childList: true, attributes: true });
  Object.defineProperty(navigator, 'clipboard', { value: { writeText: (text) => { globalThis.copied = text; return Promise.resolve(); } } });
`;

export interface OpenPage {
  readonly page: Page;
  /** From the beginning of the navigation to the first picture. */
  readonly shownMs: number;
  /** What a page must never have: errors, requests, breaches of its policy. */
  readonly faults: () => Promise<readonly string[]>;
}

export class BrowserPages {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'jtrace-pages-'));
  #pages = 0;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Builds the page's program first: a test of yesterday's bundle proves nothing. */
  static async start(): Promise<BrowserPages> {
    const built = spawnSync('npm', ['run', '--silent', 'build:page'], { cwd: REPOSITORY, encoding: 'utf8', input: '' });
    if (built.status !== 0) throw new Error(`npm run build:page: ${built.stdout}${built.stderr}`);
    const executablePath = chromiumPath();
    if (executablePath === null) throw new Error('no chromium');
    // Tests run as root, where Chromium has no sandbox to offer.
    return new BrowserPages(
      await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'] }),
    );
  }

  open(recording: Recording, options: BrowserContextOptions = {}): Promise<OpenPage> {
    return this.openHtml([...PAGE_FORMAT.render(recording, OPTIONS, RENDER_RESOURCES)].join(''), options);
  }

  openDifferential(before: Recording, after: Recording, options: BrowserContextOptions = {}): Promise<OpenPage> {
    const comparison = { before, after, diff: diffRecordings(before, after) };
    return this.openHtml([...DIFF_PAGE_FORMAT.render(comparison, RENDER_RESOURCES)].join(''), options);
  }

  async openHtml(html: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
    const path = join(this.#folder, `${String((this.#pages += 1))}.html`);
    writeFileSync(path, html);
    const context = await this.#browser.newContext({ viewport: { width: 1200, height: 900 }, colorScheme: 'light', ...options });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('console', (message) => faults.push(`console: ${message.text()}`));
    page.on('dialog', (dialog) => faults.push(`dialog: ${dialog.message()}`));
    const url = pathToFileURL(path).href;
    page.on('request', (request) => {
      if (request.url() !== url) faults.push(`request: ${request.url()}`);
    });
    await page.addInitScript(WATCH);
    await page.goto(url);
    // A function: text would be evaluated in the page, whose policy forbids that.
    await page.waitForFunction(() => 'shownMs' in globalThis, null, { timeout: FIRST_PICTURE_TIMEOUT_MS });
    return {
      page,
      shownMs: await page.evaluate('globalThis.shownMs'),
      faults: async () => [...faults, ...(await page.evaluate<string[]>('globalThis.broken ?? []'))],
    };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
