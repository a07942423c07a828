// The flags of `jtrace convert` and `jtrace diff`.

import { USUAL_ENDINGS } from '../../outputs/formats.ts';
import { DIFF_ENDINGS } from '../../outputs/diff-formats.ts';
import type { FlagTable } from './flag.ts';
import { parsePath, parseTop } from './parse-quantity.ts';
import { RENDER_FLAGS } from './render-flags.ts';

export const DEFAULT_CHANGED_ROWS = 20;

const QUIET = {
  kind: 'switch', alias: 'q', group: 'Other',
  help: 'Warnings and errors only.',
} as const; // prettier-ignore
const VERBOSE = {
  kind: 'switch', alias: 'v', group: 'Other',
  help: 'Also say the causes of errors.',
} as const; // prettier-ignore

export const CONVERT_FLAGS = {
  output: {
    kind: 'list', alias: 'o', group: 'Output', placeholder: 'FILE', parse: parsePath,
    shownDefault: '',
    help: `Write the profile; the ending chooses the format (${USUAL_ENDINGS}). - is standard output, as folded stacks. May be repeated.`,
  },
  ...RENDER_FLAGS,
  quiet: QUIET,
  verbose: VERBOSE,
} as const satisfies FlagTable; // prettier-ignore

export const DIFF_FLAGS = {
  output: {
    kind: 'list', alias: 'o', group: 'Output', placeholder: 'FILE', parse: parsePath,
    shownDefault: '',
    help: `Write the difference; the ending chooses the format (${DIFF_ENDINGS.join(', ')}). - is standard output. May be repeated.`,
  },
  top: {
    kind: 'value', group: 'Output', placeholder: 'N', parse: parseTop,
    shownDefault: `${DEFAULT_CHANGED_ROWS} without -o, else 0`,
    help: 'Show the N methods whose own share changed most as a table.',
  },
  quiet: QUIET,
  verbose: VERBOSE,
} as const satisfies FlagTable; // prettier-ignore
