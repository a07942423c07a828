// Lines of the program of `jtrace watch` (templates/libjvm-loads.bt) → records. Lines hold numbers only: nothing that a target chooses can make one.

import { asPid } from '../model/units.ts';
import type { BirthRecord } from '../model/watch.ts';

const RECORD = /^jw ([A-Z])((?: \d{1,20}){1,5})$/;
/** start_boottime → /proc/PID/stat: nsec_to_clock_t with USER_HZ 100. */
const NS_PER_TICK = 10_000_000n;

/** null: no record, but bpftrace's own words. Nanoseconds since boot are exact in JavaScript for a hundred days, and to 2 ns for a year. */
export function parseBirthRecord(line: string): BirthRecord | null {
  const [, kind = '', text = ''] = RECORD.exec(line) ?? [];
  const numbers = text.trim().split(' ').map(Number);
  const [ns = 0, number = 0, openedNs = 0, parent = 0] = numbers;
  const pid = asPid(number);
  const has = (count: number): boolean => numbers.length === count;
  switch (kind) {
    case 'J':
      if (!has(5)) return null;
      return {
        kind: 'mapped',
        ns,
        pid,
        openedNs: openedNs === 0 ? null : openedNs,
        parent: asPid(parent),
        startTicks: ticksOf(text),
      };
    case 'N':
    case 'W':
      return has(2) ? { kind: 'thread', ns, pid, thread: kind === 'N' ? 'notification' : 'periodic' } : null;
    case 'X':
    case 'E':
      return has(2) ? { kind: kind === 'X' ? 'exec' : 'exit', ns, pid } : null;
    case 'H':
      return has(1) ? { kind: 'heartbeat', ns } : null;
    default:
      return null;
  }
}

function ticksOf(text: string): number {
  return Number(BigInt(text.slice(text.lastIndexOf(' ') + 1)) / NS_PER_TICK);
}
