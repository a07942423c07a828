// The flags of `jtrace list` and `jtrace show`.

import type { FlagTable } from './flag.ts';

export const LIST_FLAGS = {
  json: {
    kind: 'switch', group: 'Output',
    help: 'Print all that the headers of the scripts say, as JSON.',
  },
} as const satisfies FlagTable; // prettier-ignore

export const SHOW_FLAGS = {
  source: {
    kind: 'switch', group: 'Output',
    help: 'Print the script itself, the .bt file.',
  },
} as const satisfies FlagTable; // prettier-ignore
