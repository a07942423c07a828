// The last moment: what a slow reader has not taken yet is not lost, and the exit code is what it was, however much is left.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPOSITORY } from '../../support/repository.ts';

const CODE = 7;
/** In place of the built program: writes lines until some are left in it, says so in a file, and ends. Arguments: the stream, a line's length, the file. */
const PROGRAM = `
import { writeFileSync } from 'node:fs';
export function main([name, length, path]) {
  const stream = process[name];
  let bytes = 0;
  while (stream.writableLength === 0) {
    stream.write('x'.repeat(length));
    bytes += Number(length);
  }
  writeFileSync(path, String(bytes));
  return Promise.resolve(${String(CODE)});
}
`;

let clone = '';
beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'jtrace-clone-'));
  for (const name of ['bin', 'dist/cli']) mkdirSync(join(clone, name), { recursive: true });
  cpSync(join(REPOSITORY, 'bin/jtrace.js'), join(clone, 'bin/jtrace.js'));
  writeFileSync(join(clone, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(clone, 'dist/cli/main.js'), PROGRAM);
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

/** Reads nothing until the program has written all. */
async function readLate(name: 'stdout' | 'stderr', length: number): Promise<{ code: unknown; read: number; written: number }> {
  const path = join(clone, `${name}-${String(length)}`);
  writeFileSync(path, '');
  const child = spawn(process.execPath, [join(clone, 'bin/jtrace.js'), name, String(length), path]);
  const closed = once(child, 'close');
  // A pipe that is full has something to read; the last line is left in the program then.
  await once(child[name], 'readable');
  let read = 0;
  child[name].on('data', (bytes: Buffer) => (read += bytes.length));
  const [code] = (await closed) as unknown[];
  return { code, read, written: Number(readFileSync(path, 'utf8')) };
}

test.each([
  ['stdout', 1000],
  ['stdout', 1_000_000],
  ['stderr', 1000],
  ['stderr', 1_000_000],
] as const)('%s, lines of %i', async (name, length) => {
  const { code, read, written } = await readLate(name, length);
  expect(code).toBe(CODE);
  expect(read).toBe(written);
});
