// `jtrace merge`: several recordings → one, in a file.

import { OperatorError } from '../../model/errors.ts';
import type { ReportRequest } from '../../model/request.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { MERGE_FLAGS, type MergeFlagValues } from '../flags/report-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import type { Streams } from '../terminal/streams.ts';
import { commonRequest, MAX_INPUTS } from './report.ts';
import { showReport } from './show-report.ts';

export const MERGE_COMMAND: Command = {
  name: 'merge',
  summary: 'Several profiles as one file',
  synopsis: 'FILE FILE… -o OUT',
  description:
    'Puts together what jtrace report reads: recordings, folded stacks, pprof, perf script. What is the same in them is one again, samples keep ' +
    'their threads and, where every file knows when it began, their place on one clock. Of different rates, weights become CPU time. Filters are those of jtrace report.',
  flags: MERGE_FLAGS,
  words: { atMost: MAX_INPUTS, whenMore: `${String(MAX_INPUTS)} files at a time` },
  takesCommand: false,
  examples: [
    { typed: 'jtrace merge monday.jtrace tuesday.jtrace -o week.jtrace', does: 'two recordings as one' },
    {
      typed: "jtrace merge node*.jtrace --thread '^http-' -o http.folded",
      does: 'some threads of many machines, for flame graphs',
    },
  ],
  run: (args: ParsedArguments, streams: Streams) => showReport(mergeRequest(args, flagValues(MERGE_FLAGS, args)), streams),
};

/** Arguments and flags → the request. Throws OperatorErrors of kind usage. */
export function mergeRequest(args: ParsedArguments, flags: MergeFlagValues): ReportRequest {
  if (args.words.length < 2)
    throw new OperatorError('usage', 'merge needs two files or more', 'one file is filtered or converted by jtrace report');
  if (flags.output.length === 0)
    throw new OperatorError('usage', 'merge needs a file to write', 'jtrace merge A.jtrace B.jtrace -o OUT.jtrace');
  return commonRequest(args, flags);
}
