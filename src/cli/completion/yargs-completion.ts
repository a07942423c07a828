// Completion as yargs does it: the script that a shell reads, and the answers to what that script asks. Its scripts are changed in what they
// get wrong: they would run whatever `jtrace` PATH has, trust SHELL to be the shell that asks, take the end of the line for the word
// that is being typed, and let messages through to the prompt.

import yargs from 'yargs';
import { shellQuote } from '../shell-quote.ts';
import type { Candidate } from './candidates.ts';

export const SHELLS = ['bash', 'zsh'] as const;
export type Shell = (typeof SHELLS)[number];

/** What scripts ask with (yargs' own name for it): the words of the line follow, that of the program first. */
export const COMPLETION_REQUEST = '--get-yargs-completions';

/** In every script, what yargs writes → what must stand there. */
const WORDS = {
  bash: ['"${args[@]}"', '"${args[@]:0:COMP_CWORD+1}" 2>/dev/null'],
  zsh: ['"${words[@]}"', '"${(@)words[1,CURRENT]}" 2>/dev/null'],
} as const satisfies Record<Shell, readonly [string, string]>;

/** `launcher`: what to run for an answer. */
export async function completionScript(shell: Shell, launcher: string): Promise<string> {
  const script = await whileShellIs(shell, () => printedBy(['completion'], () => []));
  const request = `jtrace ${COMPLETION_REQUEST}`;
  const [words, wordsToCursor] = WORDS[shell];
  if (!script.includes(request) || !script.includes(words)) throw new Error(`yargs has another script for ${shell} now`);
  return script
    .replace(/^# Installation:.*\n(# +or .*\n)?/m, `# In ~/.${shell}rc: source <(${shellQuote(launcher)} completion ${shell})\n`)
    .replace(request, () => `SHELL=${shell} ${shellQuote(launcher)} ${COMPLETION_REQUEST}`)
    .replace(words, () => wordsToCursor);
}

/** One line each, as the script of that shell reads them. */
export async function completionAnswer(shell: Shell, candidates: readonly Candidate[]): Promise<string> {
  const lines = candidates.map(({ word, does }) =>
    shell === 'bash' ? word : `${word.replaceAll(':', '\\:')}${does === '' ? '' : `:${does}`}`,
  );
  return printedBy([COMPLETION_REQUEST], () => lines);
}

/** What yargs prints for words of its own making: nothing that was typed is parsed here. */
async function printedBy(words: readonly string[], answer: () => string[]): Promise<string> {
  let printed = '';
  const parser = yargs([]).scriptName('jtrace').help(false).version(false).exitProcess(false).completion('completion', answer);
  await parser.parseAsync(words, {}, (_error: unknown, _argv: unknown, output: string) => {
    printed = output;
  });
  return printed;
}

/** yargs chooses its script by SHELL, which names the login shell, not the one that asks. */
async function whileShellIs<Result>(shell: Shell, body: () => Promise<Result>): Promise<Result> {
  const names = ['SHELL', 'ZSH_NAME'] as const;
  const before = names.map((name) => process.env[name]);
  process.env['SHELL'] = shell;
  delete process.env['ZSH_NAME'];
  try {
    return await body();
  } finally {
    for (const [i, name] of names.entries()) {
      if (before[i] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[i];
    }
  }
}
