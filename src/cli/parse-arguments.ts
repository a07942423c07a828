// argv → help, version, or one command with its typed values. yargs splits and prints help; what is unknown is told here, in one
// line with a suggestion. Everything after the first `--` belongs to the COMMAND and is looked at by nobody.

import yargs, { type Argv } from 'yargs';
import { OperatorError } from '../model/errors.ts';
import { escapeForTerminal } from '../outputs/escape-terminal.ts';
import { forgottenDashesError, unknownCommandError, unknownFlagError, yargsComplaint } from './argument-errors.ts';
import type { Command, ParsedArguments } from './command.ts';
import { describeCommand, hideTypes } from './describe-command.ts';
import { type Flag, type FlagTable, type FlagValues, flagLabel } from './flags/flag.ts';
import { overviewText } from './overview.ts';

/** Help is read on terminals of this width, and in pipes. */
const HELP_COLUMNS = 80;
/** Stands for `-` while yargs looks at the words, which drops it: no argument can hold a NUL. */
const DASH = '\0-';

export type Parsed =
  /** `asked`: false where help is printed because nothing was asked for. */
  | { readonly kind: 'print'; readonly text: string; readonly asked: boolean }
  | { readonly kind: 'run'; readonly command: Command; readonly args: ParsedArguments };

/** Parses what follows `jtrace`. Throws OperatorErrors of kind usage. */
export async function parseArguments(argv: readonly string[], table: readonly Command[], version: string): Promise<Parsed> {
  const dashes = argv.indexOf('--');
  const own = dashes < 0 ? argv : argv.slice(0, dashes);
  const commandLine = dashes < 0 ? null : argv.slice(dashes + 1);
  const commands = table.map((row) => withMoreFlags(row, own));
  const command = commands.find(({ name }) => name === own.find((word) => commands.some((known) => known.name === word)));
  // Help first, whatever else is wrong: it is what people ask for when something is. But there is none of a command that is none.
  if (argv.length === 0 || own.includes('--help') || own.includes('-h')) {
    const first = own.find((word) => word !== '--help' && word !== '-h');
    if (command === undefined && first !== undefined && !first.startsWith('-')) throw unknownCommandError(first, commands);
    const text = command === undefined ? overviewText(commands) : (await runYargs([command.name, '--help'], commands)).printed;
    return { kind: 'print', text, asked: argv.length > 0 };
  }
  if (own.includes('--version')) return { kind: 'print', text: version, asked: true };
  if (command === undefined) {
    const stray = own.find((word) => !word.startsWith('-'));
    throw stray === undefined && own[0] !== undefined
      ? unknownFlagError(own[0], {}, 'jtrace --help')
      : unknownCommandError(stray, commands);
  }
  const helpHint = `jtrace ${command.name} --help`;
  const refuse = (error: OperatorError): never => {
    throw (command.takesCommand && commandLine === null ? forgottenDashesError(own) : null) ?? error;
  };
  // The command first: yargs takes what follows a switch it does not know yet (`-v profile`) for its value.
  const at = own.indexOf(command.name);
  const words = splitShortValues([command.name, ...own.slice(0, at), ...own.slice(at + 1)], command.flags);
  // Before yargs, which stumbles over names such as --constructor.
  const unknownLong = words.find(
    (word) => word.startsWith('--') && !Object.hasOwn(command.flags, word.slice(2).replace(/=.*$/s, '')),
  );
  if (unknownLong !== undefined) refuse(unknownFlagError(unknownLong.replace(/=.*$/s, ''), command.flags, helpHint));
  const { values } = await runYargs(words, commands);
  const unknown = unknownShort(values, words, command.flags);
  if (unknown !== null) refuse(unknownFlagError(unknown, command.flags, helpHint));
  const positional = [...wordList(values['words']), ...wordList(values['_']).slice(1)];
  const extra = positional[command.words.atMost];
  if (extra !== undefined)
    refuse(new OperatorError('usage', `'${escapeForTerminal(extra, 60)}' is one word too many`, command.words.whenMore));
  if (commandLine !== null && !command.takesCommand) {
    throw new OperatorError('usage', `jtrace ${command.name} takes no COMMAND`, `see ${helpHint}`);
  }
  return {
    kind: 'run',
    command,
    args: { argv, words: positional, commandLine, flags: collectFlags(values, command.flags) },
  };
}

