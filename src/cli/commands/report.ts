// `jtrace report`: a recording, or several as one → other formats, the hottest methods, a tree, the summary.

import { OperatorError } from '../../model/errors.ts';
import type { ReportRequest } from '../../model/request.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { DEFAULT_TOP_ROWS } from '../flags/profile-flags.ts';
import { DEFAULT_TREE_PERCENT, type MergeFlagValues, REPORT_FLAGS, type ReportFlagValues } from '../flags/report-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import type { Streams } from '../terminal/streams.ts';
import { showReport } from './show-report.ts';

/** More than anybody types; a shell's `*` in the wrong folder gives more. */
export const MAX_INPUTS = 1000;

export const REPORT_COMMAND: Command = {
  name: 'report',
  summary: 'What a profile says: hottest methods, call tree, other formats',
  synopsis: 'FILE…',
  description:
    'Reads recordings that jtrace profile -o x.jtrace has written, also of runs that were killed; folded stacks, pprof and what perf script ' +
    'prints; each also gzipped. Shows or writes what is in them. Several files are read as one recording. - is standard input. Needs neither root nor bpftrace.',
  flags: REPORT_FLAGS,
  words: { atMost: MAX_INPUTS, whenMore: `${String(MAX_INPUTS)} files at a time` },
  takesCommand: false,
  examples: [
    { typed: 'jtrace report x.jtrace', does: 'hottest methods and summary' },
    { typed: 'jtrace report x.jtrace --tree --thread worker', does: 'the calls of some threads as a tree' },
    { typed: 'jtrace report x.jtrace --from 5s --to 10s -o x.folded', does: 'five seconds of it, for flame graphs' },
    { typed: "jtrace report x.jtrace --exclude 'Unsafe.park$' --by package -o x.folded", does: 'by package, without what waits' },
  ],
  run: (args: ParsedArguments, streams: Streams) => showReport(reportRequest(args, flagValues(REPORT_FLAGS, args)), streams),
};

/** Arguments and flags → the request, defaults filled in. Throws OperatorErrors of kind usage. */
export function reportRequest(args: ParsedArguments, flags: ReportFlagValues): ReportRequest {
  const common = commonRequest(args, flags);
  if (args.words.length === 0) throw new OperatorError('usage', 'no FILE is given', 'jtrace report x.jtrace');
  if (flags.json && flags.tree)
    throw new OperatorError('usage', '--json and --tree both want standard output', 'run jtrace report twice');
  if (flags['min-share'] !== null && !flags.tree)
    throw new OperatorError('usage', '--min-share says what the tree leaves out, and there is none', 'add --tree');
  const isShown = common.outputs.length === 0 && !flags.json && !flags.quiet && !flags.tree;
  return {
    ...common,
    top: flags.top ?? (isShown ? DEFAULT_TOP_ROWS : 0),
    treePercent: flags.tree ? (flags['min-share'] ?? DEFAULT_TREE_PERCENT) : null,
  };
}

/** What report and merge share. */
export function commonRequest({ words }: ParsedArguments, flags: MergeFlagValues): ReportRequest {
  if (flags.quiet && flags.verbose)
    throw new OperatorError('usage', '-q/--quiet and -v/--verbose contradict each other', 'give one of them');
  if (flags.json && flags.output.includes('-'))
    throw new OperatorError('usage', '--json and -o - both want standard output', 'write the profile to a file: -o out.folded');
  if (flags.threads && flags.by !== null)
    throw new OperatorError('usage', '--threads and --by both say what stands first in a stack', 'give one of them');
  if (flags.from !== null && flags.to !== null && flags.from >= flags.to)
    throw new OperatorError('usage', 'nothing is between --from and --to', '--from is the earlier one');
  if (words.includes(''))
    throw new OperatorError('usage', 'an empty file name was given', 'is a variable of your shell not set?');
  if (words.filter((word) => word === '-').length > 1)
    throw new OperatorError('usage', 'standard input can be read only once', 'give - once');
  const twice = words.find((word, i) => words.indexOf(word) < i);
  if (twice !== undefined)
    throw new OperatorError(
      'usage',
      `${escapeForTerminal(twice, 100)} is given twice`,
      'its samples would count twice: give every file once',
    );
  return {
    inputs: words,
    outputs: flags.output,
    filter: { thread: flags.thread, include: flags.include, exclude: flags.exclude, fromMs: flags.from, toMs: flags.to },
    by: flags.by,
    byThread: flags.threads,
    lines: flags.lines,
    native: !flags['no-native'],
    top: 0,
    treePercent: null,
    json: flags.json,
    verbosity: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
  };
}
