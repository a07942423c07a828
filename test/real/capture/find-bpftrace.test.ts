// Which bpftrace is used, and what is said when there is none that can be.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findBpftrace } from '../../../src/bpftrace/find.ts';
import { runOnce } from '../../../src/bpftrace/run-once.ts';
import { dialectFor } from '../../../src/program/dialects.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { describeOnHost } from '../../support/require-host.ts';

describeOnHost('finding and asking bpftrace', ['root', 'bpftrace'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-find-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const script = (name: string, body: string, mode = 0o755): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode });
    return path;
  };
  const PROGRAM = { environment: {}, unsafe: false, arguments: [] };

  test.each(bpftracesAtHand())('%s: its version has a dialect', async (path) => {
    const found = await findBpftrace({ path, searchPath: undefined });
    expect(found.path).toBe(path);
    expect(dialectFor(found.version).version).toEqual(found.version);
  });

  test('the usual places are looked at when PATH is short, relative entries of PATH are not', async () => {
    script('bpftrace', 'echo bpftrace v9.9.9');
    expect((await findBpftrace({ path: null, searchPath: folder })).version).toEqual({ major: 9, minor: 9, patch: 9 });
    const from = process.cwd();
    process.chdir(folder);
    try {
      const found = await findBpftrace({ path: null, searchPath: '.::' }).catch((error: unknown) => error);
      expect(found).not.toMatchObject({ version: { major: 9 } });
    } finally {
      process.chdir(from);
    }
  });

  test.each([
    ['missing', () => join(folder, 'none'), 'no program that can be run'],
    ['not executable', () => script('plain', 'true', 0o644), 'no program that can be run'],
    ['a folder', () => folder, 'no program that can be run'],
    ['another program', () => script('other', 'echo hello'), 'does not answer as bpftrace does'],
  ])('%s: one clear line', async (_name, path, message) => {
    await expect(findBpftrace({ path: path(), searchPath: '' })).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringContaining(message) as unknown,
    });
  });

  test('versions with a suffix are read', async () => {
    const path = script('suffix', 'echo "bpftrace v0.21.2-15-gabc"');
    expect((await findBpftrace({ path, searchPath: '' })).version).toEqual({ major: 0, minor: 21, patch: 2 });
  });

  test.each(bpftracesAtHand())('%s: a program run once gives its lines, without noise', async (bpftracePath) => {
    const text = 'BEGIN { printf("one\\ntwo %d\\n", 2); exit(); }';
    expect(await runOnce({ bpftracePath, program: { ...PROGRAM, text }, timeoutMs: 60_000 })).toEqual(['one', 'two 2']);
  });

  test.each(bpftracesAtHand())('%s: one that does not end, and one that is none, are errors', async (bpftracePath) => {
    const endless = { ...PROGRAM, text: 'interval:s:1 { @a = 1; }' };
    await expect(runOnce({ bpftracePath, program: endless, timeoutMs: 2500 })).rejects.toMatchObject({
      message: 'bpftrace did not answer within 2.5 s',
    });
    await expect(runOnce({ bpftracePath, program: { ...PROGRAM, text: 'BEGIN {' }, timeoutMs: 60_000 })).rejects.toMatchObject({
      message: 'this bpftrace does not understand the program of jtrace',
    });
  });
});
