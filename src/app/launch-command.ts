// The COMMAND of a request, stopped before its first instruction, as the caller of sudo unless root was asked for.

import { findCaller } from '../child/caller.ts';
import { launchStopped } from '../child/command.ts';
import type { ProfileTarget } from '../model/request.ts';
import type { RunningCommand } from './end-of-run.ts';

/** `stdout`: where its standard output goes; to standard error where jtrace's own results need it. Throws an OperatorError when there is no such command. */
export async function launchCommand(
  target: Extract<ProfileTarget, { readonly kind: 'command' }>,
  stdout: 'stdout' | 'stderr',
): Promise<RunningCommand> {
  const asUser = target.asRoot ? null : await findCaller(process.env, process.geteuid?.() ?? 0);
  const command = await launchStopped(target.argv, { asUser, stdout });
  return { ...command, exited: command.wait() };
}
