// The flags of `jtrace residency`.

import { EFAULT_FLAGS } from './efault-flags.ts';
import type { FlagTable, FlagValues } from './flag.ts';
import { parsePageRange } from './parse-page-range.ts';
import { parseDuration, parsePath } from './parse-quantity.ts';
import { PROFILE_FLAGS } from './profile-flags.ts';

/** Often enough to see what people do by hand; a look at a few megabytes takes some milliseconds. */
export const DEFAULT_LOOK_INTERVAL_MS = 100;

export const RESIDENCY_FLAGS = {
  efault: EFAULT_FLAGS.efault,
  probe: EFAULT_FLAGS.probe,
  'as-root': EFAULT_FLAGS['as-root'],
  addr: {
    kind: 'value', alias: 'A', group: 'Target', placeholder: 'ADDRESS[,BYTES]', parse: parsePageRange,
    shownDefault: 'all mappings',
    help: 'One range page by page instead: 0x7f1234560000,1m; without BYTES the one page.',
  },
  watch: {
    kind: 'switch', alias: 'w', group: 'Sampling',
    help: 'With --addr: look again and again, and tell what happens to the pages, until Ctrl-C.',
  },
  interval: {
    kind: 'value', alias: 'i', group: 'Sampling', placeholder: 'TIME', parse: parseDuration,
    shownDefault: `${DEFAULT_LOOK_INTERVAL_MS}ms`,
    help: 'With --watch: time between two looks, at least 10ms.',
  },
  duration: {
    kind: 'value', alias: 'd', group: 'Sampling', placeholder: 'TIME', parse: parseDuration,
    shownDefault: 'until the process or Ctrl-C ends it',
    help: 'With --watch and --efault: how long: 10s, 500ms, 2m, 1h; a plain number means seconds.',
  },
  'no-check': {
    kind: 'switch', group: 'Sampling',
    help: 'Read no page in the process\'s own context; page tables only.',
  },
  output: {
    kind: 'list', alias: 'o', group: 'Output', placeholder: 'FILE', parse: parsePath,
    shownDefault: '',
    help: 'With --watch: write a heat map page (x.html), address by time, or all looks (x.json). May be repeated.',
  },
  all: {
    kind: 'switch', group: 'Output',
    help: 'Show every mapping, not only those with most in memory.',
  },
  json: {
    kind: 'switch', group: 'Output',
    help: 'Print everything as JSON; with --watch a line for each event.',
  },
  bpftrace: PROFILE_FLAGS.bpftrace,
  'print-program': PROFILE_FLAGS['print-program'],
  'accept-freeze-risk': EFAULT_FLAGS['accept-freeze-risk'],
  quiet: EFAULT_FLAGS.quiet,
  verbose: PROFILE_FLAGS.verbose,
} as const satisfies FlagTable; // prettier-ignore

export type ResidencyFlagValues = FlagValues<typeof RESIDENCY_FLAGS>;
