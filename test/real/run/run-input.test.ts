// Bad input and rough ends of `jtrace run`: a clear line, the right exit code, what there was so far, and nothing left behind.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace, startJtrace, until } from '../../support/run-jtrace.ts';

/** Smaller than a page. */
const DISK_BYTES = 64 * 1024;
const TICKS = 'BEGIN { @begun = 1; } interval:ms:50 { @ticks++; printf("tick %d\\n", @ticks); }';

let folder = '';

/** Children of a process, by the kernel's list. */
function childrenOf(pid: number): readonly number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.trim().split(/\s+/u).filter((word) => word !== '').map(Number); // prettier-ignore
}

describeOnHost('bad input to jtrace run', ['root', 'bpftrace'], () => {
  const run = (...args: readonly string[]): ReturnType<typeof runJtrace> => runJtrace(['run', ...args], { cwd: folder });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-run-input-'));
    mkdirSync(join(folder, 'disk'));
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${String(DISK_BYTES)}`, 'tmpfs', join(folder, 'disk')]);
  });
  afterAll(() => {
    spawnSync('umount', [join(folder, 'disk')]);
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(bpftracesAtHand())('%s', (bpftrace) => {
    test('programs that bpftrace does not take: the place in the user’s words, usage', async () => {
      const programs = ['BEGIN {\n  @a = ; }', 'BEGIN { exit(); }\nno_such_kind:x { @ = 1; }', 'BEGIN { printf("%d\\n", "x"); }'];
      const results = await Promise.all(programs.map((text) => run('--bpftrace', bpftrace, '-e', text)));
      const places = ['-e:2:', '-e:2:', '-e:1:'];
      results.forEach(({ status, stderr, stdout }, index) => {
        // 0.17 tells no place of a kind that it does not know.
        expect(stderr).toMatch(/^jtrace: bpftrace does not take the program\n {2}-e:/u);
        if (index !== 1 || !stderr.includes('-e:1:1:')) expect(stderr).toContain(places[index]);
        expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: '' });
      });
    });
  });

  test('a process that is none, or several', async () => {
    const sleepers = [61, 62].map((seconds) => spawn('sleep', [String(seconds)], { argv0: 'jtrace-twins', stdio: 'ignore' }));
    try {
      const [none, several] = await Promise.all([
        run('-e', TICKS, '-p', 'no-such-program-anywhere'),
        until('both run', () => (sleepers.every(({ pid }) => existsSync(`/proc/${String(pid)}/exe`)) ? true : null)).then(() =>
          run('-e', TICKS, '-p', 'jtrace-twins'),
        ),
      ]);
      expect(none.status, none.stderr).toBe(2);
      expect(none.stderr).toMatch(/^jtrace: no process matches 'no-such-program-anywhere'\n/u);
      expect(several.status, several.stderr).toBe(2);
      for (const { pid } of sleepers) expect(several.stderr).toContain(String(pid));
      expect(several.stderr).toContain('jtrace run -p PID, or a NAME');
    } finally {
      for (const sleeper of sleepers) sleeper.kill('SIGKILL');
    }
  });

  test('a disk that is full: said, the other files and the maps are there', async () => {
    const { status, stdout, stderr } = await run('-e', 'BEGIN { @a = 1; exit(); }', '-o', 'disk/x.html', '-o', 'x.txt');
    expect(stderr).toMatch(/disk\/x\.html could not be written: no space left/u);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '@a: 1\n' });
    expect(readFileSync(join(folder, 'x.txt'), 'utf8')).toBe('@a: 1\n');
    expect(existsSync(join(folder, 'disk/x.html'))).toBe(false);
  });

  test('--json beside -o: lines there, the page here', async () => {
    const { status, stdout, stderr } = await run('-e', 'BEGIN { @a = 1; exit(); }', '--json', '-o', 'both.html');
    expect(status, stderr).toBe(0);
    const types = stdout.trim().split('\n').map((line) => (JSON.parse(line) as { type: string }).type); // prettier-ignore
    expect(types.at(-1)).toBe('summary');
    expect(types).toContain('map');
    expect(statSync(join(folder, 'both.html')).size).toBeGreaterThan(DISK_BYTES);
  });

  test('COMMANDs that do not exist, or end at once', async () => {
    const [missing, three] = await Promise.all([
      run('-e', TICKS, '--', 'no-such-command-anywhere'),
      run('-e', 'BEGIN { @begun = 1; }', '--', 'sh', '-c', 'exit 3'),
    ]);
    expect(missing.status).toBe(2);
    expect(missing.stderr).toMatch(/^jtrace: command not found: "no-such-command-anywhere"\n/u);
    expect(three.status).toBe(3);
    expect(three.stderr).toContain('@begun: 1\n');
  });

  test('Ctrl-C twice: it ends, and its bpftrace, too', async () => {
    const running = startJtrace(['run', '-e', TICKS], { cwd: folder });
    try {
      await running.said('tick 2\n');
      const children = childrenOf(running.pid);
      expect(children.length).toBeGreaterThan(0);
      running.child.kill('SIGINT');
      running.child.kill('SIGINT');
      const { status, signal } = await running.ended;
      expect([0, 130, null]).toContain(status);
      expect([null, 'SIGINT']).toContain(signal);
      await until('no child is left', () => (children.some((pid) => existsSync(`/proc/${String(pid)}`)) ? null : true));
    } finally {
      await running.stop();
    }
  });

  test('kill -9: nothing is left behind, the setting of --show-loaded neither', async () => {
    const setting = '/proc/sys/kernel/bpf_stats_enabled';
    const before = readFileSync(setting, 'utf8');
    const running = startJtrace(['run', '--show-loaded', '-e', TICKS, '-o', 'killed.html', '--', 'sleep', '60'], { cwd: folder });
    await running.said('tick 2\n');
    // It is let go a little later than the first tick.
    const isSleep = (pid: number): boolean => readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').startsWith('sleep');
    const command = await until('the COMMAND runs', () => childrenOf(running.pid).find(isSleep) ?? null);
    const children = childrenOf(running.pid);
    running.child.kill('SIGKILL');
    const ours = children.filter((pid) => pid !== command);
    await until('bpftrace is gone', () => (ours.some((pid) => existsSync(`/proc/${String(pid)}`)) ? null : true));
    expect(existsSync(join(folder, 'killed.html'))).toBe(false);
    await until('the setting is as before', () => (readFileSync(setting, 'utf8') === before ? true : null));
    // It goes on, and has the test's pipes.
    spawnSync('kill', [String(command)]);
    await running.ended;
  });

  test('--show-loaded: programs with their runs, in 80 columns and as JSON', async () => {
    writeFileSync(join(folder, 'loaded.bt'), 'tracepoint:syscalls:sys_enter_write { @[comm] = count(); }');
    const dd = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=2000', 'status=none'];
    const [table, json] = await Promise.all([
      run('loaded.bt', '--show-loaded', '--', ...dd),
      run('loaded.bt', '--show-loaded', '--json', '--', ...dd),
    ]);
    expect(table.status, table.stderr).toBe(0);
    const lines = table.stderr.split('\n');
    expect(lines.findIndex((line) => line.trimStart().startsWith('PROGRAM'))).toBeGreaterThan(0);
    expect(lines.findIndex((line) => line.trimStart().startsWith('MAP '))).toBeGreaterThan(0);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const records = json.stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
    const loaded = records.at(-2) as {
      type: string;
      programs: { name: string; type: string; runs: number; runNs: number }[];
      maps: { type: string }[];
    };
    expect(loaded.type).toBe('loaded');
    const [write] = loaded.programs.filter(({ name }) => name.includes('sys_enter_write'));
    expect(write?.type).toBe('tracepoint');
    expect(write?.runs).toBeGreaterThanOrEqual(2000);
    expect(write?.runNs).toBeGreaterThan(0);
    expect(loaded.maps.map(({ type }) => type)).toContain('percpu_hash');
  });
});
