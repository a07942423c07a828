// Whether jtrace must be built before the demonstration: told by the times of files.

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { needsBuild } from '../../demo/machine.ts';

let root = '';

/** A file of a certain age. */
function file(path: string, atSeconds: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
  utimesSync(join(root, path), atSeconds, atSeconds);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jtrace-built-'));
  for (const path of ['src/cli/main.ts', 'src/page/page.css', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'])
    file(path, 100);
  for (const folder of ['src', 'src/cli', 'src/page']) utimesSync(join(root, folder), 100, 100);
});
afterEach(() => rmSync(root, { recursive: true }));

test('never built', () => {
  expect(needsBuild(root)).toBe(true);
});

test('built after the last change', () => {
  for (const path of ['dist/cli/main.js', 'dist/page/page.js']) file(path, 200);
  expect(needsBuild(root)).toBe(false);
});

test('only one half is there', () => {
  file('dist/cli/main.js', 200);
  expect(needsBuild(root)).toBe(true);
});

test.each(['src/page/page.css', 'package-lock.json'])('%s was changed since', (path) => {
  for (const built of ['dist/cli/main.js', 'dist/page/page.js']) file(built, 200);
  file(path, 300);
  expect(needsBuild(root)).toBe(true);
});
