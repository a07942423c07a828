// The flags of `jtrace residency --efault`.

import type { FlagTable, FlagValues } from './flag.ts';
import { parseRead } from './parse-read.ts';
import { PROFILE_FLAGS } from './profile-flags.ts';
import { parseDuration } from './parse-quantity.ts';

export const EFAULT_FLAGS = {
  efault: {
    kind: 'switch', group: 'Sampling',
    help: 'Count reads of string arguments by BPF that fail in the process and its children, by cause.',
  },
  probe: {
    kind: 'list', group: 'Sampling', placeholder: 'PROBE=ARGUMENT', parse: parseRead,
    shownDefault: 'names of openat, openat2, newfstatat, execve, execveat; argv and argv[0] of execve',
    help: 'With --efault: what to read instead, and where: args.NAME of a tracepoint, argN of a uprobe or kprobe, arg_start or env_start anywhere. May be repeated.',
  },
  duration: {
    kind: 'value', alias: 'd', group: 'Sampling', placeholder: 'TIME', parse: parseDuration,
    shownDefault: 'until the process or Ctrl-C ends it',
    help: 'With --efault: how long to look: 10s, 500ms, 2m, 1h; a plain number means seconds.',
  },
  json: {
    kind: 'switch', group: 'Output',
    help: 'Print the result as JSON.',
  },
  'as-root': PROFILE_FLAGS['as-root'],
  bpftrace: PROFILE_FLAGS.bpftrace,
  'print-program': PROFILE_FLAGS['print-program'],
  'accept-freeze-risk': {
    kind: 'switch', group: 'Other',
    help: 'Read pages in the process although jtrace doctor says that this kernel can freeze the machine by it.',
  },
  quiet: {
    kind: 'switch', alias: 'q', group: 'Other',
    help: 'The result, warnings and errors only.',
  },
  verbose: PROFILE_FLAGS.verbose,
} as const satisfies FlagTable; // prettier-ignore

export type EfaultFlagValues = FlagValues<typeof EFAULT_FLAGS>;
