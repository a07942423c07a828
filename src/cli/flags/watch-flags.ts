// The flags of `jtrace watch`.

import { OperatorError } from '../../model/errors.ts';
import { nearest } from '../../model/nearest.ts';
import { PROBE_STYLES, type ProbeStyle } from '../../model/watch.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { outputFormatOf, USUAL_ENDINGS } from '../../outputs/formats.ts';
import type { FlagTable, FlagValues } from './flag.ts';
import { parsePattern } from './parse-pattern.ts';
import { PROFILE_FLAGS } from './profile-flags.ts';
import { parseAge, parseDuration, parsePath } from './parse-quantity.ts';

export const DEFAULT_FORMAT = '.html';

export const WATCH_FLAGS = {
  duration: {
    kind: 'value', alias: 'd', group: 'Sampling', placeholder: 'TIME', parse: parseDuration,
    shownDefault: 'watch: until Ctrl-C; profiles: 10s',
    help: 'How long to watch; with --profile how long each profile is, and the watch goes on: 30s, 2m, 1h.',
  },
  for: {
    kind: 'value', group: 'Sampling', placeholder: 'TIME', parse: parseDuration,
    shownDefault: 'until Ctrl-C',
    help: 'With --profile: how long to watch.',
  },
  after: {
    kind: 'value', group: 'Sampling', placeholder: 'TIME', parse: parseAge,
    shownDefault: 'as soon as its VM is ready',
    help: 'With --profile: begin so long after the start of a JVM: 10s.',
  },
  match: {
    kind: 'value', group: 'Filter', placeholder: 'REGEX', parse: parsePattern,
    shownDefault: 'every new JVM',
    help: 'With --profile: only JVMs whose main class, jar or arguments match.',
  },
  profile: {
    kind: 'value', group: 'Output', placeholder: 'DIR', parse: parsePath,
    shownDefault: '',
    help: 'Profile each new JVM into a file of its own in DIR, two at a time; 16 more may wait.',
  },
  format: {
    kind: 'list', group: 'Output', placeholder: 'FORMAT', parse: parseFormat,
    shownDefault: DEFAULT_FORMAT.slice(1),
    help: `With --profile: what the files are: ${USUAL_ENDINGS.replaceAll(/(^|, )\./gu, '$1')}. May be repeated: a file each.`,
  },
  json: {
    kind: 'switch', group: 'Output',
    help: 'Print everything as JSON lines (docs/watch.md).',
  },
  probe: {
    kind: 'value', group: 'Other', placeholder: 'KIND', parse: parseProbe, choices: PROBE_STYLES,
    shownDefault: 'the first that works here',
    help: `How opened files are seen: ${PROBE_STYLES.join(', ')}.`,
  },
  bpftrace: PROFILE_FLAGS.bpftrace,
  'accept-freeze-risk': {
    kind: 'switch', group: 'Other',
    help: `With --profile: ${PROFILE_FLAGS['accept-freeze-risk'].help.replace(/^S/u, 's')}`,
  },
  'print-program': PROFILE_FLAGS['print-program'],
  quiet: {
    kind: 'switch', alias: 'q', group: 'Other',
    help: 'The lines, warnings and errors only.',
  },
  verbose: PROFILE_FLAGS.verbose,
} as const satisfies FlagTable; // prettier-ignore

export type WatchFlagValues = FlagValues<typeof WATCH_FLAGS>;

/** `html`, `.html` → `.html`. */
function parseFormat(text: string): string {
  const ending = text.startsWith('.') ? text : `.${text}`;
  if (!text.includes('/') && outputFormatOf(`profile${ending}`) !== null && outputFormatOf(ending) !== null) return ending;
  throw new OperatorError('usage', `'${escapeForTerminal(text, 40)}' is no format of profiles`, `one of ${USUAL_ENDINGS}`);
}

function parseProbe(text: string): ProbeStyle {
  const found = PROBE_STYLES.find((style) => style === text);
  if (found !== undefined) return found;
  const near = nearest(text, PROBE_STYLES);
  throw new OperatorError(
    'usage',
    `'${escapeForTerminal(text, 40)}' is no kind of probe for openings`,
    near === null ? `one of ${PROBE_STYLES.join(', ')}` : `did you mean ${near}? (${PROBE_STYLES.join(', ')})`,
  );
}
