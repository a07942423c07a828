// A clone that was never built runs from its sources, but has no page, and a build may be older than the page or half of one: said in
// one line, before anything is sampled.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkPageBuilt } from '../../../src/app/render-resources.ts';
import { checkOutputs } from '../../../src/cli/check-outputs.ts';
import { REPOSITORY } from '../../support/repository.ts';

let clone = '';
beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'jtrace-clone-'));
  mkdirSync(join(clone, 'bin'));
  cpSync(join(REPOSITORY, 'bin/jtrace.js'), join(clone, 'bin/jtrace.js'));
  for (const name of ['src', 'templates', 'node_modules', 'package.json']) symlinkSync(join(REPOSITORY, name), join(clone, name));
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(clone, 'bin/jtrace.js'), ...args], { encoding: 'utf8', input: '' }); // prettier-ignore
  return { status, stdout, stderr };
};

test('-o x.html is refused with what to do', () => {
  expect(run('profile', 'nobody', '-o', 'x.html')).toEqual({
    status: 3,
    stdout: '',
    stderr: 'jtrace: the flame graph page is not built\n  in the folder of jtrace: npm run build\n',
  });
});

test('anything else runs; a COMMAND’s own .html is its own', () => {
  expect(run('--help').status).toBe(0);
  const { stderr } = run('profile', '-o', '/nonexistent/x.folded', '--', 'wc', 'x.html');
  expect(stderr).toContain('/nonexistent/x.folded');
});

test('a build without the page: the same line, asked of every output that is one', () => {
  const notBuilt = (): void => checkPageBuilt(pathToFileURL(`${clone}/bin/`));
  expect(notBuilt).toThrow('the flame graph page is not built');
  expect(() => checkOutputs([join(clone, 'x.folded'), join(clone, 'x.html')], undefined, notBuilt)).toThrow('not built');
  expect(() => checkOutputs([join(clone, 'x.folded'), '-'], undefined, notBuilt)).not.toThrow();
});
