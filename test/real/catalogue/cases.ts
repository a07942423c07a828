// Scripts of the catalogue, each with a program that does a known number of things and what the script must have counted of it.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { expect } from 'vitest';
import { bucketsOf, countOf, histogramCount, type ScriptRun, type Workload } from '../../support/script-run.ts';

export interface ScriptCase {
  readonly script: string;
  /** Behind the name of known-events: kind, count, argument. */
  readonly work: (count: number, folder: string) => readonly string[];
  readonly count: number;
  /** For measuring what an event costs: many of them. */
  readonly costCount: number;
  readonly workload?: Omit<Workload, 'command'>;
  /** It needs every switch to its program. */
  readonly countsSwitches?: boolean;
  readonly check: (run: ScriptRun, count: number) => void;
}

const ofPid = { isConfined: true };
/** Nobody else's, on any machine that this was run on. */
const PORT = '46613';

/** So many of a pattern. Each with what follows it up to the next: a plain `(…[^]*){8}` tries every way to share a long text among eight. */
function times(pattern: string, count: number): RegExp {
  return new RegExp(`(?:${pattern}(?:(?!${pattern})[^])*){${String(count)}}`);
}

export const CASES: readonly ScriptCase[] = [
  {
    script: 'opens',
    work: (count) => ['opens', String(count), '/etc/hostname'],
    count: 37,
    costCount: 20_000,
    workload: ofPid,
    check: (run, count) => {
      const key = (file: string, error: number): string => `jt-opens,${run.pid},${file},${error}`;
      expect(countOf(run, '@opens', key('/etc/hostname', 0))).toBe(count);
      expect(countOf(run, '@opens', key('/nowhere/jt-opens', 2))).toBe(1);
      // And the file that holds the name.
      expect(Object.keys(run.maps.get('@opens') ?? {})).toHaveLength(3);
    },
  },
  {
    script: 'vfs',
    work: (count) => ['vfs', String(count)],
    count: 11,
    costCount: 500,
    workload: ofPid,
    check: (run, count) => {
      for (const operation of ['open', 'read', 'write', 'fsync', 'stat', 'close', 'rename', 'remove'])
        expect(countOf(run, '@operations', `jt-vfs,${operation}`), operation).toBe(count);
    },
  },
  {
    script: 'read-sizes',
    work: (count) => ['reads', String(count)],
    count: 80,
    costCount: 100_000,
    workload: ofPid,
    check: (run, count) => {
      const key = `jt-reads,${run.pid}`;
      const buckets = bucketsOf(run, '@size_bytes', key);
      const of = (bytes: number): number => buckets.find(({ min, max }) => min <= bytes && bytes <= max)?.count ?? 0;
      // 1, 2, 4 … 128 bytes in turn; the line `go` is 3 bytes, read from before the start until after it.
      for (const bytes of [1, 4, 8, 16, 32, 64, 128]) expect(of(bytes), `${bytes} bytes`).toBe(count / 8);
      expect(of(2)).toBe(count / 8 + 1);
      expect(of(0)).toBe(1);
      expect(countOf(run, '@total_bytes', key)).toBe((255 * count) / 8 + 3);
    },
  },
  {
    script: 'execs',
    work: (count) => ['exec', String(count)],
    count: 13,
    costCount: 300,
    workload: { untilLine: times('jt-true jt-a', 14) },
    check: (run, count) => {
      const ofProgram = run.lines.filter((line) => line.includes(` ${run.pid} `));
      const mine = ofProgram.filter((line) => !line.endsWith(' jt-at'));
      expect(mine.length).toBe(count);
      for (const line of mine) expect(line).toMatch(/^\d\d:\d\d:\d\d \d+ +\d+ +(seen|hidden) +\/bin\/true: jt-true jt-argument$/);
      // By execveat, its name hidden.
      expect(ofProgram.filter((line) => / hidden +\/bin\/true: jt-true jt-at$/.test(line))).toHaveLength(1);
      // The child of a fork has touched nothing of its constants.
      expect(mine.filter((line) => line.includes(' hidden ')).length).toBeGreaterThan(0);
      // One by each call.
      expect(countOf(run, '@failed', 'jt-exec,2')).toBe(2);
    },
  },
  {
    script: 'ipc',
    work: (count) => ['ipc', String(count)],
    count: 17,
    costCount: 10_000,
    workload: ofPid,
    check: (run, count) => {
      for (const kind of ['pipe', 'fifo', 'unix', 'loopback']) {
        for (const direction of ['in', 'out']) {
          const key = `${kind},${direction},jt-ipc`;
          // By three addresses.
          const expected = kind === 'loopback' ? 3 * count : count;
          expect(countOf(run, '@calls', key), key).toBe(expected);
          expect(countOf(run, '@bytes', key), key).toBe(10 * expected);
        }
      }
      expect(countOf(run, '@calls', 'pty,out,jt-ipc')).toBe(count);
      expect(countOf(run, '@bytes', 'pty,out,jt-ipc')).toBe(10 * count);
      expect(countOf(run, '@bytes', 'pty,in,jt-ipc')).toBe(10 * count);
      expect(countOf(run, '@signals', 'jt-ipc,jt-ipc,10')).toBe(count);
    },
  },
  {
    script: 'slow-syscalls',
    work: (count) => ['sleeps', String(count)],
    count: 15,
    costCount: 200,
    workload: { isConfined: true, values: () => ({ min: '15ms' }), untilLine: times('clock_nanosleep', 15) },
    check: (run, count) => {
      const sleeps = run.lines.filter((line) => line.includes(`clock_nanosleep:230`));
      expect(sleeps.length).toBe(count);
      for (const line of sleeps) {
        const [, us = 0] = /:230 +(\d+) +0$/.exec(line) ?? [];
        expect(Number(us), line).toBeGreaterThanOrEqual(20_000);
      }
      expect(run.lines.some((line) => line.includes('getppid'))).toBe(false);
    },
  },
  {
    script: 'syscall-latency',
    work: (count) => ['sleeps', String(count)],
    count: 15,
    costCount: 200,
    workload: ofPid,
    check: (run, count) => {
      expect(histogramCount(run, '@latency_us', 'getppid')).toBe(count);
      expect(histogramCount(run, '@latency_us', 'clock_nanosleep')).toBe(count);
      for (const { min } of bucketsOf(run, '@latency_us', 'clock_nanosleep').filter((bucket) => bucket.count > 0))
        expect(min).toBeGreaterThanOrEqual(16_384);
      expect(countOf(run, '@total_us', 'clock_nanosleep')).toBeGreaterThanOrEqual(20_000 * count);
    },
  },
  ...['slow-syscalls', 'syscall-latency'].map((script): ScriptCase => ({
    script,
    work: (count) => ['ends', String(count)],
    count: 15,
    costCount: 200,
    workload: {
      isConfined: true,
      values: () => ({ min: '15ms' }),
      ...(script === 'slow-syscalls' ? { untilLine: times('clock_nanosleep', 15) } : {}),
    },
    check: (run, count) => {
      if (script === 'syscall-latency') expect(histogramCount(run, '@latency_us', 'clock_nanosleep')).toBe(count);
      else
        expect(run.lines.filter((line) => line.includes('jt-ends') && line.includes('clock_nanosleep:230'))).toHaveLength(count);
    },
  })),
  {
    script: 'sql-postgres',
    work: (count) => ['sql', String(count)],
    count: 6,
    costCount: 10_000,
    // The program has a function of that name.
    workload: {
      isConfined: true,
      values: (pid) => ({ server: readlinkSync(`/proc/${pid}/exe`) }),
      untilLine: times('jt-statement', 6),
    },
    check: (run, count) => {
      expect(countOf(run, '@statements', '')).toBe(count);
      expect(run.lines.filter((line) => line.includes('jt-unended'))).toEqual([]);
    },
  },
  {
    script: 'page-faults',
    work: (count) => ['faults', String(count)],
    count: 300,
    costCount: 50_000,
    workload: ofPid,
    check: (run, count) => {
      for (const access of ['read', 'write', 'write-protected', 'execute']) {
        const faults = countOf(run, '@faults', `jt-faults,${run.pid},${access}`);
        // A page of the stack, or of libc's data, may be new, too.
        expect(faults, access).toBeGreaterThanOrEqual(count);
        expect(faults, access).toBeLessThan(count + 20);
      }
    },
  },
  {
    script: 'page-faults-by-file',
    work: (count, folder) => ['file', String(count), bigFile(folder, count * 32)],
    count: 40,
    costCount: 400,
    workload: ofPid,
    check: (run, count) => {
      const key = `jt-file,${fileKey(bigFiles.get(count * 32) ?? '')}`;
      expect(countOf(run, '@faults', key), key).toBe(count);
    },
  },
  {
    script: 'runq-latency',
    work: (count) => ['ping', String(count), 'jt-pong'],
    count: 50,
    costCount: 500,
    workload: { values: () => ({ comm: 'jt-ping' }) },
    countsSwitches: true,
    check: (run, count) => {
      // One more: the line that it waits for.
      expect(histogramCount(run, '@woken_us', 'jt-ping')).toBe(count + 1);
    },
  },
  {
    script: 'runq-latency',
    work: (count) => ['lose', String(count), 'jt-taker'],
    count: 25,
    costCount: 500,
    workload: { values: () => ({ comm: 'jt-lose' }) },
    countsSwitches: true,
    check: (run, count) => {
      expect(histogramCount(run, '@preempted_us', 'jt-lose')).toBeGreaterThanOrEqual(count);
    },
  },
  {
    script: 'off-cpu-by-waker',
    work: (count) => ['ping', String(count), 'jt-pong'],
    count: 50,
    costCount: 500,
    workload: { values: () => ({ comm: 'jt-ping' }) },
    countsSwitches: true,
    check: (run, count) => {
      expect(countOf(run, '@sleeps', 'jt-ping,jt-pong')).toBe(count);
      // The other one sleeps for 5 ms each time.
      expect(countOf(run, '@blocked_us', 'jt-ping,jt-pong')).toBeGreaterThanOrEqual(5000 * count);
    },
  },
  {
    script: 'block-io',
    work: (count, folder) => ['direct', String(count), bigFile(folder, count)],
    count: 60,
    costCount: 500,
    check: (run, count) => {
      const writes = Object.keys(run.maps.get('@latency_us') ?? {}).filter((key) => key.startsWith('jt-direct,W'));
      expect(writes.reduce((sum, key) => sum + histogramCount(run, '@latency_us', key), 0)).toBe(count);
      expect(writes.reduce((sum, key) => sum + countOf(run, '@total_bytes', key), 0)).toBe(4096 * count);
    },
  },
  {
    script: 'tcp-states',
    work: (count) => ['tcp', String(count), PORT],
    count: 9,
    costCount: 300,
    workload: { values: () => ({ port: PORT }), untilLine: times(`:${PORT} FIN_WAIT2 -> CLOSE `, 9) },
    check: (run, count) => {
      const of = (change: string): number => run.lines.filter((line) => line.includes(` ${change} `)).length;
      for (const change of [
        'CLOSE -> SYN_SENT',
        'SYN_SENT -> ESTABLISHED',
        'SYN_RECV -> ESTABLISHED',
        'ESTABLISHED -> FIN_WAIT1',
        'ESTABLISHED -> CLOSE_WAIT',
        'FIN_WAIT1 -> FIN_WAIT2',
        'CLOSE_WAIT -> LAST_ACK',
        'LAST_ACK -> CLOSE',
      ])
        expect(of(change), change).toBe(count);
      const connecting = run.lines.filter((line) => line.includes('CLOSE -> SYN_SENT'));
      for (const line of connecting) expect(line).toMatch(new RegExp(`${run.pid} +jt-tcp `));
    },
  },
  {
    script: 'tcp-connections',
    work: (count) => ['tcp', String(count), PORT],
    count: 9,
    costCount: 300,
    workload: { values: () => ({ port: PORT }), untilLine: times(' end ', 18) },
    check: (run, count) => {
      expect(countOf(run, '@made', `connect,${PORT}`)).toBe(count);
      expect(countOf(run, '@made', `accept,${PORT}`)).toBe(count);
      const ends = run.lines.filter((line) => line.includes(' end '));
      expect(ends.length).toBe(2 * count);
      expect(ends.filter((line) => line.includes(` ${run.pid} `)).length).toBe(count);
      for (const line of ends) {
        const [, ms = -1] = / 127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+ (\d+)$/.exec(line) ?? [];
        expect(Number(ms), line).toBeGreaterThanOrEqual(5);
      }
    },
  },
  {
    script: 'tcp-latency',
    work: (count) => ['tcp', String(count), PORT],
    count: 9,
    costCount: 300,
    workload: { values: () => ({ port: PORT }) },
    check: (run, count) => {
      expect(histogramCount(run, '@connect_us', PORT)).toBe(count);
    },
  },
  {
    script: 'tcp-events',
    work: (count) => ['tcp-all', String(count), PORT],
    count: 7,
    costCount: 300,
    workload: { values: () => ({ port: PORT }), untilLine: times('tcp_destroy_sock ', 8) },
    check: (run, count) => {
      const linesOf = (event: string, remote: string): number =>
        run.lines.filter((line) => new RegExp(` ${event} 127\\.0\\.0\\.1:\\d+ ${remote}$`).test(line)).length;
      expect(countOf(run, '@events', 'tcp_receive_reset')).toBe(count);
      expect(linesOf('tcp_receive_reset', `127\\.0\\.0\\.1:${PORT}`)).toBe(count);
      // A byte there, and one back.
      expect(countOf(run, '@events', 'tcp_rcv_space_adjust')).toBe(2 * count);
      expect(linesOf('tcp_rcv_space_adjust', `127\\.0\\.0\\.1:${PORT}`)).toBe(count);
      // The client's; the server's have forgotten both ends, but for the one that listens.
      expect(linesOf('tcp_destroy_sock', `127\\.0\\.0\\.1:${PORT}`)).toBe(count);
    },
  },
  {
    script: 'udp-traffic',
    work: (count) => ['udp', String(count), PORT],
    count: 21,
    costCount: 20_000,
    workload: ofPid,
    check: (run, count) => {
      const of = (map: string): readonly [string, unknown][] => Object.entries(run.maps.get(map) ?? {});
      expect(countOf(run, '@messages', `in,jt-udp,${PORT}`)).toBe(count);
      expect(countOf(run, '@bytes', `in,jt-udp,${PORT}`)).toBe(10 * count);
      // From any port.
      expect(of('@messages').flatMap(([key, value]) => (key.startsWith('out,jt-udp,') ? [value] : []))).toEqual([count]);
      expect(of('@bytes').flatMap(([key, value]) => (key.startsWith('out,jt-udp,') ? [value] : []))).toEqual([10 * count]);
    },
  },
  {
    script: 'libjvm-loads',
    work: (count, folder) => ['load', String(count), namedLibjvm(folder)],
    count: 6,
    costCount: 10_000,
    workload: { untilLine: times('lib/server/libjvm\\.so', 6) },
    check: (run, count) => {
      const mine = run.lines.filter((line) => line.includes(` ${run.pid} `));
      expect(mine.length).toBe(count);
      for (const line of mine)
        expect(line).toMatch(
          new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${run.pid} +${process.pid} +jt-load +\\S.* jdk-17/lib/server/libjvm\\.so$`),
        );
    },
  },
  {
    script: 'tcp-retransmits',
    work: (count) => ['syn', String(count), PORT],
    count: 4,
    costCount: 50,
    workload: { values: () => ({ port: PORT }), untilLine: times('SYN_SENT', 8) },
    check: (run, count) => {
      expect(countOf(run, '@retransmits', `${PORT},SYN_SENT`)).toBe(2 * count);
      expect(run.lines.filter((line) => line.endsWith(`127.0.0.1:${PORT} SYN_SENT`)).length).toBe(2 * count);
    },
  },
];

/** Prints its number, waits for a line, then runs what follows. */
const waiting = (script: string): readonly string[] => ['/bin/sh', '-c', `echo $$; read line; ${script}`];

/** An interactive bash that is given the lines; the last must be `exit`. */
export function typedLines(lines: readonly string[]): Workload {
  const quoted = lines.map((line) => `'${line}'`).join(' ');
  return {
    command: waiting(`printf '%s\\n' ${quoted} | script -qc 'bash --norc --noprofile -i' /dev/null > /dev/null`),
    untilLine: / exit/,
  };
}

/** A pipeline of bash that gives the file to python. */
export function piped(file: string, untilLine: RegExp): Workload {
  return { command: waiting(`bash -c 'cat ${file} | /usr/bin/python3 -'`), untilLine };
}

/** A program in a control group that takes memory until it is killed. */
export function killedIn(group: string, program: string): Workload {
  return {
    command: ['/bin/sh', '-c', `echo $$ > ${group}/cgroup.procs; exec ${program} eat 1`],
    untilLine: /jt-eat/,
    endsBy: 'SIGKILL',
  };
}

/** What the program takes before it is killed: little, as it touches all of it. */
const MEMORY_LIMIT_BYTES = 48 << 20;

/** A control group whose memory is limited, of either version. */
export function limitedGroup(): string {
  const first = '/sys/fs/cgroup/memory';
  const [parent, file] = existsSync(first) ? [first, 'memory.limit_in_bytes'] : ['/sys/fs/cgroup', 'memory.max'];
  const group = join(parent, `jtrace-test-${process.pid}`);
  mkdirSync(group);
  writeFileSync(join(group, file), String(MEMORY_LIMIT_BYTES));
  return group;
}

/** A file of that name where a JDK has it. */
function namedLibjvm(folder: string): string {
  const server = join(folder, 'jdk-17/lib/server');
  mkdirSync(server, { recursive: true });
  writeFileSync(join(server, 'libjvm.so'), 'x'.repeat(4096));
  return join(server, 'libjvm.so');
}

/** Those that were written, by their pages. */
const bigFiles = new Map<number, string>();

/** Device and inode as page-faults-by-file tells them. */
function fileKey(path: string): string {
  const { dev, ino } = statSync(path);
  // As makedev of glibc puts them together.
  return [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00), ino].join(',');
}

/** A file of `pages` pages, written to the disk. */
function bigFile(folder: string, pages: number): string {
  const path = join(folder, `pages-${pages}`);
  const { status, stderr } = spawnSync('dd', ['if=/dev/urandom', `of=${path}`, 'bs=4096', `count=${pages}`, 'conv=fsync'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  bigFiles.set(pages, path);
  return path;
}

/** A folder on a disk: what lies in a tmpfs has no blocks. */
export function diskFolder(): string {
  return dirSync({ unsafeCleanup: true, tmpdir: '/var/tmp' }).name;
}

/** Names and numbers of the kernel's own header. */
export function syscallNumbers(): ReadonlyMap<string, number> {
  const header = readFileSync('/usr/include/x86_64-linux-gnu/asm/unistd_64.h', 'utf8');
  return new Map([...header.matchAll(/#define __NR_(\w+) (\d+)/g)].map(([, name = '', number]) => [name, Number(number)]));
}
