// Starts the operator's COMMAND, stopped before its first instruction, so that bpftrace can be attached first. The command inherits
// standard streams (but one that jtrace writes to itself) and stays in jtrace's process group: Ctrl-C on the terminal reaches it. Under sudo it runs as the caller.
// A shell stops itself and then becomes the command: the pid never changes, and its exec is seen by the probes.

import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { OperatorError } from '../model/errors.ts';
import { asPid, type Pid } from '../model/units.ts';
import { type Caller, callerEnvironment } from './caller.ts';

export interface CommandExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface LaunchedCommand {
  readonly pid: Pid;
  /** Lets it run. Settles once it has become the command (or could not). */
  resume(): Promise<void>;
  /** Settles when it has ended; never rejects. */
  wait(): Promise<CommandExit>;
  /** No error when it has ended already. Also ends one that is still stopped. */
  kill(signal: NodeJS.Signals): void;
  /** Ends it if it was never let run: afterwards it is the operator's. */
  abandon(): void;
}

export interface LaunchOptions {
  /** Whom to run it as; null: as jtrace itself. See {@link findCaller}. */
  readonly asUser: Caller | null;
  /** Where its standard output goes: to jtrace's own, or, where jtrace writes there itself, to standard error. */
  readonly stdout: 'stdout' | 'stderr';
}

/**
 * $0 is for messages. Checks as the user who will run it. A byte on descriptor 3 says "about to stop", its end "has become the
 * command": no need to look at the process's state.
 */
const STOP_THEN_EXEC = `
case $1 in
  */*) [ -e "$1" ] || exit 127; [ -x "$1" ] && [ ! -d "$1" ] || exit 126 ;;
  *) command -v -- "$1" >/dev/null || exit 127 ;;
esac
echo >&3
kill -STOP $$
exec "$@" 3>&-`;
const STDERR_FD = 2;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;
/** A SIGCONT that came before the shell had stopped itself is lost: it is sent again until descriptor 3 ends. */
const RESUME_AGAIN_MS = 20;

/** Throws an OperatorError (usage) when there is no such command. */
export async function launchStopped(argv: readonly [string, ...string[]], options: LaunchOptions): Promise<LaunchedCommand> {
  const user = options.asUser;
  // Should jtrace die while the command is stopped, the kernel lets it go on.
  const privileges = [
    '--pdeathsig',
    'CONT',
    ...(user === null ? [] : ['--reuid', String(user.uid), '--regid', String(user.gid), '--init-groups']),
  ];
  const subprocess = execa('setpriv', [...privileges, '--', '/bin/sh', '-c', STOP_THEN_EXEC, 'jtrace', ...argv], {
    stdio: ['inherit', options.stdout === 'stderr' ? STDERR_FD : 'inherit', 'inherit', 'pipe'],
    buffer: false,
    reject: false,
    cleanup: false,
    extendEnv: false,
    env: user === null ? process.env : callerEnvironment(user, process.env),
  });
  const exited = subprocess.then((result) => ({
    code: result.exitCode ?? null,
    signal: result.signal ?? null,
    cause: result.cause,
  }));
  const mark = subprocess.stdio[3];
  let becameCommand = false;
  let resumed = false;
  const became = new Promise<void>((resolve) => {
    mark.once('close', () => {
      becameCommand = true;
      resolve();
    });
  });
  const aboutToStop = new Promise<true>((resolve) => mark.once('data', () => resolve(true)));
  mark.on('error', () => undefined);

  const first = await Promise.race([aboutToStop, exited]);
  const pid = subprocess.pid;
  if (first !== true || pid === undefined)
    throw refusal(argv[0], first === true ? null : first.code, first === true ? null : first.cause);

  const kill = (signal: NodeJS.Signals): void => {
    subprocess.kill(signal);
    if (!becameCommand) subprocess.kill('SIGCONT');
  };
  return {
    pid: asPid(pid),
    kill,
    abandon: () => {
      if (!resumed) kill('SIGKILL');
    },
    wait: async () => {
      const { code, signal } = await exited;
      return { code, signal };
    },
    resume: async () => {
      resumed = true;
      subprocess.kill('SIGCONT');
      const again = setInterval(() => subprocess.kill('SIGCONT'), RESUME_AGAIN_MS);
      await Promise.race([became, exited]);
      clearInterval(again);
    },
  };
}

/** Whether Ctrl-C on the terminal reaches jtrace's process group, and with it the command, or only what else is in front. */
export function isInForeground(): boolean {
  return isForegroundStat(readFileSync('/proc/self/stat', 'utf8'));
}

/** proc_pid_stat(5): after the name, which may hold anything: state, ppid, pgrp, session, tty_nr, tpgid. */
export function isForegroundStat(stat: string): boolean {
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group !== undefined && group === foreground;
}

function refusal(name: string, code: number | null, cause: unknown): OperatorError {
  const shown = JSON.stringify(name);
  if (code === NOT_FOUND)
    return new OperatorError('usage', `command not found: ${shown}`, 'give its path, or a name that is in PATH');
  if (code === NOT_EXECUTABLE)
    return new OperatorError('usage', `command is not executable: ${shown}`, 'is it a program, and may this user run it?');
  return new OperatorError(
    'environment',
    `the command could not be started: ${shown}`,
    'setpriv (util-linux) and /bin/sh are needed',
    { cause },
  );
}
