// A command and its table of flags → what yargs parses by and prints as help.

import type { Argv } from 'yargs';
import type { Command, CommandExample } from './command.ts';
import { FLAG_GROUPS, type Flag } from './flags/flag.ts';

/** `[string]` after every flag tells nobody anything. The typings of yargs lack the method. */
export function hideTypes(parser: Argv): Argv {
  return (parser as Argv & { usageConfiguration(settings: { readonly 'hide-types': boolean }): Argv }).usageConfiguration({
    'hide-types': true,
  });
}

/** Usage, flags by group and examples of one command. */
export function describeCommand(parser: Argv, command: Command): Argv {
  let described = parser.usage(`jtrace ${command.name} ${command.synopsis} [OPTION…]\n\n${command.description}`).version(false);
  for (const group of FLAG_GROUPS) {
    for (const [name, flag] of Object.entries(command.flags)) {
      if (flag.group === group) described = described.option(name, yargsOption(flag));
    }
  }
  return described.group(['help'], 'Other:').epilogue(examplesText(command.examples));
}

/** Not by yargs: its two columns break commands where none can be copied. */
export function examplesText(examples: readonly CommandExample[]): string {
  return ['Examples:', ...examples.map(({ typed, does }) => `  ${typed}\n      ${does}`)].join('\n');
}

function yargsOption(flag: Flag): object {
  const common = { ...(flag.alias === undefined ? {} : { alias: flag.alias }), group: `${flag.group}:` };
  if (flag.kind === 'switch') return { ...common, type: 'boolean', describe: flag.help };
  const shown = flag.shownDefault === '' ? '' : ` [${flag.shownDefault}]`;
  return { ...common, type: 'string', nargs: 1, describe: `${flag.placeholder}: ${flag.help}${shown}` };
}
