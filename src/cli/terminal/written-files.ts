// What became of the outputs of a command that is no run, and of what it read: lines for standard error.

import type { WrittenFile } from '../../model/summary.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatBytes } from './format-number.ts';
import type { Streams } from './streams.ts';
import { createTheme } from './theme.ts';

const MAX_PATH_CHARS = 200;
/** A problem names a file and a place in it. */
const MAX_PROBLEM_CHARS = 400;

/** Tells all of it; `quiet` keeps warnings. Gives whether everything is whole. */
export function tellFiles(
  problems: readonly string[],
  files: readonly WrittenFile[],
  quiet: boolean,
  { stderr, env }: Streams,
): boolean {
  const theme = createTheme(stderr, env);
  for (const problem of problems)
    stderr.write(`${theme.warning(`jtrace: warning: ${escapeForTerminal(problem, MAX_PROBLEM_CHARS)}`)}\n`);
  for (const { path, format, bytes, problem } of files) {
    const shown = path === '-' ? 'standard output' : escapeForTerminal(path, MAX_PATH_CHARS);
    if (problem !== null)
      stderr.write(`${theme.error(`jtrace: ${shown} was not written whole: ${escapeForTerminal(problem)}`)}\n`);
    else if (!quiet && path !== '-') stderr.write(`jtrace: ${shown}: ${format}, ${formatBytes(bytes)}\n`);
  }
  return problems.length === 0 && files.every(({ problem }) => problem === null);
}
