// The table of commands → what `jtrace` and `jtrace --help` print: enough to begin with. Not by yargs, which prints how it parses
// (`[words..]`), and columns that break what is to be copied.

import { fileURLToPath } from 'node:url';
import { wrapWords } from '../outputs/display-width.ts';
import type { Command, CommandExample } from './command.ts';
import { examplesText } from './describe-command.ts';

/** The way into it; each command has its own. */
const EXAMPLES: readonly CommandExample[] = [
  { typed: 'sudo jtrace profile', does: 'the only JVM of this machine, for 10 s: hottest methods and summary' },
  { typed: 'sudo jtrace profile Bootstrap -d 30s -o flame.html', does: 'one of several, by main class: a flame graph page' },
  { typed: 'sudo jtrace profile -o x.jtrace -- java -jar app.jar', does: 'a command from start to end, kept whole' },
  { typed: 'jtrace report x.jtrace --tree', does: 'and looked at later, as often as you like' },
];

/** Two folders up, from src/cli as from dist/cli. */
const DOCS = new URL('../../docs/command-line.md', import.meta.url);

const COLUMNS = 80;

/** Lines of at most 80 columns, but for the path of the docs. */
export function overviewText(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'jtrace COMMAND [OPTION…]',
    '',
    'Full user stacks, Java and native, of an unmodified JVM, from outside.',
    '',
    'Commands:',
    ...commands.flatMap(({ name, summary }) =>
      wrapWords(summary, COLUMNS - width - 4).map((line, index) => `  ${(index === 0 ? name : '').padEnd(width)}  ${line}`),
    ),
    '',
    'Options:',
    '  -h, --help     Show this help; after a COMMAND that of the command.',
    '      --version  Show the version.',
    '',
    examplesText(EXAMPLES),
    '',
    'jtrace COMMAND --help has its flags and more examples. All about it:',
    `  ${fileURLToPath(DOCS)}`,
  ].join('\n');
}
