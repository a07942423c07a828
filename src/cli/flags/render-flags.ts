// How stacks are to be shown (RenderOptions of src/outputs/format.ts): the same flags in every command that writes some.

import type { FlagTable } from './flag.ts';

export const RENDER_FLAGS = {
  threads: {
    kind: 'switch', group: 'Output',
    help: 'Thread names as the first level of every stack.',
  },
  lines: {
    kind: 'switch', group: 'Output',
    help: 'Line numbers in frame names.',
  },
  'no-native': {
    kind: 'switch', group: 'Output',
    help: 'Leave out native frames (libraries and the VM). Marks of unfinished stacks stay.',
  },
} as const satisfies FlagTable; // prettier-ignore
