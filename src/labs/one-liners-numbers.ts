// What the program under test of lab 11 does, and how that is told beside what bpftrace has said. Pure.

import type { Measurements } from '../model/lab.ts';

/** What jl-files is told to do, and the sizes that it reads in (templates/labs/one-liners.c). */
export const FILES = { opened: 7, missing: 3, small: 40, large: 10, huge: 2, written: 5 } as const;
export const SIZES = { small: 16, large: 4096, huge: 65_536 } as const;
export const ALL_READS = FILES.small + FILES.large + FILES.huge;
export const ALL_BYTES = FILES.small * SIZES.small + FILES.large * SIZES.large + FILES.huge * SIZES.huge;
/** openat, read, write, close; and what gets to the kernel's functions for the first three. */
export const KNOWN_CALLS = [FILES.opened + FILES.missing, ALL_READS, FILES.written, FILES.opened] as const;
export const KNOWN_VFS = [FILES.opened, ALL_READS, FILES.written] as const;
/** jl-quick sleeps 3 ms each time, jl-slow 20 ms. */
export const SLEEPS = { quick: 20, slow: 10 } as const;
export const SLEEP_MS = { quick: 3, slow: 20 } as const;
export const RATE_HZ = 99;
export const TYPED = 'echo jtrace-lab';
export const ENOENT = 2;

/** What was known before, and what bpftrace has said. */
export function toldBeside(key: string, now: Measurements): string {
  const whyNot = now['vfsWhyNot'] ?? now['readlineWhyNot'];
  if (whyNot !== undefined) return String(whyNot);
  const said = (name: string): string => String(now[name]);
  const each = (names: readonly string[], values: readonly (number | string)[]): string =>
    names.map((name, at) => `${name} ${String(values[at])}`).join(', ');
  const calls = ['openat', 'read', 'write', 'close'];
  const functions = ['vfs_open', 'vfs_read', 'vfs_write'];
  const [bytes, largest] = listOf(now, 'bytesAndLargest');
  const beside: Readonly<Record<string, readonly [string, string]>> = {
    begin: ['42', said('hello')],
    opens: [`${FILES.opened + FILES.missing} files`, `${said('opens')} lines`],
    errors: [`${FILES.missing} missing files`, `${said('noSuchFile')} times error ${ENOENT}`],
    count: [`${ALL_READS} reads`, said('reads')],
    'by-call': [each(calls, KNOWN_CALLS), each(calls, listOf(now, 'calls'))],
    vfs: [each(functions, KNOWN_VFS), each(functions, listOf(now, 'vfs'))],
    sum: [`${ALL_BYTES} bytes, at most ${SIZES.huge} at once`, `${String(bytes)}, ${String(largest)}`],
    sizes: [
      `${FILES.small} reads of ${SIZES.small} bytes, ${FILES.large} of ${SIZES.large}, ${FILES.huge} of ${SIZES.huge}`,
      textsOf(now, 'sizes').join('; '),
    ],
    readline: [TYPED, said('typed')],
    latency: [`${SLEEPS.slow} sleeps of ${SLEEP_MS.slow} ms`, textsOf(now, 'timedMs').join('; ')],
    sampled: [
      `${said('usedMs')} ms of processor time`,
      `${said('ticks')} ticks at ${RATE_HZ} Hz, which is ${said('ticksPercent')} % of that`,
    ],
    'by-process': [
      each(['jl-quick', 'jl-slow'], [SLEEPS.quick, SLEEPS.slow]),
      each(['jl-quick', 'jl-slow'], listOf(now, 'sleeps')),
    ],
  };
  const [known = '', told = ''] = beside[key] ?? [];
  return `known before: ${known}; bpftrace: ${told}`;
}

export function listOf(measured: Measurements, key: string): readonly number[] {
  const value = measured[key];
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.filter((one): one is number => typeof one === 'number');
}

export function textsOf(measured: Measurements, key: string): readonly string[] {
  const value = measured[key];
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.filter((one): one is string => typeof one === 'string');
}
