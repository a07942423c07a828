// One attach point (`uretprobe:/path/lib.so:"func"`) → its parts, its kind of probe, and whether it runs for a process. Names are bpftrace's own, of 0.17 to 0.27.

import { globMatches } from './glob.ts';
import type { Span } from './tokenize.ts';

export interface AttachPoint extends Span {
  /** As the user wrote it. */
  readonly text: string;
  /** As bpftrace reads it: without blanks and comments. */
  readonly spelled: string;
  /** Split at the colons outside quotes, the quotes removed. */
  readonly parts: readonly string[];
}

/** The full names of all kinds of probes. */
const PROVIDERS = [
  'BEGIN',
  'END',
  'begin',
  'end',
  'asyncwatchpoint',
  'bench',
  'fentry',
  'fexit',
  'hardware',
  'interval',
  'iter',
  'kfunc',
  'kprobe',
  'kretfunc',
  'kretprobe',
  'profile',
  'rawtracepoint',
  'self',
  'software',
  'test',
  'tracepoint',
  'uprobe',
  'uretprobe',
  'usdt',
  'watchpoint',
] as const;

const SHORT_NAMES: Readonly<Record<string, (typeof PROVIDERS)[number]>> = {
  aw: 'asyncwatchpoint',
  f: 'fentry',
  fr: 'fexit',
  h: 'hardware',
  i: 'interval',
  it: 'iter',
  k: 'kprobe',
  kr: 'kretprobe',
  p: 'profile',
  rt: 'rawtracepoint',
  s: 'software',
  t: 'tracepoint',
  u: 'uprobe',
  ur: 'uretprobe',
  U: 'usdt',
  w: 'watchpoint',
};

/** Probes that no process's own doing runs: bpftrace runs them, or they go through all tasks. */
const OF_NO_PROCESS: readonly string[] = ['BEGIN', 'END', 'begin', 'end', 'interval', 'iter', 'self', 'bench', 'test'];

/** `text`: as it stands in the program; `spelled`: without blanks and comments, as bpftrace reads it (0.17 and 0.23: `uretprobe :/x/lib.so:f`). */
export function attachPoint(text: string, start: number, spelled = text): AttachPoint {
  return { text, spelled, start, end: start + text.length, parts: splitParts(spelled) };
}

function splitParts(text: string): string[] {
  const parts = [''];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (character === ':' && !quoted) parts.push('');
    else {
      if (character === '\\' && quoted) at += 1;
      parts[parts.length - 1] += text.charAt(at);
    }
  }
  return parts;
}

/** By the word: asked for again and again, of programs with a hundred thousand attach points. */
const providersKnown = new Map<string, readonly string[]>();

/** The kinds of probes this can stand for: one, all that a wildcard fits, or none that any bpftrace knows. */
export function providersOf(point: AttachPoint): readonly string[] {
  const word = point.parts[0] ?? '';
  const known = providersKnown.get(word);
  if (known !== undefined) return known;
  const short = Object.hasOwn(SHORT_NAMES, word) ? SHORT_NAMES[word] : undefined;
  const providers = short === undefined ? PROVIDERS.filter((provider) => globMatches(word, provider)) : [short];
  providersKnown.set(word, providers);
  return providers;
}

/** Whether `pid` there is the process that made the event; 'both' for a wildcard that fits such probes and others. */
export function runsInProcess(point: AttachPoint): 'yes' | 'no' | 'both' {
  const kinds = new Set(providersOf(point).map((provider) => !OF_NO_PROCESS.includes(provider)));
  if (kinds.size > 1) return 'both';
  return kinds.has(false) ? 'no' : 'yes';
}

/** The probe that runs when the program ends, in the spelling of any version. */
export function isEndProbe(point: AttachPoint): boolean {
  return point.text === 'END' || point.text === 'end';
}
