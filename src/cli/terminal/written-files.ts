// What became of the outputs of a command that is no run, and of what it read: lines for standard error.

import type { WrittenFile } from '../../model/summary.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatBytes } from './format-number.ts';
import type { Streams } from './streams.ts';
import { createTheme, type Theme } from './theme.ts';

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
  for (const file of files) {
    const { path, format, bytes, problem } = file;
    if (problem !== null) for (const line of problemLines([file], theme)) stderr.write(`${line}\n`);
    else if (!quiet && path !== '-') stderr.write(`jtrace: ${shownPath(path)}: ${format}, ${formatBytes(bytes)}\n`);
  }
  return problems.length === 0 && files.every(({ problem }) => problem === null);
}

/** One line for each file that is not whole. */
export function problemLines(files: readonly WrittenFile[], theme: Theme): readonly string[] {
  return files.flatMap(({ path, problem }) =>
    problem === null ? [] : [theme.error(`jtrace: ${shownPath(path)} was not written whole: ${escapeForTerminal(problem)}`)],
  );
}

function shownPath(path: string): string {
  return path === '-' ? 'standard output' : escapeForTerminal(path, MAX_PATH_CHARS);
}
