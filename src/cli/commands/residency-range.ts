// `jtrace residency PID --addr …`: flags → a request for one range, once or over time; then the looks, drawn as they come.

import { OperatorError } from '../../model/errors.ts';
import type { PageRangeRequest } from '../../model/page-range.ts';
import type { ResidencyTarget } from '../../model/residency.ts';
import { WATCH_ENDINGS, watchFormatOf } from '../../outputs/residency/watch-formats.ts';
import { checkOutputs } from '../check-outputs.ts';
import type { PageRange } from '../flags/parse-page-range.ts';
import { DEFAULT_LOOK_INTERVAL_MS, type ResidencyFlagValues } from '../flags/residency-flags.ts';
import { requireRights } from '../require-rights.ts';
import { stopOnSignals } from '../stop-on-signals.ts';
import { stopWithReader } from '../stop-with-reader.ts';
import { createPageRangeUi } from '../terminal/page-range-ui.ts';
import type { Streams } from '../terminal/streams.ts';

/** 64 MiB of pages, looked at in 40 ms. */
const MOST_WATCHED_BYTES = 64 * 1024 ** 2;

export async function runPageRange(
  target: ResidencyTarget,
  range: PageRange,
  flags: ResidencyFlagValues,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const request = pageRangeRequest(target, range, flags);
  if (!request.printProgram) checkOutputs(request.outputs, { formatOf: watchFormatOf, endings: WATCH_ENDINGS }, () => undefined);
  requireRights(argv);
  // Loaded late: help and usage errors need none of it.
  const { runPageRange: run } = await import('../../app/page-range.ts');
  const ui = createPageRangeUi({ ...request, json: flags.json }, streams);
  const signals = stopOnSignals(ui);
  const reader = stopWithReader(streams.stdout);
  try {
    return await run(request, ui, { stop: AbortSignal.any([signals.stop, reader.stop]) });
  } finally {
    signals.release();
    reader.release();
  }
}

function pageRangeRequest(target: ResidencyTarget, { start, end }: PageRange, flags: ResidencyFlagValues): PageRangeRequest {
  if (!flags.watch) refuseWatchFlags(flags);
  if (flags.watch && end - start > MOST_WATCHED_BYTES)
    throw new OperatorError(
      'usage',
      '--watch looks at 64m at most, again and again',
      'without --watch a range may have 1g; --addr 0x…,64m',
    );
  if (flags.all) throw new OperatorError('usage', '--all is of mappings, and --addr of one range', 'give one of them');
  if (flags.json && flags.output.includes('-'))
    throw new OperatorError('usage', '--json and -o - both want standard output', 'give one of them');
  return {
    target,
    start,
    end,
    watch: flags.watch ? { intervalMs: flags.interval ?? DEFAULT_LOOK_INTERVAL_MS, durationMs: flags.duration } : null,
    checksReads: !flags['no-check'] && !flags.watch,
    acceptFreezeRisk: flags['accept-freeze-risk'],
    outputs: flags.output,
    printProgram: flags['print-program'],
    bpftracePath: flags.bpftrace,
    verbosity: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
  };
}

/** Throws an OperatorError where flags of a range were given without one. */
export function refuseRangeFlags(flags: ResidencyFlagValues): void {
  if (flags.watch)
    throw new OperatorError('usage', '--watch is of one range', 'jtrace residency PID --addr 0x7f1234560000,1m --watch');
  refuseWatchFlags(flags);
}

function refuseWatchFlags(flags: ResidencyFlagValues): void {
  const given =
    flags.interval !== null ? '--interval' : flags.duration !== null ? '--duration' : flags.output.length > 0 ? '--output' : null;
  if (given !== null)
    throw new OperatorError('usage', `${given} is of --watch`, 'jtrace residency PID --addr 0x7f1234560000,1m --watch');
}
