// `jtrace run` on every bpftrace at hand: counts that are known in advance, every way to end, and programs and processes that are none.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { JTRACE, runJtrace, startJtrace } from '../../support/run-jtrace.ts';

/** No other program of this machine writes so many bytes at a time. */
const [ODD_BYTES, WRITES] = [7919, 1000];
const KNOWN = `tracepoint:syscalls:sys_enter_write /comm == "dd" && args->count == ${String(ODD_BYTES)}/ {
  @writes[comm] = count(); @bytes = sum(args->count); @sizes = hist(args->count);
}`;
const DD = ['dd', 'if=/dev/zero', 'of=/dev/null', `bs=${String(ODD_BYTES)}`, `count=${String(WRITES)}`, 'status=none'];
const TICKS = 'interval:ms:50 { printf("tick %d\\n", @ticks); @ticks++; } END { printf("the end\\n"); }';

let folder = '';

describeOnHost('jtrace run', ['root', 'bpftrace'], () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-run-'));
    writeFileSync(join(folder, 'known.bt'), `#!/usr/bin/env bpftrace\n${KNOWN}\n`);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(bpftracesAtHand())('%s', (bpftrace) => {
    const run = (...args: readonly string[]): ReturnType<typeof runJtrace> =>
      runJtrace(['run', '--bpftrace', bpftrace, ...args], { cwd: folder });
    const start = (...args: readonly string[]): ReturnType<typeof startJtrace> =>
      startJtrace(['run', '--bpftrace', bpftrace, ...args], { cwd: folder });

    test('a COMMAND from its start: every write is counted', async () => {
      const { status, stdout, stderr } = await run('known.bt', '-o', 'known.txt', '--', ...DD);
      expect(status, stderr).toBe(0);
      expect(stdout).toBe('');
      const told = readFileSync(join(folder, 'known.txt'), 'utf8');
      const count = String(WRITES);
      expect(told.split('\n').filter((line) => !line.startsWith('['))).toEqual([
        `@bytes: ${String(ODD_BYTES * WRITES)}`,
        '',
        '@sizes:',
        '',
        `@writes[dd]: ${count}`,
        '',
      ]);
      expect(told).toMatch(new RegExp(`^\\[4K, 8K\\) +${count} \\|@+\\|$`, 'm'));
      for (const line of told.trim().split('\n')) expect(stderr).toContain(`${line}\n`);
    });

    test('two at once, as JSON; the COMMAND’s own status', async () => {
      const both = await Promise.all(
        [1, 2].map(() => run('-e', KNOWN, '--json', '--', 'sh', '-c', `${DD.join(' ')}; echo its own; exit 7`)),
      );
      for (const { status, stdout, stderr } of both) {
        expect(status, stderr).toBe(7);
        expect(stderr).toContain('its own\n');
        const lines = stdout.trim().split('\n').map((line): unknown => JSON.parse(line)); // prettier-ignore
        // A COMMAND is confined to itself and what it starts: neither sees the other's.
        expect(lines).toContainEqual({
          type: 'map',
          name: '@writes',
          entries: [{ key: 'dd', parts: ['dd'], value: { number: String(WRITES) } }],
        });
        expect(lines.at(-1)).toMatchObject({ type: 'summary', version: 1, probes: 1, lostEvents: 0, exitCode: 7 });
      }
    });

    test('Ctrl-C: END runs, the maps come', async () => {
      const running = start('-e', TICKS);
      try {
        await running.said('tick 3\n');
        running.child.kill('SIGINT');
        const { status, stdout, stderr } = await running.ended;
        expect(status, stderr).toBe(0);
        expect(stdout).toMatch(/^tick 0\ntick 1\n(?:tick \d+\n)+the end\n@ticks: \d+\n$/);
      } finally {
        await running.stop();
      }
    });

    test('asked to end while it waits to print: the maps come all the same, what was lost is told', async () => {
      const flood = 'profile:hz:999 { $i = 0; while ($i < 100) { printf("%d %s\\n", $i, comm); $i++; } @ticks = count(); }';
      const { status, stdout, stderr } = await run('-e', flood, '-d', '700ms');
      expect(stdout.slice(-100), stderr).toMatch(/\n@ticks: \d+\n$/);
      expect(status).toBe(stderr.includes('events were lost') ? 1 : 0);
    });

    test('a warning of each run of a probe: of its place, once, with how often it came', async () => {
      const program = 'interval:ms:10 {\n  delete(@never[nsecs]);\n}\nBEGIN { @never[1] = 1; }';
      const { status, stderr } = await run('-d', '1s', '-e', program);
      const told = stderr.split('\n').filter((line) => line.includes('map_delete_elem'));
      expect(status, stderr).toBe(0);
      // 0.17 says so of no map, 0.27 gives it back.
      if (told.length === 0) expect(bpftrace).not.toContain('trixie');
      else {
        expect(told).toHaveLength(2);
        for (const line of told) expect(line).toMatch(/-e:2:3: warning: /u);
        expect(told[1]).toMatch(/ \(\d+ times more\)$/u);
      }
    });

    test('a program without its end is a mistake in it', async () => {
      for (const program of ['BEGIN { printf("hi")', 'BEGIN { exit(); } kprobe:f', 'profile:hz:9 { @[jstack] = count();']) {
        const { status, stderr } = await run('-e', program);
        expect(status, stderr).toBe(2);
        expect(stderr).not.toContain('jtrace added');
      }
    });

    test('its time; -p and the end of the process; a reader that has seen enough', async () => {
      const process = spawn('sleep', ['60'], { stdio: 'ignore' });
      const confined = start('-e', TICKS, '-p', String(process.pid));
      try {
        const timed = run('-e', TICKS, '-d', '300ms');
        const headed = spawn('sh', ['-c', '"$@" | head -1', 'sh', ...JTRACE, 'run', '--bpftrace', bpftrace, '-e', TICKS], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        let head = '';
        headed.stdout.on('data', (bytes: Buffer) => (head += bytes.toString()));
        const headEnded = new Promise((resolve) => headed.once('close', resolve));
        await confined.said('tick 1\n');
        process.kill('SIGKILL');
        const [ofConfined, ofTimed] = await Promise.all([confined.ended, timed, headEnded]);
        expect(ofConfined.status, ofConfined.stderr).toBe(0);
        expect(ofConfined.stdout).toMatch(/the end\n@ticks: \d+\n$/);
        expect(ofTimed.status, ofTimed.stderr).toBe(0);
        expect(ofTimed.stdout).toMatch(/the end\n@ticks: \d+\n$/);
        expect(head).toBe('tick 0\n');
      } finally {
        process.kill('SIGKILL');
        await confined.stop();
      }
    });

    test('what the program gives to exit(), and programs that cannot run', async () => {
      const [leaving, broken, unknown, gone] = await Promise.all([
        run('-e', 'BEGIN { @a = 1; exit(3); }'),
        run('-e', 'BEGIN { @a = 1;\n  nosuch(5); }', '--', 'touch', 'started'),
        run('-e', 'tracepoint:no:such { @a = 1; }'),
        run('-e', TICKS, '-p', '4194304'),
      ]);
      if (leaving.stderr.includes('requires no arguments')) expect(leaving.status).toBe(2);
      else expect({ status: leaving.status, stdout: leaving.stdout }, leaving.stderr).toEqual({ status: 3, stdout: '@a: 1\n' });
      expect(broken.status).toBe(2);
      expect(broken.stderr).toMatch(
        /^jtrace: bpftrace does not take the program\n {2}-e:2:3: Unknown function: '?nosuch'?\n {4}nosuch\(5\); }\n {4}\^+$/m,
      );
      expect(unknown.status).toBe(2);
      expect(unknown.stderr).toMatch(/-e:1:1: .*no:such/);
      expect(gone.status).toBe(2);
      expect(gone.stderr).toContain('4194304');
      for (const { stderr } of [broken, unknown, gone]) expect(stderr).not.toContain('jtrace-ready');
    });
  });
});
