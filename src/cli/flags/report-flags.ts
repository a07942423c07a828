// The flags of `jtrace report` and `jtrace merge`: those of `jtrace profile` that say how a profile is shown, and filters.

import { USUAL_ENDINGS } from '../../outputs/formats.ts';
import { GROUPINGS } from '../../model/view.ts';
import type { FlagTable, FlagValues } from './flag.ts';
import { parseGrouping, parsePattern } from './parse-pattern.ts';
import { DEFAULT_TOP_ROWS, PROFILE_FLAGS } from './profile-flags.ts';
import { parseAge, parsePath, parsePercent } from './parse-quantity.ts';
import { RENDER_FLAGS } from './render-flags.ts';

/** Smaller calls fill screens. */
export const DEFAULT_TREE_PERCENT = 1;

/** What both commands take. */
export const MERGE_FLAGS = {
  thread: {
    kind: 'value', group: 'Filter', placeholder: 'REGEX', parse: parsePattern,
    shownDefault: '',
    help: 'Only threads whose name matches.',
  },
  include: {
    kind: 'list', group: 'Filter', placeholder: 'REGEX', parse: parsePattern,
    shownDefault: '',
    help: 'Only stacks with a frame whose name matches. May be repeated: any of them.',
  },
  exclude: {
    kind: 'list', group: 'Filter', placeholder: 'REGEX', parse: parsePattern,
    shownDefault: '',
    help: 'No stacks with a frame whose name matches. May be repeated.',
  },
  from: {
    kind: 'value', group: 'Filter', placeholder: 'TIME', parse: parseAge,
    shownDefault: '',
    help: 'Only samples from this time after the start on: 2s, 500ms.',
  },
  to: {
    kind: 'value', group: 'Filter', placeholder: 'TIME', parse: parseAge,
    shownDefault: '',
    help: 'Only samples before this time after the start.',
  },
  output: {
    kind: 'list', alias: 'o', group: 'Output', placeholder: 'FILE', parse: parsePath,
    shownDefault: '',
    help: `Write the profile; the ending chooses the format (${USUAL_ENDINGS}). - is standard output. May be repeated.`,
  },
  by: {
    kind: 'value', group: 'Output', placeholder: 'WHAT', parse: parseGrouping, choices: GROUPINGS,
    shownDefault: '',
    help: 'First level of every stack: thread, process, container (or service), or the package or class of its innermost Java frame.',
  },
  ...RENDER_FLAGS,
  json: PROFILE_FLAGS.json,
  quiet: {
    kind: 'switch', alias: 'q', group: 'Other',
    help: 'Warnings and errors only, and what is asked for by name.',
  },
  verbose: {
    kind: 'switch', alias: 'v', group: 'Other',
    help: 'All threads in the summary, and the causes of errors.',
  },
} as const satisfies FlagTable; // prettier-ignore

export const REPORT_FLAGS = {
  ...MERGE_FLAGS,
  by: { ...MERGE_FLAGS.by, help: `${MERGE_FLAGS.by.help} --top shows their shares.` },
  top: { ...PROFILE_FLAGS.top, shownDefault: `${DEFAULT_TOP_ROWS} without -o and --tree, else 0` },
  tree: {
    kind: 'switch', group: 'Output',
    help: 'Show the calls as a tree on the terminal, from the threads\' beginnings on.',
  },
  'min-share': {
    kind: 'value', group: 'Output', placeholder: 'PERCENT', parse: parsePercent,
    shownDefault: String(DEFAULT_TREE_PERCENT),
    help: 'Leave calls with less of all samples out of the tree.',
  },
} as const satisfies FlagTable; // prettier-ignore

export type MergeFlagValues = FlagValues<typeof MERGE_FLAGS>;
export type ReportFlagValues = FlagValues<typeof REPORT_FLAGS>;
