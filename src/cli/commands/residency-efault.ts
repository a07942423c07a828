// `jtrace residency --efault`: its arguments → an EfaultRequest, checked; then the run.

import { DEFAULT_PROBES } from '../../model/efault-probes.ts';
import type { EfaultRequest } from '../../model/efault-request.ts';
import { OperatorError } from '../../model/errors.ts';
import type { ParsedArguments } from '../command.ts';
import type { EfaultFlagValues } from '../flags/efault-flags.ts';
import { parseProcess } from '../flags/parse-process.ts';
import { requireRights } from '../require-rights.ts';
import { stopOnSignals } from '../stop-on-signals.ts';
import { createEfaultUi } from '../terminal/efault-ui.ts';
import type { Streams } from '../terminal/streams.ts';

export async function runEfaultCommand(args: ParsedArguments, flags: EfaultFlagValues, streams: Streams): Promise<number> {
  const request = efaultRequest(args, flags);
  requireRights(args.argv);
  // Loaded late: help and usage errors need none of it.
  const { runEfault } = await import('../../app/efault.ts');
  const ui = createEfaultUi(request, streams);
  const signals = stopOnSignals(ui);
  try {
    return await runEfault(request, ui, { stop: signals.stop });
  } finally {
    signals.release();
  }
}

/** Arguments and flags → the request, defaults filled in. Throws OperatorErrors of kind usage. */
export function efaultRequest(args: ParsedArguments, flags: EfaultFlagValues): EfaultRequest {
  if (flags.quiet && flags.verbose)
    throw new OperatorError('usage', '-q/--quiet and -v/--verbose contradict each other', 'give one of them');
  return {
    target: efaultTarget(args, flags['as-root']),
    probes: flags.probe.length > 0 ? flags.probe : DEFAULT_PROBES,
    durationMs: flags.duration,
    json: flags.json,
    printProgram: flags['print-program'],
    acceptFreezeRisk: flags['accept-freeze-risk'],
    bpftracePath: flags.bpftrace,
    verbosity: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
  };
}

function efaultTarget({ words: [subject], commandLine }: ParsedArguments, asRoot: boolean): EfaultRequest['target'] {
  if (commandLine !== null) {
    if (subject !== undefined) throw new OperatorError('usage', 'both a process and a COMMAND were given', 'give one of them');
    const [program, ...rest] = commandLine;
    if (program === undefined || program === '')
      throw new OperatorError('usage', 'no COMMAND stands after --', 'jtrace residency --efault -- COMMAND ARG…');
    return { kind: 'command', argv: [program, ...rest], asRoot };
  }
  if (asRoot)
    throw new OperatorError('usage', '--as-root says how to run a COMMAND, and there is none', 'jtrace residency --efault --as-root -- COMMAND ARG…'); // prettier-ignore
  if (subject === undefined)
    throw new OperatorError('usage', '--efault looks at one process and its children, and none was given', 'jtrace residency --efault PID, NAME, or -- COMMAND ARG…'); // prettier-ignore
  return parseProcess(subject);
}
