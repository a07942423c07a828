// `jtrace watch`: its arguments → a WatchRequest, checked; then the watch, a line for each JVM that comes and goes.

import { accessSync, constants, statSync } from 'node:fs';
import { checkPageBuilt } from '../../app/render-resources.ts';
import { OperatorError } from '../../model/errors.ts';
import { fileProblem } from '../../model/file-problems.ts';
import type { WatchProfiles, WatchRequest } from '../../model/watch.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { DEFAULT_DURATION_MS } from '../flags/profile-flags.ts';
import { DEFAULT_FORMAT, WATCH_FLAGS, type WatchFlagValues } from '../flags/watch-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import { requireRights } from '../require-rights.ts';
import { shellQuote } from '../shell-quote.ts';
import { stopOnSignals } from '../stop-on-signals.ts';
import { stopWithReader } from '../stop-with-reader.ts';
import type { Streams } from '../terminal/streams.ts';
import { createWatchUi } from '../terminal/watch-ui.ts';

export const WATCH_COMMAND: Command = {
  name: 'watch',
  summary: 'JVMs as they start, become ready and end; profiles of new ones',
  synopsis: '[--profile DIR]',
  description:
    'Tells of each JVM of this machine, in containers too, when it starts: how long it took from the opening of libjvm.so to a VM ' +
    'that is ready, its JDK, what it runs and where; and when it ends: how long it lived. The kernel tells of each opening, so that ' +
    'JVMs of some milliseconds are seen; nothing is changed in them. With --profile each new JVM that fits is profiled.',
  flags: WATCH_FLAGS,
  words: { atMost: 0, whenMore: 'all JVMs are watched; --match REGEX says which of them are profiled' },
  takesCommand: false,
  examples: [
    { typed: 'jtrace watch', does: 'JVMs that come and go, until Ctrl-C' },
    { typed: 'jtrace watch -d 10m --json', does: 'ten minutes of them, for programs' },
    {
      typed: "jtrace watch --profile /var/tmp/p --match 'Batch' -d 30s --after 10s",
      does: 'of each new JVM of batches 30 s, from its 10th second on',
    },
  ],
  run: runWatchCommand,
};

async function runWatchCommand(args: ParsedArguments, streams: Streams): Promise<number> {
  const request = watchRequest(flagValues(WATCH_FLAGS, args));
  if (!request.printProgram && request.profiles !== null) checkProfiles(request.profiles);
  requireRights(args.argv);
  // Loaded late: help and usage errors need none of it.
  const { runWatch } = await import('../../app/watch.ts');
  const ui = createWatchUi(request, streams);
  const signals = stopOnSignals({ message: () => { ui.message('note', 'stopping'); } }); // prettier-ignore
  const reader = stopWithReader(streams.stdout);
  try {
    return await runWatch(request, ui, { stop: AbortSignal.any([signals.stop, reader.stop]) });
  } finally {
    reader.release();
    signals.release();
    ui.close();
  }
}

/** Of --profile only. */
const PROFILE_ONLY = ['match', 'after', 'format', 'for', 'accept-freeze-risk'] as const;

/** Flags → the request, defaults filled in. Throws OperatorErrors of kind usage. */
export function watchRequest(flags: WatchFlagValues): WatchRequest {
  if (flags.quiet && flags.verbose)
    throw new OperatorError('usage', '-q/--quiet and -v/--verbose contradict each other', 'give one of them');
  const isGiven = (name: (typeof PROFILE_ONLY)[number]): boolean =>
    name === 'format' ? flags.format.length > 0 : name === 'accept-freeze-risk' ? flags[name] : flags[name] !== null;
  const alone = PROFILE_ONLY.find(isGiven);
  if (flags.profile === null && alone !== undefined) {
    const hint =
      alone === 'for'
        ? 'without --profile -d says how long to watch'
        : `jtrace watch --profile DIR --${alone}${alone === 'accept-freeze-risk' ? '' : ' …'}`;
    throw new OperatorError('usage', `--${alone} is of --profile`, hint);
  }
  return {
    durationMs: flags.profile === null ? flags.duration : flags.for,
    probe: flags.probe,
    profiles: flags.profile === null ? null : profilesOf(flags.profile, flags),
    json: flags.json,
    printProgram: flags['print-program'],
    bpftracePath: flags.bpftrace,
    verbosity: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
  };
}

function profilesOf(folder: string, flags: WatchFlagValues): WatchProfiles {
  const endings = [...new Set(flags.format)];
  return {
    folder,
    match: flags.match,
    afterMs: flags.after ?? 0,
    endings: endings.length === 0 ? [DEFAULT_FORMAT] : endings,
    durationMs: flags.duration ?? DEFAULT_DURATION_MS,
    bpftracePath: flags.bpftrace,
    acceptFreezeRisk: flags['accept-freeze-risk'],
  };
}

/** Found before the first JVM, not by it. Throws OperatorErrors. */
function checkProfiles({ folder, endings }: WatchProfiles): void {
  const shown = escapeForTerminal(folder, 100);
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new OperatorError(
      'usage',
      `--profile ${shown}: there is no such directory`,
      `make it first: mkdir -p ${escapeForTerminal(shellQuote(folder), 100)}`,
    );
  if (!stat.isDirectory()) throw new OperatorError('usage', `--profile ${shown} is no directory`, 'each JVM gets a file in it');
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new OperatorError('environment', `--profile ${shown}: ${fileProblem(error)}`, 'choose another directory', {
      cause: error,
    });
  }
  if (endings.includes('.html')) checkPageBuilt();
}
