// `jtrace residency`: which pages of a process are in memory, and which can be read by BPF right now.

import { OperatorError } from '../../model/errors.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { EFAULT_FLAGS } from '../flags/efault-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import type { Streams } from '../terminal/streams.ts';
import { runEfaultCommand } from './residency-efault.ts';

export const RESIDENCY_COMMAND: Command = {
  name: 'residency',
  summary: 'Which memory BPF can read right now, and why it cannot',
  synopsis: '--efault [PID | NAME | -- COMMAND ARG…]',
  description:
    'With --efault: reads string arguments at probes as a BPF program would, in a process and the children it forks from then on, walks the page ' +
    'tables at the same instant, and counts the reads that fail by cause.',
  flags: EFAULT_FLAGS,
  words: { atMost: 1, whenMore: 'one process at a time; a COMMAND with arguments must stand after --' },
  takesCommand: true,
  examples: [
    {
      typed: 'jtrace residency --efault -- apt-get --version',
      does: 'which names of files and programs BPF cannot read, and why',
    },
    {
      typed: "jtrace residency --efault postgres -d 10s --probe 'tracepoint:sched:sched_switch=arg_start'",
      does: 'whether the arguments of a process can be read at its switches',
    },
  ],
  run: runResidencyCommand,
};

async function runResidencyCommand(args: ParsedArguments, streams: Streams): Promise<number> {
  const flags = flagValues(EFAULT_FLAGS, args);
  if (!flags.efault)
    throw new OperatorError('usage', 'nothing was asked for', 'jtrace residency --efault PID, NAME, or -- COMMAND ARG…');
  return runEfaultCommand(args, flags, streams);
}
