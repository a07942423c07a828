// `jtrace show`: all about one script of the catalogue, or the script itself.

import { readScript, scriptNames } from '../../catalogue/catalogue.ts';
import { EXIT, OperatorError } from '../../model/errors.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { SHOW_FLAGS } from '../flags/catalogue-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import { renderScript } from '../terminal/script-text.ts';
import type { Streams } from '../terminal/streams.ts';
import { createTheme } from '../terminal/theme.ts';

const TEXT_COLUMNS = 80;

export const SHOW_COMMAND: Command = {
  name: 'show',
  summary: 'All about one of these scripts, or its source',
  synopsis: 'NAME',
  description:
    'Shows what a script of the catalogue is for, its parameters and what it puts out with their units, where it is attached, what it ' +
    'needs, what it costs, and an example with what it means.',
  flags: SHOW_FLAGS,
  words: {
    atMost: 1,
    whenMore: 'one script at a time',
    get offers() {
      return scriptNames();
    },
  },
  takesCommand: false,
  examples: [
    { typed: 'jtrace show opens', does: 'the files that threads open' },
    { typed: 'jtrace show opens --source > my-opens.bt', does: 'to change it' },
  ],
  run: runShowCommand,
};

function runShowCommand(args: ParsedArguments, { stdout, env }: Streams): Promise<number> {
  const flags = flagValues(SHOW_FLAGS, args);
  const [name] = args.words;
  if (name === undefined || name === '')
    throw new OperatorError('usage', 'which script is not given', 'jtrace list shows their names');
  const script = readScript(name);
  stdout.write(flags.source ? script.text : `${renderScript(script, TEXT_COLUMNS, createTheme(stdout, env)).join('\n')}\n`);
  return Promise.resolve(EXIT.ok);
}
