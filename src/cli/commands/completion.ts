// `jtrace completion`: the script by which bash or zsh completes what is typed after `jtrace`, and the answers to what it asks.

import { basename } from 'node:path';
import { EXIT, OperatorError } from '../../model/errors.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { candidatesFor } from '../completion/candidates.ts';
import { targetCandidates } from '../completion/target-candidates.ts';
import { completionAnswer, completionScript, type Shell, SHELLS } from '../completion/yargs-completion.ts';
import { launcherPath } from '../require-rights.ts';
import type { Streams } from '../terminal/streams.ts';

export const COMPLETION_COMMAND: Command = {
  name: 'completion',
  summary: 'A script that lets your shell complete commands, flags and JVMs',
  synopsis: '[bash | zsh]',
  description:
    'Prints a script for bash or zsh, without a name for the shell you log in with. With it the Tab key completes commands, flags, and for ' +
    'jtrace profile the numbers and names of the JVMs you can see.',
  flags: {},
  words: { atMost: 1, whenMore: 'one shell at a time', offers: SHELLS },
  takesCommand: false,
  examples: [
    { typed: 'source <(jtrace completion bash)', does: 'in ~/.bashrc' },
    { typed: 'source <(jtrace completion zsh)', does: 'in ~/.zshrc, after compinit' },
  ],
  run: runCompletionCommand,
};

async function runCompletionCommand({ words }: ParsedArguments, { stdout, env }: Streams): Promise<number> {
  const [asked] = words;
  const shell = shellNamed(asked ?? basename(env['SHELL'] ?? ''));
  if (shell === null) {
    const message =
      asked === undefined
        ? 'which shell the script is for is not known'
        : `there is no script for ${escapeForTerminal(asked, 40)}`;
    throw new OperatorError('usage', message, SHELLS.map((name) => `jtrace completion ${name}`).join(' or '));
  }
  stdout.write(`${await completionScript(shell, launcherPath())}\n`);
  return EXIT.ok;
}

/** What a script asks: prints what the last word may become. `words` begin with the program's own. */
export async function answerCompletion(
  words: readonly string[],
  commands: readonly Command[],
  { stdout, env }: Streams,
): Promise<number> {
  // Loaded late, as it reads /proc.
  const { listJvms } = await import('../../target/processes/list-processes.ts');
  const shell = shellNamed(basename(env['SHELL'] ?? '')) ?? 'bash';
  const candidates = candidatesFor(words.slice(1), commands, () => targetCandidates(listJvms()));
  if (candidates.length > 0) stdout.write(`${await completionAnswer(shell, candidates)}\n`);
  return EXIT.ok;
}

function shellNamed(name: string): Shell | null {
  return SHELLS.find((shell) => shell === name) ?? null;
}
