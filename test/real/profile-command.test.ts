// `jtrace profile -- COMMAND`: from its first instruction to its end, with its descendants, and as if jtrace were not there.

import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseFolded, samplesWith } from '../support/folded-text.ts';
import { JavaPrograms } from '../support/java-programs.ts';
import { describeOnHost } from '../support/require-host.ts';
import { JTRACE, runJtrace, startJtrace, until } from '../support/run-jtrace.ts';

let programs: JavaPrograms;

function folded(name: string): ReturnType<typeof parseFolded> {
  return parseFolded(readFileSync(programs.path(name), 'utf8'));
}

/** A user that is not root, from the system's list. */
function someUser(): { readonly name: string; readonly uid: string; readonly gid: string; readonly home: string } {
  const [name = '', , uid = '', gid = '', , home = ''] = spawnSync('getent', ['passwd', 'nobody'], {
    encoding: 'utf8',
  }).stdout.split(':');
  return { name, uid, gid, home };
}

describeOnHost('a COMMAND under jtrace', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(() => {
    programs = new JavaPrograms('Commanded');
    chmodSync(programs.folder, 0o755);
  });

  afterAll(() => programs.close());

  test('from its first instruction; output, status and standard input pass through', async () => {
    const early = await runJtrace(
      ['profile', '-F', '199', '-o', 'early.folded', '--', ...programs.command('Commanded', ['work', '1500', '3'])],
      {
        cwd: programs.folder,
      },
    );
    expect({ status: early.status, stdout: early.stdout }).toEqual({ status: 3, stdout: 'HALF WAY\nDONE\n' });
    expect(early.stderr).toContain('(the target ended)');
    const stacks = folded('early.folded');
    expect(samplesWith(stacks, 'Commanded.earlyWork')).toBeGreaterThan(10);
    // Before there is any Java: the loader's, or the VM's own start.
    expect(samplesWith(stacks, 'Threads::create_vm')).toBeGreaterThan(0);
    // What ran is told to be what was asked for, not the shell that became it.
    expect(early.stderr).toMatch(/^Target {4}\d+ Commanded, JDK 17/m);

    const echo = await runJtrace(['profile', '--', ...programs.command('Commanded', ['echo'])], {
      cwd: programs.folder,
      input: 'typed\n',
    });
    expect({ status: echo.status, stdout: echo.stdout }).toEqual({ status: 0, stdout: 'read: typed\n' });
    expect(echo.stderr).toContain('an error line\n');
  });

  test('descendants are followed: a shell, and a JVM that starts another', async () => {
    const [java, ...rest] = programs.command('Commanded', ['fork', '600']);
    const line = `cd "$1"; shift; "$@"; exit 7`;
    const run = await runJtrace(
      ['profile', '-F', '199', '-o', 'family.folded', '--', 'sh', '-c', line, 'sh', programs.folder, java, ...rest],
      {
        cwd: programs.folder,
      },
    );
    expect(run.status, run.stderr).toBe(7);
    const stacks = folded('family.folded');
    expect(samplesWith(stacks, 'Commanded.earlyWork')).toBeGreaterThan(5);
    expect(samplesWith(stacks, 'Commanded.childWork')).toBeGreaterThan(5);
    expect(run.stderr.match(/^(Target {3}| {9}) \d+ Commanded, JDK 17/gm)).toHaveLength(2);
  });

  test('a signal that ends it: 128 + its number', async () => {
    const { status, stderr } = await runJtrace(['profile', '--', 'sh', '-c', 'kill -TERM $$']);
    expect(status, stderr).toBe(128 + 15);
  });

  test.each([
    [['no-such-command-anywhere'], 'jtrace: command not found: "no-such-command-anywhere"\n'],
    [['/etc/passwd'], 'jtrace: command is not executable: "/etc/passwd"\n'],
  ])('%j: one line, exit 2, nothing written', async (command, line) => {
    const { status, stdout, stderr } = await runJtrace(['profile', '-o', 'none.folded', '--', ...command], {
      cwd: programs.folder,
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(existsSync(programs.path('none.folded'))).toBe(false);
  });

  test('under sudo it runs as the caller, with --as-root as root', async () => {
    const user = someUser();
    expect(user.uid).toMatch(/^[1-9]\d*$/);
    const env = { SUDO_UID: user.uid, SUDO_GID: user.gid, SUDO_USER: user.name, SUDO_COMMAND: 'jtrace' };
    const script = 'echo $(id -u) $(id -g) $(id -Gn) $HOME $USER ${SUDO_UID:-none}';
    const groups = spawnSync('id', ['-Gn', user.name], { encoding: 'utf8' }).stdout.trim();
    const asCaller = await runJtrace(['profile', '--', 'sh', '-c', script], { env });
    expect(asCaller.stdout, asCaller.stderr).toBe(`${user.uid} ${user.gid} ${groups} ${user.home} ${user.name} none\n`);
    const asRoot = await runJtrace(['profile', '--as-root', '--', 'sh', '-c', 'id -u'], { env });
    expect(asRoot.stdout, asRoot.stderr).toBe('0\n');
    const unknown = await runJtrace(['profile', '--', 'sh', '-c', 'id -u'], { env: { ...env, SUDO_UID: '3999999' } });
    expect({ status: unknown.status, stdout: unknown.stdout }).toEqual({ status: 3, stdout: '' });
    expect(unknown.stderr).toContain('uid 3999999');
    expect(userInfo().uid).toBe(0);
  });

  test('Ctrl-C on a terminal goes to it, and jtrace reports after it', async () => {
    const file = programs.path('ctrl-c.folded');
    const run = startJtrace(['profile', '-o', file, '--', ...programs.command('Commanded', ['work', '60000', '0'])], {
      terminal: true,
    });
    try {
      await run.said(/\d+ samples/); // the progress line
      await until('samples of early work', () => (/[1-9]\d+ samples/.test(run.output()) ? true : null));
      run.child.stdin?.write('\x03');
      const { status, stdout } = await run.ended;
      expect(stdout).toContain('(the target ended)');
      expect(status, stdout).toBe(130);
      expect(samplesWith(parseFolded(readFileSync(file, 'utf8')), 'Commanded.earlyWork')).toBeGreaterThan(0);
    } finally {
      await run.stop();
    }
  });

  test('Ctrl-C before it was started: it never runs, status 130', async () => {
    const run = startJtrace(['profile', '-v', '--', 'sh', '-c', 'echo it ran'], { terminal: true });
    try {
      await run.said('starting');
      run.child.stdin?.write('\x03');
      const { status, stdout } = await run.ended;
      expect(stdout).not.toContain('it ran\r');
      expect(status, stdout).toBe(130);
    } finally {
      await run.stop();
    }
  });

  test('a command that takes Ctrl-C as it likes is waited for', async () => {
    const script = 'trap "echo caught; exit 5" INT; echo trap is set; i=0; while [ $i -lt 600 ]; do sleep 0.1; i=$((i+1)); done';
    const run = startJtrace(['profile', '--', 'bash', '-c', script], { terminal: true });
    try {
      await run.said('trap is set');
      run.child.stdin?.write('\x03');
      const { status, stdout } = await run.ended;
      expect(stdout).toContain('caught');
      expect(status, stdout).toBe(5);
    } finally {
      await run.stop();
    }
  });

  test('-d shorter than the command: the profile is written, the command lives on to its end', async () => {
    const file = programs.path('short.folded');
    const { status, stdout, stderr } = await runJtrace([
      'profile', '-d', '1s', '-o', file, '--', ...programs.command('Commanded', ['work', '3000', '4']),
    ]); // prettier-ignore
    expect({ status, stdout }).toEqual({ status: 4, stdout: 'HALF WAY\nDONE\n' });
    expect(stderr).not.toContain('(the target ended)');
    expect(samplesWith(parseFolded(readFileSync(file, 'utf8')))).toBeGreaterThan(5);
  });

  test('jtrace killed while the command waits to be started: it is let go, not left stopped', async () => {
    const run = startJtrace(['profile', '-v', '--', 'sh', '-c', 'echo it ran'], { cwd: programs.folder });
    await until('the command is there', () => {
      const children = spawnSync('pgrep', ['-P', String(run.pid), '-f', 'it ran'], { encoding: 'utf8' }).stdout.trim();
      return children === '' ? null : children;
    });
    process.kill(run.pid, 'SIGKILL');
    const { stdout } = await run.ended; // its output closes when the command has ended
    expect(stdout).toBe('it ran\n');
    expect(JTRACE[1]).toMatch(/jtrace\.js$/);
  });
});
