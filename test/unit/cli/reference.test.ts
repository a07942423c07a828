// docs/command-line.md holds the commands and flags as the tables in src/cli have them: between its markers it is generated, and
// this test compares. JTRACE_BLESS=1 writes it anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/cli/command.ts';
import { FLAG_GROUPS } from '../../../src/cli/flags/flag.ts';
import { COMMANDS } from '../../../src/cli/main.ts';
import { SUMMARY_VERSION } from '../../../src/model/summary.ts';
import { OUTPUT_ENDINGS } from '../../../src/outputs/formats.ts';
import { REPOSITORY } from '../../support/repository.ts';

const REFERENCE = join(REPOSITORY, 'docs/command-line.md');
const [BEGIN, END] = ['<!-- generated from src/cli: begin -->\n', '<!-- generated from src/cli: end -->\n'];

test('the reference is what the tables say', () => {
  const page = readFileSync(REFERENCE, 'utf8');
  const [before, rest = ''] = page.split(BEGIN);
  const [generated, after] = rest.split(END);
  const expected = COMMANDS.map(commandSection).join('\n');
  if (process.env['JTRACE_BLESS'] === '1') writeFileSync(REFERENCE, `${before ?? ''}${BEGIN}${expected}${END}${after ?? ''}`);
  else expect(generated, `${REFERENCE} (JTRACE_BLESS=1 writes it anew)`).toBe(expected);
});

test('the page of the JSON summary speaks of this version and every format', () => {
  const page = readFileSync(join(REPOSITORY, 'docs/summary-json.md'), 'utf8');
  expect(page).toContain(`\`version\`: ${SUMMARY_VERSION}`);
  const reference = readFileSync(REFERENCE, 'utf8');
  for (const ending of OUTPUT_ENDINGS) expect(reference).toContain(`\`${ending}\``);
});

function commandSection(command: Command): string {
  const rows = FLAG_GROUPS.flatMap((group) =>
    Object.entries(command.flags)
      .filter(([, flag]) => flag.group === group)
      .map(([name, flag]) => {
        const value = flag.kind === 'switch' ? '' : ` ${flag.placeholder}`;
        const label = `${flag.alias === undefined ? '' : `-${flag.alias}, `}--${name}${value}`;
        return `| \`${label}\` | ${flag.help} | ${flag.kind === 'switch' ? '' : flag.shownDefault} |`;
      }),
  );
  const examples = command.examples.map(({ typed, does }) => `# ${does}\n${typed}\n`);
  return [
    `## jtrace ${command.name}`,
    '',
    `\`jtrace ${command.name} ${command.synopsis} [OPTION…]\``,
    '',
    command.description,
    '',
    '```sh',
    `${examples.join('\n')}\`\`\``,
    '',
    '| flag | what it does | without it |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
