// Help of every command in the table: it fits a terminal and ends with examples that can be copied.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS, runCommand } from '../../../src/cli/main.ts';
import { displayWidth } from '../../../src/outputs/display-width.ts';

const COLUMNS = 80;

async function printed(...argv: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  const output = { stdout: '', stderr: '' };
  const code = await runCommand(argv, {
    stdout: { write: (text: string) => (output.stdout += text) },
    stderr: { write: (text: string) => (output.stderr += text) },
    env: {},
  });
  return { ...output, code };
}

describe.each(COMMANDS.map((command) => [command.name, command] as const))('jtrace %s --help', (name, { examples }) => {
  test('ends with examples', async () => {
    const { stdout, code } = await printed(name, '--help');
    expect(code).toBe(0);
    expect(examples.length).toBeGreaterThanOrEqual(2);
    const lines = stdout.slice(stdout.indexOf('\nExamples:\n') + 1).trimEnd().split('\n'); // prettier-ignore
    // A long one is broken between words.
    const said = (text: string): string => text.replace(/\s+/g, ' ').trim();
    expect(said(lines.join(' '))).toBe(said(['Examples:', ...examples.flatMap(({ typed, does }) => [typed, does])].join(' ')));
    for (const { typed } of examples) expect(typed).toContain(`jtrace ${name}`);
  });

  test('fits 80 columns', async () => {
    for (const line of (await printed(name, '--help')).stdout.split('\n'))
      expect(displayWidth(line), line).toBeLessThanOrEqual(COLUMNS);
  });
});

test('profile, report, merge and convert write the same formats, and say so', async () => {
  const texts = await Promise.all(
    ['profile', 'report', 'merge', 'convert'].map(async (name) => (await printed(name, '--help')).stdout),
  );
  const endings = texts.map((text) => /chooses the\s+format\s+\(([^)]*)\)/.exec(text)?.[1]?.replace(/\s+/g, ' ')); // prettier-ignore
  expect(endings[0]).toContain('.html');
  expect(new Set(endings).size).toBe(1);
});

test.each([
  [['profile', '--help'], '.html'],
  [['diff', '--help'], 'diff.html'],
])('%s has a page among its examples', async (argv, page) => {
  const { stdout } = await printed(...argv);
  expect(stdout.slice(stdout.indexOf('Examples:'))).toContain(page);
});

test('no help of a command that is none', async () => {
  for (const argv of [
    ['nosuch', '--help'],
    ['--help', 'nosuch'],
    ['-h', 'profil'],
  ]) {
    const { stdout, stderr, code } = await printed(...argv);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toMatch(/^jtrace: unknown command (nosuch|profil)\n/);
  }
  expect((await printed('--help', '--verbose')).code).toBe(0);
});

test('a directory as output: the file suggested in it has the wanted ending', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'jtrace-help-')), 'folder.html');
  mkdirSync(folder);
  const hintOf = async (...argv: string[]): Promise<string> => (await printed(...argv)).stderr;
  expect(await hintOf('convert', 'x', '-o', folder)).toContain(`name a file in it, e.g. ${folder}/out.html\n`);
  expect(await hintOf('convert', 'x', '-o', 'none/')).toMatch(/^jtrace: none\/ names a directory\n.* none\/out\.folded\n$/);
  rmSync(dirname(folder), { recursive: true });
});

test('the endings that there are fit a terminal', async () => {
  const { stderr } = await printed('convert', 'x', '-o', 'x.none');
  expect(stderr).toContain('.speedscope.json');
  for (const line of stderr.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(COLUMNS);
});

test('jtrace alone helps, and says by its exit code that nothing was done', async () => {
  const alone = await printed();
  expect(alone).toEqual({ ...(await printed('--help')), code: 2 });
  expect(alone.stderr).toBe('');
  for (const { name, summary } of COMMANDS)
    expect(alone.stdout).toMatch(new RegExp(`^  ${name} +${summary.replace(/[()]/g, '\\$&').replaceAll(' ', '\\s+')}$`, 'm'));
  expect(alone.stdout).toMatch(/\n\nExamples:\n {2}sudo jtrace profile\n/);
  expect(alone.stdout).toMatch(/\/docs\/command-line[.]md\n$/);
});
