// The program: argv → a command that runs → an exit code. Every way out is here: help, an operator's error, a bug, a pipe that
// was closed.

import { closeSync, openSync, readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { EXIT, OperatorError } from '../model/errors.ts';
import type { Command } from './command.ts';
import { answerCompletion, COMPLETION_COMMAND } from './commands/completion.ts';
import { CONVERT_COMMAND } from './commands/convert.ts';
import { DIFF_COMMAND } from './commands/diff.ts';
import { DOCTOR_COMMAND } from './commands/doctor.ts';
import { LAB_COMMAND } from './commands/lab.ts';
import { EXPLAIN_VERIFIER_COMMAND } from './commands/explain-verifier.ts';
import { LIST_COMMAND } from './commands/list.ts';
import { MERGE_COMMAND } from './commands/merge.ts';
import { PROFILE_COMMAND } from './commands/profile.ts';
import { REPORT_COMMAND } from './commands/report.ts';
import { RESIDENCY_COMMAND } from './commands/residency.ts';
import { RUN_COMMAND } from './commands/run.ts';
import { SHOW_COMMAND } from './commands/show.ts';
import { WATCH_COMMAND } from './commands/watch.ts';
import { COMPLETION_REQUEST } from './completion/yargs-completion.ts';
import { parseArguments } from './parse-arguments.ts';
import { bugLines, errorLines, exitCodeOf } from './report-failure.ts';
import type { Streams } from './terminal/streams.ts';
import { createTheme } from './terminal/theme.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  PROFILE_COMMAND,
  RUN_COMMAND,
  WATCH_COMMAND,
  RESIDENCY_COMMAND,
  DOCTOR_COMMAND,
  LIST_COMMAND,
  SHOW_COMMAND,
  REPORT_COMMAND,
  DIFF_COMMAND,
  MERGE_COMMAND,
  CONVERT_COMMAND,
  LAB_COMMAND,
  EXPLAIN_VERIFIER_COMMAND,
  COMPLETION_COMMAND,
];

/**
 * Runs jtrace; never throws. `argv` is what follows the program's name. Exit codes: 0 ok, 1 ran but incomplete (also when standard
 * output was closed before all was written: Node gets no SIGPIPE, and 1 says what happened), 2 usage, 3 environment, 70 bug.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const pipe = watchOutputPipe();
  leaveByBug();
  leaveLostTerminals();
  const code = await runCommand(argv, process);
  // A stream tells of a closed pipe one turn after the write.
  await new Promise((resolve) => setImmediate(resolve));
  return pipe.closed && code === EXIT.ok ? EXIT.incomplete : code;
}

/** The same on any streams; gives what the command or the error says. */
export async function runCommand(argv: readonly string[], streams: Streams): Promise<number> {
  try {
    if (argv[0] === COMPLETION_REQUEST) return await answerCompletion(argv.slice(1), COMMANDS, streams);
    const parsed = await parseArguments(argv, COMMANDS, `jtrace ${packageVersion()}`);
    if (parsed.kind === 'run') return await parsed.command.run(parsed.args, streams);
    streams.stdout.write(`${parsed.text}\n`);
    return parsed.asked ? EXIT.ok : EXIT.usage;
  } catch (error) {
    const theme = createTheme(streams.stderr, streams.env);
    const known = error instanceof OperatorError;
    const lines = known ? errorLines(error, isVerbose(argv), theme) : bugLines(error, packageVersion(), theme);
    streams.stderr.write(`${lines.join('\n')}\n`);
    return known ? exitCodeOf(error) : EXIT.bug;
  }
}

/** A bug in a callback, where no caller can catch it: told like any other. What was written until then stays. */
function leaveByBug(): void {
  process.on('uncaughtException', (error) => {
    const lines = bugLines(error, packageVersion(), createTheme(process.stderr, process.env));
    process.stderr.write(`${lines.join('\n')}\n`);
    process.exit(EXIT.bug);
  });
}

/**
 * Node resets the terminals it found at its start when it exits, and aborts when one has hung up since: /dev/null takes their place.
 */
function leaveLostTerminals(): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  process.once('exit', () => {
    for (const fd of terminals) {
      if (isatty(fd)) continue;
      closeSync(fd);
      // The lowest number that is free: the same one.
      openSync('/dev/null', 'r+');
    }
  });
}

/** Closed pipe, terminal that hung up (its write fails with EIO, opening it anew with ENXIO). */
const CLOSED: readonly unknown[] = ['EPIPE', 'EIO', 'ENXIO'];

/** A reader that has seen enough (`| head`) is no failure to make noise about: the rest of the run goes on in silence. */
function watchOutputPipe(): { readonly closed: boolean } {
  const state = { closed: false };
  const onError = (error: Error): void => {
    if (!('code' in error) || !CLOSED.includes(error.code)) throw error;
    state.closed = true;
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', onError);
  return state;
}

/** Only for errors: before the flags are parsed nobody knows better. */
function isVerbose(argv: readonly string[]): boolean {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return own.some((word) => word === '--verbose' || /^-[a-z]*v[a-z]*$/.test(word));
}

/** The package.json is two folders up, from src/cli as from dist/cli. */
function packageVersion(): string {
  const content: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof content === 'object' && content !== null && 'version' in content ? String(content.version) : 'unknown';
}
