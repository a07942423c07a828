// `jtrace run NAME` as a whole: what the scripts' own tests, which use bpftrace alone, cannot show.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dirSync } from 'tmp';
import { expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { JTRACE, runJtrace, startJtrace } from '../../support/run-jtrace.ts';
import { buildKnownEvents } from '../../support/script-run.ts';
import { Seen } from './jvm-cases.ts';

const [INSTALLED = ''] = bpftracesAtHand();
const CALLS = 20;
/** The ninth call. */
const STOP_AT = 8;

/** `T` in /proc/PID/stat: stopped by a signal. */
function isStopped(pid: number): boolean {
  return /\) T /.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
}

describeOnHost('jtrace run, scripts of the catalogue', ['root', 'bpftrace', 'cc'], () => {
  const known = buildKnownEvents();

  test.each(bpftracesAtHand())('stop-at: stands at the call that is meant, and goes on, with %s', async (bpftrace) => {
    const worker = spawn(known, ['calls', String(CALLS)], { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    worker.stdout.on('data', (data: Buffer) => (said += data.toString()));
    const ended = once(worker, 'close');
    const pid = worker.pid ?? 0;
    const range = ['--min', String(STOP_AT), '--max', String(STOP_AT + 1)];
    const jtrace = startJtrace(['run', 'stop-at', '--file', known, '--function', 'jt_call', ...range, '-p', String(pid), '--unsafe', '--json', '--bpftrace', bpftrace]); // prettier-ignore
    try {
      await jtrace.said('attached');
      worker.stdin.write('go\n');
      const calls = (): string => said.replace(/^\d+\n/, '');
      while (!isStopped(pid) || calls().length < STOP_AT) await sleep(20);
      // Of the call at which it stands nothing was done yet.
      expect(calls()).toBe('.'.repeat(STOP_AT));
      worker.kill('SIGCONT');
      const [code] = (await ended) as [number | null];
      expect(code).toBe(0);
      expect(calls()).toBe('.'.repeat(CALLS));
      const { status, stdout, stderr } = await jtrace.ended;
      expect(status, stderr).toBe(0);
      const seen = new Seen(stdout);
      const stops = seen.lines.filter((line) => line.includes(` ${String(pid)} `));
      expect(stops).toHaveLength(1);
      expect(stops[0]).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${String(pid)} +${String(pid)} +jt-calls +${String(STOP_AT)}$`));
      expect(stdout).toContain('jt_call+0');
      // The call after it fits, too, and stops nothing.
      expect(seen.count('@met')).toBe(2);
    } finally {
      worker.kill('SIGKILL');
      await jtrace.stop();
    }
  });

  test('a script that says how much text it needs gets it', async () => {
    const file = join(dirSync({ unsafeCleanup: true }).name, 'x'.repeat(100));
    writeFileSync(file, '');
    const worker = spawn(known, ['opens', '5', file], { stdio: ['pipe', 'pipe', 'inherit'] });
    const jtrace = startJtrace(['run', 'opens', '-p', String(worker.pid), '--json', '--bpftrace', INSTALLED]);
    try {
      await jtrace.said('attached');
      worker.stdin.write('go\n');
      const { status, stdout, stderr } = await jtrace.ended;
      expect(status, stderr).toBe(0);
      expect(new Seen(stdout).count('@opens', file, '0')).toBe(5);
    } finally {
      worker.kill('SIGKILL');
      await jtrace.stop();
    }
  });

  test.runIf(!existsSync('/sys/bus/event_source/devices/kprobe'))('without kernel probes: one line, and exit 3', async () => {
    const { status, stdout, stderr } = await runJtrace(['run', 'kernel-function-latency', '--function', 'vfs_read', '--bpftrace', INSTALLED]); // prettier-ignore
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(
      /^jtrace: kernel-function-latency needs kernel probes, and this kernel has none \(CONFIG_KPROBES\)\n {2}tracepoints/,
    );
  });

  test('output that nobody has read yet is not lost at the end', async () => {
    // A shell's pipe: between processes of Node it would be a socket, which holds all of it.
    const program = spawn('/bin/sh', ['-c', '"$@" | { sleep 2; cat; }', 'sh', ...JTRACE, 'list', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    for await (const part of program.stdout) text += String(part);
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(text.length).toBeGreaterThan(65_536);
  });
});
