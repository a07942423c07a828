// Who called sudo, from what sudo left in the environment, confirmed by the user database: the COMMAND runs as that user.

import { OperatorError } from '../model/errors.ts';
import { runChild } from './run-child.ts';

export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

/** getent asks the directory service on some machines. */
const GETENT_TIMEOUT_MS = 5000;

/**
 * The caller of sudo; null when jtrace was not called through sudo by another user. Throws an OperatorError when it was, by one whom
 * the system does not know: the command must not silently run as root.
 */
export async function findCaller(environment: NodeJS.ProcessEnv, effectiveUid: number): Promise<Caller | null> {
  const uid = environment['SUDO_UID'];
  const gid = environment['SUDO_GID'];
  if (effectiveUid !== 0 || uid === undefined || gid === undefined || !isId(uid) || !isId(gid) || Number(uid) === 0) return null;
  const { code, stdout } = await runChild('getent', ['passwd', uid], { timeoutMs: GETENT_TIMEOUT_MS });
  const [name, , entryUid, , , home, shell] = (stdout.split('\n')[0] ?? '').split(':');
  if (code !== 0 || name === undefined || entryUid !== uid) {
    throw new OperatorError(
      'environment',
      `the user who called sudo is not known here: uid ${uid}`,
      'run the command as root by --as-root',
    );
  }
  return { uid: Number(uid), gid: Number(gid), name, home: home ?? '/', shell: shell ?? '/bin/sh' };
}

/** The environment as the caller has it: what sudo set is set back or removed. PATH stays sudo's: the caller's is not known. */
export function callerEnvironment(caller: Caller, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('SUDO_')));
  return { ...kept, HOME: caller.home, USER: caller.name, LOGNAME: caller.name, SHELL: caller.shell };
}

function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text);
}
