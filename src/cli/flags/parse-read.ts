// `PROBE=ARGUMENT` → a probe and the text that is to be read at it. A small strict grammar: nothing of it is pasted into a program as it is.

import type { EfaultProbe, ReadAddress } from '../../model/efault-request.ts';
import { OperatorError } from '../../model/errors.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';

type Form = 'fields' | 'arguments' | 'memory';

/** What can be read where; `memory` (arg_start, env_start) everywhere. */
const FORMS: Readonly<Record<string, Form>> = {
  tracepoint: 'fields',
  kfunc: 'fields',
  fentry: 'fields',
  uprobe: 'arguments',
  kprobe: 'arguments',
  usdt: 'arguments',
  rawtracepoint: 'arguments',
  uretprobe: 'memory',
  kretprobe: 'memory',
  profile: 'memory',
  interval: 'memory',
  software: 'memory',
  hardware: 'memory',
};
const WAYS = {
  fields: 'args.NAME, arg_start or env_start',
  arguments: 'arg0 to arg9, arg_start or env_start',
  memory: 'arg_start or env_start',
} as const satisfies Record<Form, string>;
/** As bpftrace names one, without wildcards, and nothing that could end it: src/program/escape.ts refuses what gets past. */
const PROBE = /^[a-z]+(?::[A-Za-z0-9_.@$+-]|:?\/(?=[A-Za-z0-9_.@$+-])|[A-Za-z0-9_.@$+-])+$/;
const MAX_PROBE_CHARS = 5000;
/** After their success the name is the kernel's own copy. */
const EXECUTING = /:sys_enter_execve(?:at)?$/;
const EXAMPLE = "--probe 'tracepoint:syscalls:sys_enter_unlink=args.pathname'";

/** Throws OperatorErrors of kind usage. */
export function parseRead(text: string): EfaultProbe {
  const at = text.lastIndexOf('=');
  const [probe, argument] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  const shown = escapeForTerminal(text, 100);
  if (at < 0) throw new OperatorError('usage', `'${shown}' does not say what to read: PROBE=ARGUMENT is wanted`, EXAMPLE);
  const provider = probe.slice(0, Math.max(0, probe.indexOf(':')));
  const form = Object.hasOwn(FORMS, provider) ? FORMS[provider] : undefined;
  if (form === undefined || probe.length > MAX_PROBE_CHARS || !PROBE.test(probe))
    throw new OperatorError('usage', `'${escapeForTerminal(probe, 100)}' is not one probe of bpftrace in its full name`, EXAMPLE);
  const address = addressOf(argument, form);
  if (address === null)
    throw new OperatorError(
      'usage',
      `'${escapeForTerminal(argument, 60)}' is nothing to read at a ${provider}`,
      `there it is ${WAYS[form]}`,
    );
  const afterExec = address.kind === 'field' && address.name === 'filename' && EXECUTING.test(probe) ? 'file-name' : null;
  return { probe, reads: [{ name: argument.replace(/^args(?:\.|->)/, ''), what: 'text', address, afterExec }] };
}

function addressOf(argument: string, form: Form): ReadAddress | null {
  if (argument === 'arg_start' || argument === 'env_start') return { kind: 'memory', field: argument };
  const field = /^args(?:\.|->)([A-Za-z_][A-Za-z0-9_]{0,63})$/.exec(argument)?.[1];
  if (field !== undefined) return form === 'fields' ? { kind: 'field', name: field } : null;
  const index = /^arg(\d)$/.exec(argument)?.[1];
  return index !== undefined && form === 'arguments' ? { kind: 'argument', index: Number(index) } : null;
}
