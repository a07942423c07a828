// Profiles that a page must withstand: names that would be markup, program or style; no samples, no times; stacks deeper than any
// drawing; two compared.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Recording } from '../../src/model/recording.ts';
import { asPid, asTid } from '../../src/model/units.ts';
import { createProfileBuilder } from '../../src/profile/profile-builder.ts';
import { BrowserPages } from '../support/browser-page.ts';
import { madeUpFrame, deepRecording } from '../support/made-up-trees.ts';
import { shopRecording } from '../support/made-up-shop.ts';
import { describeOnHost } from '../support/require-host.ts';

const HOSTILE = [
  '</script><script>globalThis.pwned = 1</script>',
  '<img src=x onerror="globalThis.pwned = 1">',
  '"><svg onload="globalThis.pwned = 1">',
  '<style>body { display: none }</style>',
  '<!--', ']]>', '-->', '${globalThis.pwned = 1}', 'javascript:globalThis.pwned=1', '&lt;b&gt;',
  'a\nb\u0000c\u001b[2J', '\u202egnp.exe\u2066', '\ud800', '__proto__', 'constructor', 'toString', ' ', '',
  'n'.repeat(60_000), 'e' + '\u0301'.repeat(5000),
]; // prettier-ignore

function hostileRecording(): Recording {
  const builder = createProfileBuilder('samples');
  HOSTILE.forEach((name, i) => {
    const frames = [madeUpFrame(name, 'c2', { library: name }), madeUpFrame(`${name}.caller`, 'native', { library: name })];
    builder.add({ pid: asPid(1), tid: asTid(i), timeNs: i * 1e8, pc: 0, weight: 1 }, { frames, outcome: { kind: 'unfinished', reason: 'stack-cut', detail: name }, hasJava: true }); // prettier-ignore
    builder.nameThread(asPid(1), asTid(i), name);
  });
  const [title = '', flag = '', value = ''] = HOSTILE;
  const run = {
    targets: [{ pid: asPid(1), mainClass: title, program: title, container: title, jdkVersion: title, vmFlags: [{ name: flag, value, note: title }] }],
    isWholeMachine: false,
    kernel: title, bpftraceVersion: title, rateHz: 99, event: null, durationMs: 3000, end: 'duration', lostEvents: 1, brokenSamples: 2, reduction: null,
  } as const; // prettier-ignore
  return {
    profile: builder.build(),
    facts: { source: 'jtrace', title, startedAtMs: null, startNs: 0, hasTimes: true, run, problems: [title] },
  };
}

describeOnHost('hard profiles', ['chromium'], () => {
  let pages: BrowserPages;
  beforeAll(async () => {
    pages = await BrowserPages.start();
  });
  afterAll(() => pages.close());

  test('hostile names are text wherever they are shown', async () => {
    const { page, faults } = await pages.open(hostileRecording());
    await page.locator('.thread-filter summary').click();
    for (const one of await page.locator('g.frame rect').all()) await one.hover();
    await page.getByLabel('Search methods').fill('</script>');
    await page.locator('.hottest tbody button').first().click();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Copy folded' }).click();
    await page.getByRole('button', { name: 'Invert' }).click();
    for (const one of await page.locator('.panel:visible g.frame rect').all()) await one.hover();
    await page.locator('.panel:visible g.frame rect').nth(1).click();
    await page.keyboard.press('s');
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    expect(await page.evaluate('({}).polluted ?? Object.prototype.polluted')).toBeUndefined();
    expect(await page.locator('meta[http-equiv]').getAttribute('content')).not.toContain('unsafe');
    // Nothing of them reorders or hides what stands beside it.
    expect(await page.locator('main').innerText()).not.toMatch(/[\u0000-\u0008\u001b\u202a-\u202e\u2066-\u2069]/);
    expect(await page.locator('script, img, style, iframe, link, object').count()).toBe(3); // style, data, program
    expect(await page.locator('h1').textContent()).toBe(HOSTILE[0]);
    expect(await page.title()).toContain('</script>');
    expect(await page.locator('main').isVisible()).toBe(true);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1200);
    expect(await faults()).toEqual([]);
  });

  test('even markup that gets in cannot run or load anything', async () => {
    const { page, faults } = await pages.open(hostileRecording());
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src="http://localhost:1/x.png" onerror="globalThis.pwned=1"><style>body{opacity:0}</style>');
      const script = document.createElement('script'); script.textContent = 'globalThis.pwned = 2'; document.body.append(script);`);
    await page.waitForTimeout(200);
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    expect(await page.evaluate('getComputedStyle(document.body).opacity')).toBe('1');
    const broken = await faults();
    expect(broken.some((fault) => fault.includes('img-src') || fault.includes('default-src'))).toBe(true);
    expect(broken.some((fault) => fault.startsWith('script-src'))).toBe(true);
    expect(broken.some((fault) => fault.startsWith('style-src'))).toBe(true);
  });

  test('no samples: why, and what to try', async () => {
    const { page, faults } = await pages.open(shopRecording(0));
    const text = await page.locator('main').innerText();
    expect(text).toContain('No samples');
    expect(text).toContain('Sample longer (-d 60s)');
    expect(text).toContain('kernel 6.1.0-28-amd64');
    expect(await faults()).toEqual([]);
  });

  test('no times, one thread: nothing to choose from', async () => {
    const recording = deepRecording(30);
    const profile = { ...recording.profile, samples: { ...recording.profile.samples, thread: recording.profile.samples.thread.map(() => 0) } }; // prettier-ignore
    const { page } = await pages.open({ profile, facts: { ...recording.facts, hasTimes: false } });
    expect(await page.locator('.time, .thread-filter').count()).toBe(0);
    expect(await page.locator('g.frame').count()).toBe(31);
  });

  test('10,000 frames deep: bounded, said, and every level within reach', async () => {
    const { page, faults } = await pages.open(deepRecording(10_000));
    const status = page.locator('.status').first();
    expect(await status.textContent()).toContain('9,600 more levels');
    for (const left of ['9,200', '8,800']) {
      await page.locator('g.frame rect').last().click();
      expect(await status.textContent()).toContain(`${left} more levels`);
    }
    expect(await status.textContent()).toContain('callers above are left out');
    await page.keyboard.press('i');
    await page.keyboard.press('s');
    expect(await page.locator('.sandwich .panel').count()).toBe(2);
    expect(await faults()).toEqual([]);
  });

  test('two compared: colours by change, either direction', async () => {
    const { page, faults } = await pages.openDifferential(shopRecording(3000), shopRecording(600));
    const boxes = page.locator('.panel:visible g.frame[data-change]');
    expect(await boxes.count()).toBeGreaterThan(20);
    expect(await page.locator('.legend').innerText()).toContain('a little more');
    await page.locator('g.frame[data-change] rect').nth(6).hover();
    expect(await page.locator('.tooltip').innerText()).toMatch(/of all samples (more|less) than in the other profile|no change/);
    expect(await page.locator('.sum').textContent()).toBe('3,000 → 600 samples, widths of after');
    await page.getByRole('button', { name: 'Widths of before' }).click();
    expect(await page.locator('.sum').textContent()).toBe('3,000 → 600 samples, widths of before');
    expect(await faults()).toEqual([]);
  });
});
