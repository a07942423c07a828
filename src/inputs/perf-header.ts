// The first line of a sample in the text of `perf script` (tools/perf/builtin-script.c) → thread, time, event:
// `comm  tid [cpu] time: period event:`, also with `pid/tid`, and without what -F left out. What was recorded without stacks has its
// only frame on the same line. Limits: the pid is the tid where perf printed none; without a time, a number at the end of comm
// may be taken for the tid.

/** Longer ones are no header: comm has 15 bytes, a tracepoint's fields come after its name. */
const MAX_HEADER_CHARACTERS = 512;
/** `comm pid/tid [cpu] `; comm may hold blanks, brackets and numbers, and stands on the right of 16 columns where there are no stacks. */
const WHO = /^\s*(\S.*?)\s+(-?\d{1,10})(?:\/(-?\d{1,10}))?\s+(?:\[\d+\]\s+)?/.source;
/** Flags of -F +misc (kernel, user, guest …), then the time. */
const TIME = /(?:[KUHGgMES]{1,3}\s+)?(\d{1,9})\.(\d{6}|\d{9}):/.source;
const EVENT = /(?:\d+\s+)?((?!\d)[\w.:/=,@*-]+):(?:\s|$)/.source;
const WITH_EVENT = new RegExp(`${WHO}(?:${TIME}\\s+)?${EVENT}`);
const WITHOUT_EVENT = new RegExp(`${WHO}${TIME}\\s*$`);
/** The address of a frame behind the event; perf gives it 16 columns, a tracepoint's fields begin otherwise. */
const ONLY_FRAME = /^(?=[ 0-9a-f]{16,17} )\s*([0-9a-f]{1,16}) /i;

export interface PerfHeader {
  readonly comm: string;
  readonly pid: number;
  readonly tid: number;
  /** -1: not printed. */
  readonly timeNs: number;
  /** '': not printed. */
  readonly event: string;
  /** The sample's only frame, if it stands on this line. */
  readonly frame: { readonly address: string; readonly text: string } | null;
}

/** null: the line is none. */
export function parsePerfHeader(line: string): PerfHeader | null {
  const start = line.slice(0, MAX_HEADER_CHARACTERS);
  const match = WITHOUT_EVENT.exec(start) ?? WITH_EVENT.exec(start);
  if (match === null) return null;
  const [all, comm = '', first = '0', second, seconds, fraction = '', event = ''] = match;
  const pid = Math.max(0, Number(first));
  const rest = line.slice(all.length);
  const [lead = '', address] = ONLY_FRAME.exec(rest) ?? [];
  return {
    comm,
    pid,
    tid: second === undefined ? pid : Math.max(0, Number(second)),
    timeNs: seconds === undefined ? -1 : Number(seconds) * 1e9 + Number(fraction.padEnd(9, '0')),
    event,
    frame: address === undefined ? null : { address, text: rest.slice(lead.length) },
  };
}
