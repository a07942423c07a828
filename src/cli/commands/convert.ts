// `jtrace convert`: a profile of any tool that jtrace reads → any format that it writes.

import { EXIT, OperatorError } from '../../model/errors.ts';
import { checkOutputs } from '../check-outputs.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { CONVERT_FLAGS } from '../flags/convert-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import type { Streams } from '../terminal/streams.ts';
import { tellFiles } from '../terminal/written-files.ts';

export const CONVERT_COMMAND: Command = {
  name: 'convert',
  summary: 'Another format of a profile, of jtrace or another tool',
  synopsis: 'FILE -o FILE…',
  description:
    'Reads recordings (.jtrace), folded stacks (FlameGraph, async-profiler), pprof and what perf script prints, each also gzipped, and ' +
    'writes them in any format that jtrace writes. What FILE holds is told by its content; - is standard input. docs/formats.md says what each format keeps.',
  flags: CONVERT_FLAGS,
  words: { atMost: 1, whenMore: 'one profile at a time' },
  takesCommand: false,
  examples: [
    { typed: 'jtrace convert stacks.collapsed -o flame.svg', does: 'a flame graph of what async-profiler collapsed' },
    { typed: 'jtrace convert cpu.pb.gz -o cpu.speedscope.json -o cpu.folded', does: 'two formats at once' },
    { typed: 'perf script | jtrace convert - -o perf.firefox.json.gz', does: 'perf, for profiler.firefox.com' },
  ],
  run: runConvertCommand,
};

async function runConvertCommand(args: ParsedArguments, streams: Streams): Promise<number> {
  const flags = flagValues(CONVERT_FLAGS, args);
  const [input] = args.words;
  if (input === undefined || input === '')
    throw new OperatorError('usage', 'no profile to convert was given', 'jtrace convert FILE -o FILE');
  if (flags.output.length === 0) {
    throw new OperatorError(
      'usage',
      'where to write is not given',
      'add -o FILE; its ending chooses the format, - is standard output',
    );
  }
  checkOutputs(flags.output);
  // Loaded late: help and usage errors need none of it.
  const { convertRecording } = await import('../../app/convert.ts');
  const options = { byThread: flags.threads, lines: flags.lines, native: !flags['no-native'] };
  const { recording, files } = await convertRecording(input, flags.output, options);
  const problems = recording.facts.problems.map((problem) => `${recording.facts.title}: ${problem}`);
  return tellFiles(problems, files, flags.quiet, streams) ? EXIT.ok : EXIT.incomplete;
}
