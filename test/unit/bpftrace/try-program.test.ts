// What came of a question to a bpftrace: made-up ones, which list, list nothing, or hang.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tryListing, tryProgram } from '../../../src/bpftrace/try-program.ts';

const timeoutMs = 60_000;
const PROGRAM = { text: 'BEGIN { }', environment: {}, unsafe: false, arguments: [] };
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jtrace-bpftrace-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function bpftrace(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

test('what is listed, by a child that carries the mark of this process: a later run ends it, should it be left', async () => {
  const bpftracePath = bpftrace('lists', 'echo "usdt:$2:$JTRACE_CAPTURE_OF"; echo other');
  const found = await tryListing('usdt:/lib/x:*', { bpftracePath, timeoutMs });
  expect(found).toEqual({
    kind: 'works',
    lines: [expect.stringMatching(new RegExp(`^usdt:usdt:/lib/x:\\*:${String(process.pid)}:\\d+:pid:`)) as unknown],
  });
});

test('nothing is listed: its words', async () => {
  const bpftracePath = bpftrace('lists-none', 'echo "no such file" >&2; exit 1');
  const found = await tryListing('usdt:/lib/x:*', { bpftracePath, timeoutMs });
  expect(found).toEqual({ kind: 'failed', message: 'bpftrace lists none', hint: '', said: ['no such file'] });
});

test('one that hangs is too slow, whatever it was asked', async () => {
  const options = { bpftracePath: bpftrace('hangs', 'exec sleep 100'), timeoutMs: 100 };
  expect(await tryListing('usdt:/lib/x:*', options)).toEqual({ kind: 'too-slow', afterMs: 100 });
  expect(await tryProgram(PROGRAM, 'ok', options)).toEqual({ kind: 'too-slow', afterMs: 100 });
});

test('a program is heard of, or not', async () => {
  const options = { bpftracePath: bpftrace('says', 'echo ok 30'), timeoutMs };
  expect(await tryProgram(PROGRAM, 'ok', options)).toEqual({ kind: 'works', lines: ['ok 30'] });
  expect(await tryProgram(PROGRAM, 'hit', options)).toMatchObject({ kind: 'failed', said: ['ok 30'] });
});
