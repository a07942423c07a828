// Help of every command in the table: it fits a terminal and ends with examples that can be copied.

import { describe, expect, test } from 'vitest';
import { COMMANDS, runCommand } from '../../../src/cli/main.ts';
import { displayWidth } from '../../../src/cli/terminal/display-width.ts';

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
    expect(lines).toEqual(['Examples:', ...examples.flatMap(({ typed, does }) => [`  ${typed}`, `      ${does}`])]);
    for (const { typed } of examples) expect(typed).toContain(`jtrace ${name}`);
  });

  test('fits 80 columns', async () => {
    for (const line of (await printed(name, '--help')).stdout.split('\n'))
      expect(displayWidth(line), line).toBeLessThanOrEqual(COLUMNS);
  });
});

test('jtrace alone helps, and says by its exit code that nothing was done', async () => {
  const alone = await printed();
  expect(alone).toEqual({ ...(await printed('--help')), code: 2 });
  expect(alone.stderr).toBe('');
  for (const { name, summary } of COMMANDS)
    expect(alone.stdout).toMatch(new RegExp(`^  ${name} +${summary.replace(/[()]/g, '\\$&')}$`, 'm'));
  expect(alone.stdout).toMatch(/\n\nExamples:\n {2}sudo jtrace profile\n/);
  expect(alone.stdout).toMatch(/\/docs\/command-line[.]md\n$/);
});
