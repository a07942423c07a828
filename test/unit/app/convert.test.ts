// What diff says of two files that have the same name: the paths as they were typed.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compareRecordings } from '../../../src/app/convert.ts';
import { REPOSITORY } from '../../support/repository.ts';

const FIXTURES = join(REPOSITORY, 'test/fixtures');

let [folder, a, b] = ['', '', ''];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jtrace-convert-'));
  for (const name of ['a', 'b']) mkdirSync(join(folder, name));
  [a, b] = [join(folder, 'a/x'), join(folder, 'b/x')];
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); }); // prettier-ignore

test('errors and warnings name the path', async () => {
  copyFileSync(join(FIXTURES, 'profiles/before.folded'), a);
  writeFileSync(b, '');
  await expect(compareRecordings(a, b, [])).rejects.toThrow(`${b} has no samples`);
  copyFileSync(join(FIXTURES, 'profiles/garbage.bin'), b);
  await expect(compareRecordings(a, b, [])).rejects.toThrow(`${b}: no profile`);
  copyFileSync(join(FIXTURES, 'profiles/heap.pprof'), b);
  await expect(compareRecordings(a, b, [])).rejects.toThrow(`${a} counts samples, ${b} bytes`);
  copyFileSync(join(FIXTURES, 'profiles/partly.folded'), b);
  expect((await compareRecordings(a, b, [])).problems).toEqual([expect.stringContaining(`${b}: lines that are no`)]);
});

test('titles are those of the profiles where they tell them apart, else the paths', async () => {
  copyFileSync(join(FIXTURES, 'jtrace/small.jtrace'), a);
  copyFileSync(join(FIXTURES, 'jtrace/small.jtrace'), b);
  const { titleA, titleB } = (await compareRecordings(a, b, [])).diff;
  expect([titleA, titleB]).toEqual([a, b]);
  copyFileSync(join(FIXTURES, 'profiles/before.folded'), b);
  const { diff } = await compareRecordings(a, b, []);
  expect([diff.titleA, diff.titleB]).toEqual(['org.acme.Main', 'x']);
});
