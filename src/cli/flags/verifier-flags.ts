// The flags of `jtrace explain-verifier`.

import type { FlagTable } from './flag.ts';

export const VERIFIER_FLAGS = {
  all: {
    kind: 'switch', group: 'Output',
    help: 'Explain every line of the log, not only those that led to the refusal.',
  },
} as const satisfies FlagTable; // prettier-ignore
