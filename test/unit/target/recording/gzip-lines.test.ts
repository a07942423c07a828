// Whose a recording is to read, and what may stand at its place before.

import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { OperatorError } from '../../../../src/model/errors.ts';
import { GzipLines, readGzipLines } from '../../../../src/target/recording/gzip-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'jtrace-gzip-lines-'));
afterAll(() => { rmSync(folder, { recursive: true }); }); // prettier-ignore

test('over a file that all may read: the recording is private, also from who has the old one open', () => {
  const path = join(folder, 'existing.jtr');
  writeFileSync(path, 'old');
  chmodSync(path, 0o644);
  const reader = openSync(path, 'r');
  const lines = new GzipLines(path);
  lines.add('memory');
  lines.close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readGzipLines(path).lines).toEqual(['memory']);
  expect(fstatSync(reader).size).toBe(3);
  closeSync(reader);
});

test('a link is refused and its target stays as it was', () => {
  const target = join(folder, 'target');
  writeFileSync(target, 'precious');
  symlinkSync(target, join(folder, 'link.jtr'));
  expect(() => new GzipLines(join(folder, 'link.jtr'))).toThrow(OperatorError);
  expect(readFileSync(target, 'utf8')).toBe('precious');
});