function withMoreFlags(command: Command, words: readonly string[]): Command {
  return command.moreFlags === undefined ? command : { ...command, flags: { ...command.moreFlags(words), ...command.flags } };
}

/** Typed values of a command's flags; throws what their parsers throw, with the flag's name before it. */
export function flagValues<Table extends FlagTable>(table: Table, args: ParsedArguments): FlagValues<Table> {
  const entries = Object.entries(table).map(([name, flag]) => [name, flagValue(name, flag, args.flags.get(name) ?? [])]);
  return Object.fromEntries(entries) as FlagValues<Table>; // the table's own parsers gave each value
}

function flagValue(name: string, flag: Flag, texts: readonly string[]): unknown {
  if (flag.kind === 'switch') return texts.at(-1) === 'true';
  if (flag.kind === 'value' && texts.length > 1) {
    throw new OperatorError('usage', `${flagLabel(name, flag)} was given ${texts.length} times`, 'give it once');
  }
  const values = texts.map((text) => {
    try {
      return flag.parse(text);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      throw new OperatorError(error.kind, `${flagLabel(name, flag)}: ${error.message}`, error.hint, { cause: error });
    }
  });
  return flag.kind === 'list' ? values : (values[0] ?? null);
}

type YargsValues = Readonly<Record<string, unknown>>;

async function runYargs(
  words: readonly string[],
  commands: readonly Command[],
): Promise<{ values: YargsValues; printed: string }> {
  let parser = hideTypes(yargs([]))
    .scriptName('jtrace')
    .locale('en') // errors and help are one text with the docs, whatever the machine speaks
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .help('help', 'Show this help.')
    .alias('h', 'help')
    .version('version', 'Show the version.', '')
    .wrap(HELP_COLUMNS)
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw yargsComplaint(error?.message ?? message ?? '', commands);
    });
  for (const command of commands) {
    const builder = (inner: Argv): Argv => describeCommand(inner, command);
    // yargs finds help for a command only if it runs it: the handler is empty, main() runs what was parsed.
    parser = parser.command(`${command.name} [words..]`, command.summary, builder, () => undefined);
  }
  let printed = '';
  const given = words.map((word) => (word === '-' ? DASH : word));
  const values: unknown = await parser.parseAsync(given, {}, (_error: unknown, _argv: unknown, output: string) => {
    printed = output;
  });
  return { values: typeof values === 'object' && values !== null ? (values as YargsValues) : {}, printed };
}

/** `-d10s` and `-d=10s` → `--duration=10s`: yargs reads letters after a short flag as more flags; `-` → {@link DASH}. */
function splitShortValues(words: readonly string[], flags: FlagTable): readonly string[] {
  const names = new Map(
    Object.entries(flags).flatMap(([name, flag]) =>
      flag.kind === 'switch' || flag.alias === undefined ? [] : [[flag.alias, name] as const],
    ),
  );
  return words.map((word) => {
    if (word === '-') return DASH;
    const [, letter = '', value = ''] = /^-([A-Za-z])=?(.+)$/s.exec(word) ?? [];
    const name = names.get(letter); // '' is no flag's alias
    return name === undefined ? word : `--${name}=${value}`;
  });
}

function textOf(value: unknown): string {
  return value === DASH ? '-' : String(value);
}

function wordList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(textOf) : [];
}

function collectFlags(values: YargsValues, flags: FlagTable): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.keys(flags).flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [[name, (Array.isArray(value) ? value : [value]).map(textOf)] as const];
    }),
  );
}

/** The word that brought a short flag nobody knows (long ones were looked at before yargs); null when all are known. */
function unknownShort(values: YargsValues, words: readonly string[], flags: FlagTable): string | null {
  const known = new Set(['_', '$0', 'words', ...Object.entries(flags).flatMap(([name, { alias }]) => [name, alias ?? name])]);
  const key = Object.keys(values).find((name) => !known.has(name));
  return key === undefined ? null : (words.find((word) => /^-[^-]/.test(word) && word.includes(key)) ?? `-${key}`);
}
