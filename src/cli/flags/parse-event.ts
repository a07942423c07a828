// `--event` → the name of an event of the table, or a probe in bpftrace's words; and the least time of one.

import { OperatorError } from '../../model/errors.ts';
import { EVENTS, eventNamed, modeOfProvider } from '../../model/events.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';

const UNITS_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9 };
/** Nobody looks for longer waits only. */
const MAX_WAIT_NS = 3600e9;
const WAIT_FORMS = 'times are written 100us, 5ms or 1s, up to 60m';

/** All that `--event` may be by name. */
export const EVENT_NAMES: readonly string[] = ['cpu', ...EVENTS.map(({ name }) => name)];

/** `offcpu`, `uprobe:/path:function` → the same; null: CPU ticks, as without it. */
export function parseEvent(text: string): string | null {
  if (text === 'cpu') return null;
  const provider = /^([a-z]+):./.exec(text)?.[1];
  if (eventNamed(text) !== null || (provider !== undefined && modeOfProvider(provider) !== null)) return text;
  const shown = escapeForTerminal(text, 60);
  const message =
    provider === undefined
      ? `'${shown}' is no event that jtrace knows`
      : `'${shown}' is no probe at which a process has a stack to be sampled`;
  throw new OperatorError(
    'usage',
    message,
    `${EVENT_NAMES.join(', ')}; or a probe: tracepoint:…, uprobe:PATH:FUNCTION, usdt:…, kprobe:…`,
  );
}

/** `5ms`, `100us` → nanoseconds. */
export function parseWait(text: string): number {
  const [, amount = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const factor = Object.hasOwn(UNITS_NS, unit.toLowerCase()) ? (UNITS_NS[unit.toLowerCase()] ?? Number.NaN) : Number.NaN;
  const ns = amount === '' ? Number.NaN : Math.round(Number(amount) * factor);
  if (!(ns >= 0 && ns <= MAX_WAIT_NS))
    throw new OperatorError('usage', `the time '${escapeForTerminal(text, 40)}' is no time of a wait`, WAIT_FORMS);
  return ns;
}
