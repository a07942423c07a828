// Words of the command line that fit nothing → the error that says so and names what was probably meant.

import { OperatorError } from '../model/errors.ts';
import { escapeForTerminal } from '../outputs/escape-terminal.ts';
import type { Command } from './command.ts';
import { type FlagTable, flagLabel } from './flags/flag.ts';
import { nearest } from '../model/nearest.ts';

/** A flag that no table has. */
export function unknownFlagError(word: string, flags: FlagTable, helpHint: string): OperatorError {
  const names = [
    ...Object.entries(flags).flatMap(([name, { alias }]) => [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])]),
    '--help',
    '--version',
  ];
  const near = nearest(word, names);
  return new OperatorError(
    'usage',
    `unknown option ${escapeForTerminal(word, 60)}`,
    near === null ? `see ${helpHint}` : `did you mean ${near}? See ${helpHint}`,
  );
}

/** A word that is no command, or none where one must be. */
export function unknownCommandError(word: string | undefined, commands: readonly Command[]): OperatorError {
  const all = `commands: ${commands.map(({ name }) => name).join(', ')}; see jtrace --help`;
  if (word === undefined)
    return new OperatorError('usage', 'a command is missing before --', 'did you mean jtrace profile -- COMMAND ARG…?');
  const shown = escapeForTerminal(word, 60);
  if (/^\d+$/.test(word)) return new OperatorError('usage', `unknown command ${shown}`, `did you mean jtrace profile ${shown}?`);
  if (word.endsWith('.jtrace'))
    return new OperatorError('usage', `unknown command ${shown}`, `did you mean jtrace report ${shown}?`);
  const near = nearest(word, commands.map(({ name }) => name)); // prettier-ignore
  return new OperatorError('usage', `unknown command ${shown}`, near === null ? all : `did you mean jtrace ${near}? (${all})`);
}

/** `jtrace profile java -jar x.jar`: a COMMAND typed without the `--` before it; null when there is none in sight. */
export function forgottenDashesError(words: readonly string[]): OperatorError | null {
  const java = words.findIndex((word) => /(^|\/)java$/.test(word));
  if (java < 0 || java === words.length - 1) return null;
  const typed = [...words.slice(0, java), '--', ...words.slice(java)].join(' ');
  return new OperatorError('usage', 'a COMMAND must stand after --', `jtrace ${escapeForTerminal(typed, 100)}`);
}

/** What yargs complains of by itself: missing values; all else is checked before it could. */
export function yargsComplaint(message: string, commands: readonly Command[]): OperatorError {
  const key = /^Not enough arguments following: (\S+)$/.exec(message)?.[1];
  const flags = commands.flatMap((command) => Object.entries(command.flags));
  const [name, flag] = flags.find(([long, { alias }]) => key === long || key === alias) ?? [];
  if (name === undefined || flag === undefined)
    return new OperatorError('usage', escapeForTerminal(message), 'see jtrace --help');
  return new OperatorError(
    'usage',
    `${flagLabel(name, flag)} needs a value`,
    `a value that begins with - is written --${name}=VALUE`,
  );
}
