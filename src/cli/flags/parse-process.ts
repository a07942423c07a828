// A PID or a NAME as typed → which it is.

import { OperatorError } from '../../model/errors.ts';
import type { ProfileTarget } from '../../model/request.ts';
import { asPid } from '../../model/units.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';

/** PID_MAX_LIMIT of the kernel (include/linux/threads.h): no pid is greater. */
const MAX_PID = 4_194_304;

/** Throws an OperatorError of kind usage. */
export function parseProcess(text: string): Extract<ProfileTarget, { readonly kind: 'pid' | 'name' }> {
  if (text === '') throw new OperatorError('usage', 'an empty NAME was given', 'is a variable of your shell not set?');
  if (!/^[+-]?\d+$/.test(text)) return { kind: 'name', name: text };
  const pid = Number(text);
  if (pid >= 1 && pid <= MAX_PID) return { kind: 'pid', pid: asPid(pid) };
  throw new OperatorError(
    'usage',
    `no process can have the number ${escapeForTerminal(text, 60)}`,
    `process numbers are 1 to ${MAX_PID}`,
  );
}
