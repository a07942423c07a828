// Expected texts in files: a missing one fails, JTRACE_BLESS=1 writes it anew, a difference is told by file and line.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { REPOSITORY } from './repository.ts';

/** Fails unless `actual` is what stands in `test/golden/NAME`. */
export function expectGolden(name: string, actual: string): void {
  const path = join(REPOSITORY, 'test/golden', name);
  const shown = relative(REPOSITORY, path);
  if (process.env['JTRACE_BLESS'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
    return;
  }
  if (!existsSync(path)) throw new Error(`${shown} is missing; JTRACE_BLESS=1 writes it`);
  const expected = readFileSync(path, 'utf8');
  if (expected === actual) return;
  const [expectedLines, actualLines] = [expected.split('\n'), actual.split('\n')];
  const at = actualLines.findIndex((line, i) => line !== expectedLines[i]);
  const line = at < 0 ? actualLines.length : at;
  const side = (mark: string, lines: readonly string[]): string => `  ${mark} ${lines[line] ?? '(end of text)'}`;
  throw new Error(
    `${shown}:${line + 1} differs; JTRACE_BLESS=1 accepts the new text\n${side('-', expectedLines)}\n${side('+', actualLines)}`,
  );
}
