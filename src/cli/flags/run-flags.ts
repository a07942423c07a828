// The flags of `jtrace run`.

import { SCRIPT_ENDINGS } from '../../outputs/script/script-formats.ts';
import type { FlagTable, FlagValues } from './flag.ts';
import { parseProcess } from './parse-process.ts';
import { PROFILE_FLAGS } from './profile-flags.ts';
import { STACK_ENGINES } from '../../model/run-request.ts';
import { parseEngine } from './parse-engine.ts';
import { parseDuration, parsePath } from './parse-quantity.ts';

export const RUN_FLAGS = {
  program: {
    kind: 'value', alias: 'e', group: 'Sampling', placeholder: 'PROGRAM', parse: (text: string) => text,
    shownDefault: '',
    help: 'The program itself, instead of a FILE.',
  },
  duration: {
    kind: 'value', alias: 'd', group: 'Sampling', placeholder: 'TIME', parse: parseDuration,
    shownDefault: 'until the program, the process or Ctrl-C ends it',
    help: 'How long to run: 10s, 500ms, 2m, 1h; a plain number means seconds.',
  },
  engine: {
    kind: 'value', group: 'Sampling', placeholder: 'ENGINE', parse: parseEngine, choices: STACK_ENGINES,
    shownDefault: 'auto',
    help: 'How jstack tells stacks apart: kernel (walked there, each stack is sent once), bytes (each event sends its stack: exact, for rare events), auto (kernel, or what the kernel takes of it).',
  },
  unsafe: {
    kind: 'switch', group: 'Sampling',
    help: 'Allow system(), signal(), override(), and uretprobes that can kill the JVM they are in.',
  },
  output: {
    kind: 'list', alias: 'o', group: 'Output', placeholder: 'FILE', parse: parsePath,
    shownDefault: '',
    help: `Write the maps at the end; the ending chooses the format (${SCRIPT_ENDINGS.join(', ')}). - is standard output (what the program prints then goes to standard error). May be repeated.`,
  },
  json: {
    kind: 'switch', group: 'Output',
    help: 'Print everything as JSON lines.',
  },
  pid: {
    kind: 'value', alias: 'p', group: 'Target', placeholder: 'PROCESS', parse: parseProcess,
    shownDefault: 'whoever its probes meet',
    help: 'PID or NAME of the process to confine the program to; it ends with it.',
  },
  'as-root': PROFILE_FLAGS['as-root'],
  bpftrace: PROFILE_FLAGS.bpftrace,
  'accept-freeze-risk': PROFILE_FLAGS['accept-freeze-risk'],
  'print-program': PROFILE_FLAGS['print-program'],
  'show-loaded': {
    kind: 'switch', group: 'Other',
    help: 'Tell at the end what bpftrace loaded: programs with their runs and times, maps with their sizes.',
  },
  quiet: {
    kind: 'switch', alias: 'q', group: 'Other',
    help: 'The program\'s output, warnings and errors only.',
  },
  verbose: PROFILE_FLAGS.verbose,
} as const satisfies FlagTable; // prettier-ignore

export type RunFlagValues = FlagValues<typeof RUN_FLAGS>;
