// The one place that turns what was thrown into text on standard error and an exit code: an operator's error is two lines, a bug
// is its stack and where to report it.

import { inspect } from 'node:util';
import { EXIT, type OperatorError } from '../model/errors.ts';
import { escapeForTerminal } from '../outputs/escape-terminal.ts';
import type { Theme } from './terminal/theme.ts';

const MAX_MESSAGE_CHARS = 2000;
/** Causes of causes; a loop of them ends here. */
const MAX_CAUSES = 5;

/** Lines for an operator's error; with `verbose` its causes, too. All text is escaped. */
export function errorLines(error: OperatorError, verbose: boolean, theme: Theme): readonly string[] {
  const lines = [theme.error(`jtrace: ${escapeForTerminal(error.message, MAX_MESSAGE_CHARS)}`)];
  if (error.hint !== '')
    lines.push(...error.hint.split('\n').map((line) => theme.hint(`  ${escapeForTerminal(line, MAX_MESSAGE_CHARS)}`)));
  if (!verbose) return lines;
  let cause: unknown = error.cause;
  for (let depth = 0; depth < MAX_CAUSES && cause !== undefined; depth++) {
    const text = thrownText(cause);
    lines.push(...text.split('\n').map((line) => theme.hint(`  because: ${escapeForTerminal(line, MAX_MESSAGE_CHARS)}`)));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return lines;
}

/** Exit code of an operator's error. */
export function exitCodeOf(error: OperatorError): number {
  return EXIT[error.kind];
}

/** Lines for what should not have happened. */
export function bugLines(error: unknown, version: string, theme: Theme): readonly string[] {
  const text = thrownText(error);
  return [
    theme.error('jtrace: a bug of jtrace stopped it'),
    ...text.split('\n').map((line) => `  ${escapeForTerminal(line, MAX_MESSAGE_CHARS)}`),
    `  please report it with these lines (jtrace ${version}, node ${process.version})`,
  ];
}

function thrownText(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : inspect(thrown);
}
