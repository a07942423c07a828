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
import { runEfaultCommand } from './residency-efault.ts';
import { refuseRangeFlags, runPageRange } from './residency-range.ts';

export const RESIDENCY_COMMAND: Command = {
  name: 'residency',
  summary: 'Which memory of a process BPF can read now, and why not the rest',
  synopsis: 'PID | NAME [--addr ADDRESS[,BYTES] [--watch]] | --efault [PID | NAME | -- COMMAND ARG…]',
  description:
    'Shows for every mapping of a process what is in memory, what is swapped out, what is absent, and what a BPF program can read at ' +
    'this instant; where content is in memory and cannot be read, the reason is named. A BPF program reads the page tables: the ' +
    'process need not run, nothing of it is touched, no page is brought in. With --addr one range page by page, with --watch over time. With --efault ' +
    'reads of string arguments are made at probes as any BPF program would, in a process and the children it forks from then on, and those that fail are counted by cause.',
  flags: RESIDENCY_FLAGS,
  words: { atMost: 1, whenMore: 'one process at a time; a COMMAND with arguments must stand after --', offers: 'jvms' },
  takesCommand: true,
  examples: [
    { typed: 'jtrace residency 4711', does: 'its mappings, sums, and causes' },
    { typed: 'jtrace residency Bootstrap --all --json', does: 'all of a JVM, for programs' },
    { typed: 'jtrace residency 4711 --addr 0x7f1234560000,256k', does: 'a range, page by page' },
    {
      typed: 'jtrace residency 4711 --addr 0x7f1234560000,4m --watch -o heat.html',
      does: 'what happens to its pages, also as a heat map page',
    },
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
  const flags = flagValues(RESIDENCY_FLAGS, args);
  if (flags.efault) {
    refuseBeside(flags);
    return await runEfaultCommand(args, flags, streams);
  }
  refuseWithoutEfault(args, flags);
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

/** Throws an OperatorError where flags of a look at pages stand beside --efault. */
function refuseBeside(flags: ResidencyFlagValues): void {
  const given =
    flags.addr !== null ? '--addr'
    : flags.watch ? '--watch'
    : flags.interval !== null ? '--interval'
    : flags.all ? '--all'
    : flags['no-check'] ? '--no-check'
    : flags.output.length > 0 ? '--output'
    : null; // prettier-ignore
  if (given !== null)
    throw new OperatorError(
      'usage',
      `${given} is of pages, and --efault of reads`,
      'give one of them; --efault --json > x.json keeps its result',
    );
}

/** Throws an OperatorError where flags of --efault were given without it. */
function refuseWithoutEfault({ commandLine }: ParsedArguments, flags: ResidencyFlagValues): void {
  const given = commandLine !== null ? 'a COMMAND' : flags.probe.length > 0 ? '--probe' : flags['as-root'] ? '--as-root' : null;
  if (given !== null) throw new OperatorError('usage', `${given} is of --efault`, 'jtrace residency --efault -- COMMAND ARG…');
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
    acceptFreezeRisk: flags['accept-freeze-risk'],
    printProgram: flags['print-program'],
    bpftracePath: flags.bpftrace,
    verbosity: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
  };
}
