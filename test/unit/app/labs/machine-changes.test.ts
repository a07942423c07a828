// Settings, files and folders that a lab changes, and that are put back; a setting that may not be written is not tried again.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ledger } from '../../../../src/app/labs/ledger.ts';
import { changeSetting, makeFolder, undoChange } from '../../../../src/app/labs/machine-changes.ts';

let base = '';
let ledger: Ledger;
const setting = (): string => join(base, 'setting');

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'jtrace-changes-'));
  ledger = Ledger.open(undoChange, () => undefined, join(base, 'lab/changes'));
});
afterEach(() => {
  ledger.close(undoChange);
  rmSync(base, { recursive: true });
});

test.each([
  ['1\n', '0', '1'],
  ['always [madvise] never\n', 'never', 'madvise'],
])('a setting of %j is put back', (before, value, back) => {
  writeFileSync(setting(), before);
  changeSetting(ledger, setting(), value);
  expect(readFileSync(setting(), 'utf8')).toBe(value);
  expect(ledger.close(undoChange)).toEqual([]);
  expect(readFileSync(setting(), 'utf8')).toBe(back);
});

test('changed twice, it is as it was at first', () => {
  writeFileSync(setting(), '1');
  for (const value of ['0', '2']) changeSetting(ledger, setting(), value);
  ledger.close(undoChange);
  expect(readFileSync(setting(), 'utf8')).toBe('1');
});

test('one that cannot be written: told, and not on the list', () => {
  expect(() => {
    changeSetting(ledger, join(base, 'no/such'), '1');
  }).toThrow('cannot be set to 1');
  expect(ledger.close(undoChange)).toEqual([]);
});

test('a folder is root’s alone, and goes with all that is in it; so do files elsewhere', () => {
  const folder = makeFolder(ledger);
  writeFileSync(join(folder, 'program'), '');
  writeFileSync(setting(), 'a map of names');
  ledger.note({ kind: 'file', path: setting() });
  ledger.close(undoChange);
  expect([existsSync(folder), existsSync(setting())]).toEqual([false, false]);
});
