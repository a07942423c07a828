// `jtrace diff`: two profiles → what changed from the first to the second, as a table and as files.

import { EXIT, OperatorError } from '../../model/errors.ts';
import { DIFF_ENDINGS, diffFormatOf } from '../../outputs/diff-formats.ts';
import { largestChanges } from '../../profile/largest-changes.ts';
import { checkOutputs } from '../check-outputs.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { DEFAULT_CHANGED_ROWS, DIFF_FLAGS } from '../flags/convert-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import { renderChanges } from '../terminal/changes-table.ts';
import type { Streams } from '../terminal/streams.ts';
import { createTheme } from '../terminal/theme.ts';
import { tellFiles } from '../terminal/written-files.ts';

const TEXT_COLUMNS = 80;

export const DIFF_COMMAND: Command = {
  name: 'diff',
  summary: 'What changed from one profile to another',
  synopsis: 'A B [-o FILE…]',
  description:
    'Compares two profiles of any format that jtrace reads (see jtrace convert): A before, B after. Weights of A are scaled so that ' +
    'both have the same total; shares are compared, not times, and so samples go with CPU time. jtrace diff B A is the other direction.',
  flags: DIFF_FLAGS,
  words: { atMost: 2, whenMore: 'two profiles are compared' },
  takesCommand: false,
  examples: [
    { typed: 'jtrace diff before.folded after.folded', does: 'the 20 methods whose own share changed most' },
    { typed: 'jtrace diff a.jtrace b.jtrace -o diff.html', does: 'a flame graph page coloured by change' },
  ],
  run: runDiffCommand,
};

async function runDiffCommand(args: ParsedArguments, streams: Streams): Promise<number> {
  const flags = flagValues(DIFF_FLAGS, args);
  const [a = '', b = ''] = args.words;
  if (a === '' || b === '') throw new OperatorError('usage', 'two profiles are needed', 'jtrace diff BEFORE AFTER');
  if (a === '-' && b === '-')
    throw new OperatorError('usage', 'only one of the two can be standard input', 'give the other as a file');
  checkOutputs(flags.output, { formatOf: diffFormatOf, endings: DIFF_ENDINGS });
  // Loaded late: help and usage errors need none of it.
  const { compareRecordings } = await import('../../app/convert.ts');
  const { diff, problems, files } = await compareRecordings(a, b, flags.output);
  const rows = flags.top ?? (flags.output.length === 0 ? DEFAULT_CHANGED_ROWS : 0);
  if (rows > 0) {
    const results = flags.output.includes('-') ? streams.stderr : streams.stdout;
    const [head = '', ...lines] = renderChanges(largestChanges(diff, rows), TEXT_COLUMNS);
    results.write(`${[createTheme(results, streams.env).heading(head), ...lines].join('\n')}\n`);
  }
  return tellFiles(problems, files, flags.quiet, streams) ? EXIT.ok : EXIT.incomplete;
}
