// What the command line answers, as readable transcripts: command, output (standard error marked `2> `), exit code. Each file
// beside this test is run again and must come out the same; JTRACE_BLESS=1 writes what came out instead.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/main.ts';
import { displayWidth } from '../../../src/outputs/display-width.ts';
import { REPOSITORY } from '../../support/repository.ts';

const FOLDER = join(import.meta.dirname, 'transcripts');
/** Help must fit it; error lines are as long as they are. */
const HELP_COLUMNS = 80;

describe.each(readdirSync(FOLDER).filter((name) => name.endsWith('.txt')))('%s', (name) => {
  const path = join(FOLDER, name);
  const expected = readFileSync(path, 'utf8');

  test('comes out again', async () => {
    const commands = expected.split('\n').filter((line) => line.startsWith('$ jtrace'));
    expect(commands.length).toBeGreaterThan(0);
    const parts: string[] = [];
    for (const command of commands) parts.push(await transcript(command));
    const actual = parts.join('\n');
    if (process.env['JTRACE_BLESS'] === '1') writeFileSync(path, actual);
    else expect(actual, `${path} (JTRACE_BLESS=1 accepts)`).toBe(expected);
  });

  test('standard output fits a terminal', () => {
    for (const line of expected.split('\n')) {
      if (!/^(\$|2> )/.test(line)) expect(displayWidth(line), line).toBeLessThanOrEqual(HELP_COLUMNS);
    }
  });
});

async function transcript(command: string): Promise<string> {
  let output = '';
  const code = await runCommand(wordsOf(command.replace(/^\$ jtrace ?/, '')), {
    stdout: { write: (text: string) => (output += text) },
    stderr: { write: (text: string) => (output += text.replace(/^(?=.)/gm, '2> ')) },
    env: {},
  });
  // Where the docs lie is told in full.
  return `${command}\n${output.replaceAll(REPOSITORY, '[jtrace]')}[exit ${code}]\n`;
}

/** Words as a shell would split them: blanks, 'single quotes', and $'\x..' for what no quote can show. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:\$'([^']*)'|'([^']*)'|[^\s']+)+/g)].map(([word]) =>
    word
      .replace(/\$'([^']*)'/g, (_, inner: string) =>
        inner.replace(/\\x([0-9a-f]{2})/g, (__, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      )
      .replace(/'([^']*)'/g, '$1'),
  );
}
