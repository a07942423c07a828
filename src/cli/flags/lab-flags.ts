// The flags of `jtrace lab`.

import type { FlagTable, FlagValues } from './flag.ts';
import { parsePath } from './parse-quantity.ts';
import { PROFILE_FLAGS } from './profile-flags.ts';

export const LAB_FLAGS = {
  auto: {
    kind: 'switch', group: 'Other',
    help: 'Ask nothing: for CI, and for who only wants to see it work.',
  },
  recorded: {
    kind: 'switch', group: 'Other',
    help: 'Show what was measured on another machine, for who is not root on this one.',
  },
  answer: {
    kind: 'list', alias: 'a', group: 'Other', placeholder: 'KEY=ANSWER', parse: (text: string) => text,
    shownDefault: 'asked for',
    help: 'With check: an answer to a question of the exercise. May be repeated.',
  },
  records: {
    kind: 'value', group: 'Output', placeholder: 'FOLDER', parse: parsePath,
    shownDefault: '~/.local/state/jtrace/labs',
    help: 'Where your predictions and measurements are kept, for check and report.',
  },
  output: {
    kind: 'value', alias: 'o', group: 'Output', placeholder: 'FILE', parse: parsePath,
    shownDefault: 'labs.html',
    help: 'With report: the page.',
  },
  language: {
    kind: 'value', group: 'Other', placeholder: 'LANGUAGE', parse: (text: string) => text,
    shownDefault: 'en',
    help: 'Of the texts: two letters.',
  },
  bpftrace: PROFILE_FLAGS.bpftrace,
} as const satisfies FlagTable; // prettier-ignore

export type LabFlagValues = FlagValues<typeof LAB_FLAGS>;
