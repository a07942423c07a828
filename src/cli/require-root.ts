// Not root → one line that says so and the very command that works: BPF needs privileges, and so does the target's memory.

import { OperatorError } from '../model/errors.ts';
import { shellQuote } from './shell-quote.ts';

/** Arguments repeated in the hint; more would hide the point. */
const MAX_HINT_CHARS = 160;

/** Throws an environment error unless the process is root. `args` are those of the operator, repeated in the hint. */
export function requireRoot(args: readonly string[], userId: number | undefined = process.geteuid?.()): void {
  if (userId === 0) return;
  // PATH is kept so that node and bpftrace are found; the full path of jtrace because sudo looks in its own places.
  const command = ['sudo', 'env', '"PATH=$PATH"', shellQuote(launcherPath()), ...args.map(shellQuote)].join(' ');
  const hint = command.length <= MAX_HINT_CHARS ? command : `sudo env "PATH=$PATH" ${shellQuote(launcherPath())} …`;
  throw new OperatorError(
    'environment',
    'jtrace must run as root: it loads BPF programs and reads memory of other processes',
    hint,
  );
}

/** What to type for jtrace itself: the launcher tells its own path; without it the script that node was given. */
export function launcherPath(): string {
  return process.env['JTRACE_LAUNCHER'] ?? process.argv[1] ?? 'jtrace';
}
