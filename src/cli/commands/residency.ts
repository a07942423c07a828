// `jtrace residency`: its arguments → a request; then the look, and what it found on the terminal.

import { OperatorError } from '../../model/errors.ts';
import type { ResidencyRequest, ResidencyTarget } from '../../model/residency.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { parseProcess } from '../flags/parse-process.ts';
import { RESIDENCY_FLAGS, type ResidencyFlagValues } from '../flags/residency-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import { requireRights } from '../require-rights.ts';
import { stopOnSignals } from '../stop-on-signals.ts';
import { createResidencyUi } from '../terminal/residency-ui.ts';
import type { Streams } from '../terminal/streams.ts';
import { refuseRangeFlags, runPageRange } from './residency-range.ts';

export const RESIDENCY_COMMAND: Command = {
  name: 'residency',
  summary: 'Which memory of a process BPF can read now, and why not the rest',
  synopsis: 'PID | NAME [--addr ADDRESS[,BYTES] [--watch]]',
  description:
    'Shows for every mapping of a process what is in memory, what is swapped out, what is absent, and what a BPF program can read at ' +
    'this instant; where content is in memory and cannot be read, the reason is named. A BPF program reads the page tables: the ' +
    'process need not run, nothing of it is touched, no page is brought in. With --addr one range page by page, with --watch over time.',
  flags: RESIDENCY_FLAGS,
  words: { atMost: 1, whenMore: 'one process at a time', offers: 'jvms' },
  takesCommand: false,
  examples: [
    { typed: 'jtrace residency 4711', does: 'its mappings, sums, and causes' },
    { typed: 'jtrace residency Bootstrap --all --json', does: 'all of a JVM, for programs' },
    { typed: 'jtrace residency 4711 --addr 0x7f1234560000,256k', does: 'a range, page by page' },
    {
      typed: 'jtrace residency 4711 --addr 0x7f1234560000,4m --watch -o heat.html',
      does: 'what happens to its pages, also as a heat map page',
    },
  ],
  run: runResidencyCommand,
};

async function runResidencyCommand(args: ParsedArguments, streams: Streams): Promise<number> {
  const flags = flagValues(RESIDENCY_FLAGS, args);
  const target = residencyTarget(args.words);
  if (flags.quiet && flags.verbose)
    throw new OperatorError('usage', '-q/--quiet and -v/--verbose contradict each other', 'give one of them');
  if (flags.addr !== null) return await runPageRange(target, flags.addr, flags, args.argv, streams);
  refuseRangeFlags(flags);
  requireRights(args.argv);
  // Loaded late: help and usage errors need none of it.
  const { runResidency } = await import('../../app/residency.ts');
  const request = residencyRequest(target, flags);
  const ui = createResidencyUi({ ...request, json: flags.json, all: flags.all }, streams);
  const signals = stopOnSignals(ui);
  try {
    return await runResidency(request, ui, { stop: signals.stop });
  } finally {
    signals.release();
  }
}

function residencyTarget([word]: readonly string[]): ResidencyTarget {
  if (word === undefined)
    throw new OperatorError(
      'usage',
      'which process is not given',
      'jtrace residency PID, or a NAME: its main class, jar or program',
    );
  return parseProcess(word);
}

function residencyRequest(target: ResidencyTarget, flags: ResidencyFlagValues): ResidencyRequest {
  return {
    target,
    checksReads: !flags['no-check'],
    printProgram: flags['print-program'],
    bpftracePath: flags.bpftrace,
    verbosity: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
  };
}
