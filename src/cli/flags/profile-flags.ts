// The flags of `jtrace profile`.

import type { CaptureBudget } from '../../model/program.ts';
import { USUAL_ENDINGS } from '../../outputs/formats.ts';
import type { FlagTable, FlagValues } from './flag.ts';
import {
  parseByteBudget,
  parseDuration,
  parseIntervalBytes,
  parsePath,
  parseRate,
  parseSampleBudget,
  parseStackBytes,
  parseTop,
} from './parse-quantity.ts';
import { EVENTS } from '../../model/events.ts';
import { EVENT_NAMES, parseEvent, parseWait } from './parse-event.ts';
import { RENDER_FLAGS } from './render-flags.ts';

export const DEFAULT_DURATION_MS = 10_000;
/** Not 100: a rate of its own does not run in step with timers. */
export const DEFAULT_RATE_HZ = 99;
/**
 * p99 of 18 of 22 measured workloads is 16 KiB, a Scala compiler's 72; socketRead0 of JDK 8 and 11 keeps 64 KiB of buffer on the stack between its
 * caller and what it calls (net_util_md.h, MAX_BUFFER_LEN). What the program cannot take it says.
 */
export const DEFAULT_STACK_BYTES = 128 * 1024;
/** Below one core for jtrace and bpftrace together (docs/overhead.md); 99 Hz reach it on ten busy CPUs. */
export const DEFAULT_BUDGET = { samplesPerSecond: 1000, bytesPerSecond: 16 * 1024 ** 2 } as const satisfies CaptureBudget;
/** Of the table shown when no output was asked for. */
export const DEFAULT_TOP_ROWS = 20;

export const PROFILE_FLAGS = {
  duration: {
    kind: 'value', alias: 'd', group: 'Sampling', placeholder: 'TIME', parse: parseDuration,
    shownDefault: '10s; with a COMMAND until it ends',
    help: 'How long to sample: 10s, 500ms, 2m, 1h; a plain number means seconds.',
  },
  event: {
    kind: 'value', alias: 'e', group: 'Sampling', placeholder: 'EVENT', parse: parseEvent, choices: EVENT_NAMES,
    shownDefault: 'cpu',
    help: `What to sample: ${['cpu', ...EVENTS.map(({ name, does }) => `${name} (${does})`)].join(', ')}; or any probe of bpftrace (uprobe:PATH:FUNCTION, tracepoint:…, usdt:…, kprobe:…). docs/events.md has what each needs.`,
  },
  'min-blocked': {
    kind: 'value', group: 'Sampling', placeholder: 'TIME', parse: parseWait,
    shownDefault: '0s',
    help: 'With --event offcpu or lock: leave out waits that are shorter: 100us, 5ms, 1s.',
  },
  waker: {
    kind: 'switch', group: 'Sampling',
    help: 'With --event offcpu: behind each stack, after a frame --, who woke the thread.',
  },
  'interval-bytes': {
    kind: 'value', group: 'Sampling', placeholder: 'SIZE', parse: parseIntervalBytes,
    shownDefault: '0: each call',
    help: 'With --event nativemem: one sample for so many bytes asked for (64k, 1m), which stands for all of them.',
  },
  frequency: {
    kind: 'value', alias: 'F', group: 'Sampling', placeholder: 'HZ', parse: parseRate,
    shownDefault: String(DEFAULT_RATE_HZ),
    help: 'Samples per second on each CPU, 1 to 10000; not of other events than wall.',
  },
  'stack-bytes': {
    kind: 'value', group: 'Sampling', placeholder: 'SIZE', parse: parseStackBytes,
    shownDefault: '128k',
    help: 'Most bytes of a stack that are copied: 16k, 64KiB. Deeper stacks are cut, and say so.',
  },
  'sample-budget': {
    kind: 'value', group: 'Sampling', placeholder: 'N', parse: parseSampleBudget,
    shownDefault: String(DEFAULT_BUDGET.samplesPerSecond),
    help: 'Most samples a second on all CPUs together; above it the rate is lowered, and that is told.',
  },
  'byte-budget': {
    kind: 'value', group: 'Sampling', placeholder: 'SIZE', parse: parseByteBudget,
    shownDefault: '16m',
    help: 'Most bytes of stacks copied a second; above it the rate is lowered, and that is told.',
  },
  'no-kernel': {
    kind: 'switch', group: 'Sampling',
    help: 'Leave out kernel frames.',
  },
  'no-reread': {
    kind: 'switch', group: 'Sampling',
    help: 'Never read again what BPF could not read: reading makes the page present in the target.',
  },
  output: {
    kind: 'list', alias: 'o', group: 'Output', placeholder: 'FILE', parse: parsePath,
    shownDefault: '',
    help: `Write the profile; the ending chooses the format (${USUAL_ENDINGS}). - is standard output (that of a COMMAND then goes to standard error). May be repeated.`,
  },
  top: {
    kind: 'value', group: 'Output', placeholder: 'N', parse: parseTop,
    shownDefault: `${DEFAULT_TOP_ROWS} without -o, else 0`,
    help: 'Show the N hottest methods as a table.',
  },
  ...RENDER_FLAGS,
  json: {
    kind: 'switch', group: 'Output',
    help: 'Print the summary as JSON.',
  },
  all: {
    kind: 'switch', alias: 'a', group: 'Target',
    help: 'All processes of this machine, and its kernel threads; the process is the first level of every stack.',
  },
  'as-root': {
    kind: 'switch', group: 'Target',
    help: 'Under sudo: run the COMMAND as root, not as the calling user.',
  },
  bpftrace: {
    kind: 'value', group: 'Other', placeholder: 'PATH', parse: parsePath,
    shownDefault: 'the one in PATH',
    help: 'The bpftrace to use, 0.17 or later.',
  },
  'accept-freeze-risk': {
    kind: 'switch', group: 'Other',
    help: 'Sample although jtrace doctor says that this kernel can freeze the machine by it.',
  },
  'print-program': {
    kind: 'switch', group: 'Other',
    help: 'Print the bpftrace program that would run, and end.',
  },
  'record-reads': {
    kind: 'value', group: 'Other', placeholder: 'FILE', parse: parsePath,
    shownDefault: '',
    help: 'Record every read of the target, for error reports (x.jreads). The file holds memory of the target.',
  },
  quiet: {
    kind: 'switch', alias: 'q', group: 'Other',
    help: 'Warnings and errors only; no progress, no summary unless --top or --json asks for it.',
  },
  verbose: {
    kind: 'switch', alias: 'v', group: 'Other',
    help: 'Also say what bpftrace says, and the causes of errors.',
  },
} as const satisfies FlagTable; // prettier-ignore

export type ProfileFlagValues = FlagValues<typeof PROFILE_FLAGS>;
