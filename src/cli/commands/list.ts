// `jtrace list`: the scripts of the catalogue, or those that a word fits, by group.

import type { CatalogueScript } from '../../catalogue/catalogue.ts';
import { EXIT, OperatorError } from '../../model/errors.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { LIST_FLAGS } from '../flags/catalogue-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import { renderScriptList } from '../terminal/script-list.ts';
import type { Streams } from '../terminal/streams.ts';
import { createTheme } from '../terminal/theme.ts';

const TEXT_COLUMNS = 80;

export const LIST_COMMAND: Command = {
  name: 'list',
  summary: 'The scripts that come with jtrace',
  synopsis: '[WORD]',
  description:
    'Shows name and purpose of every script of the catalogue, and what it needs besides bpftrace; with a WORD those that have it in ' +
    'their name, group or purpose. jtrace show NAME has all about one, docs/scripts.md about all.',
  flags: LIST_FLAGS,
  words: { atMost: 1, whenMore: "one word; several in quotes: jtrace list 'page faults'" },
  takesCommand: false,
  examples: [
    { typed: 'jtrace list', does: 'all scripts' },
    { typed: 'jtrace list tcp', does: 'those that have to do with TCP' },
    { typed: 'jtrace list --json', does: 'for programs: parameters, fields, probes, needs' },
  ],
  run: runListCommand,
};

async function runListCommand(args: ParsedArguments, { stdout, env }: Streams): Promise<number> {
  const flags = flagValues(LIST_FLAGS, args);
  // Loaded late: help and usage errors need none of it.
  const { readCatalogue } = await import('../../catalogue/catalogue.ts');
  const [word = ''] = args.words;
  const scripts = readCatalogue().filter((script) => fits(script, word.toLowerCase()));
  if (scripts.length === 0)
    throw new OperatorError('usage', `no script has '${escapeForTerminal(word, 40)}' in its name, group or purpose`, 'jtrace list shows all'); // prettier-ignore
  const text = flags.json
    ? JSON.stringify(scripts.map(({ name, header }) => ({ name, ...header })), null, 2) // prettier-ignore
    : renderScriptList(scripts, TEXT_COLUMNS, createTheme(stdout, env)).join('\n');
  stdout.write(`${text}\n`);
  return EXIT.ok;
}

function fits({ name, header }: CatalogueScript, word: string): boolean {
  return [name, header.group, header.purpose].some((text) => text.toLowerCase().includes(word));
}
