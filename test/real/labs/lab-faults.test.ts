// Rough ends of `jtrace lab`: a clear line, the right exit code, and the machine as it was.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeOnHost } from '../../support/require-host.ts';
import { type JtraceRun, runJtrace, startJtrace, until } from '../../support/run-jtrace.ts';

const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
/** As in a container: root, but not of the machine. */
const WITHOUT_SYS_ADMIN = ['setpriv', '--bounding-set', '-sys_admin', '--inh-caps', '-sys_admin'];
const LEDGER = '/run/jtrace-lab/changes';
const PREFIX = 'jtrace-lab-';
/** Which the lab what-is-loaded sets to 1. */
const COUNTS_RUNS = '/proc/sys/kernel/bpf_stats_enabled';

let folder = '';
let records = '';
let runs: JtraceRun[] = [];

const isCounting = (): boolean => readFileSync(COUNTS_RUNS, 'utf8').trim() !== '0';

/** What a lab may leave behind. */
function leftBehind(): readonly string[] {
  const folders = ['/var/tmp', '/tmp'].flatMap((base) => readdirSync(base).filter((name) => name.startsWith(PREFIX)));
  const swaps = readFileSync('/proc/swaps', 'utf8').split('\n').filter((line) => line.includes(PREFIX)); // prettier-ignore
  const ledgers = existsSync(dirname(LEDGER)) ? readdirSync(dirname(LEDGER)) : [];
  const { stdout } = spawnSync('pgrep', ['-af', `/${PREFIX}`], { encoding: 'utf8' });
  return [...folders, ...swaps, ...ledgers, ...stdout.split('\n').filter((line) => line !== '')];
}

function lab(...args: readonly string[]): ReturnType<typeof runJtrace> {
  const run = startJtrace(['lab', ...args, '--records', records]);
  runs.push(run);
  return run.ended;
}
function start(...args: readonly string[]): JtraceRun {
  const run = startJtrace(['lab', ...args, '--records', records], { terminal: true });
  runs.push(run);
  return run;
}

describeOnHost('bad input to labs', ['root', 'bpftrace', 'cc'], () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'labs-faults-'));
    records = join(folder, 'records');
  });
  afterEach(async () => {
    for (const run of runs) await run.stop();
    runs = [];
    await until('the guard of a setting has ended', () => (isCounting() ? null : true));
    expect(leftBehind()).toEqual([]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['which lab is not given', ['run'], 'jtrace lab list shows all'],
    ['no lab is called', ['run', 'swaped-out'], 'did you mean swapped-out?'],
    ['no lab is called', ['run', '15'], 'jtrace lab list shows all'],
    ['labs know no', ['runn', '1'], 'list | show LAB'],
    ['list takes no LAB', ['list', '1'], 'jtrace lab list'],
    ['no labs are told in', ['show', '1', '--language', '../x'], 'there is en'],
    ['no lab was run yet', ['report'], 'begin with'],
    ['was not run yet', ['check', '5'], 'sudo jtrace lab run page-border'],
  ])('%s %j', async (message, args, hint) => {
    const { status, stdout, stderr } = await lab(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^jtrace: .*\n {2}.*\n$/u);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  test('not root: said before anything is done; --recorded is named', async () => {
    const { status, stderr } = await runJtrace(['lab', 'run', '1', '--auto', '--records', join(folder, 'nobodys')], {
      through: NOBODY,
    });
    expect(status).toBe(3);
    expect(stderr).toContain('jtrace: this lab cannot run here: jtrace does not run as root');
    expect(stderr).toContain('--recorded');
  });

  test('no compiler', async () => {
    const programs = join(folder, 'bin');
    mkdirSync(programs);
    for (const name of ['bpftrace', 'setpriv', 'getent', 'sh']) {
      const path = spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim();
      symlinkSync(path, join(programs, name));
    }
    const { status, stderr } = await runJtrace(['lab', 'run', '1', '--auto', '--records', records], { env: { PATH: programs } });
    expect([status, stderr]).toEqual([3, 'jtrace: this lab cannot run here: there is no cc\n  apt-get install gcc libc6-dev\n']);
  });

  test('a compiler that fails', async () => {
    const programs = join(folder, 'broken');
    mkdirSync(programs);
    writeFileSync(join(programs, 'cc'), '#!/bin/sh\necho "x.c:1: error: no such thing" >&2; exit 1\n');
    chmodSync(join(programs, 'cc'), 0o755);
    const path = `${programs}:${process.env['PATH'] ?? ''}`;
    const { status, stderr } = await runJtrace(['lab', 'run', '1', '--auto', '--records', records], { env: { PATH: path } });
    expect(status).toBe(3);
    expect(stderr).toContain('page-not-there.c does not compile here: x.c:1: error: no such thing');
  });

  test('no swap space allowed', async () => {
    const { status, stderr } = await runJtrace(['lab', 'run', 'swapped-out', '--auto', '--records', records], {
      through: WITHOUT_SYS_ADMIN,
    });
    expect(stderr).toMatch(/^jtrace: no swap space can be added here: .*\n {2}a container may not: .* --recorded\n$/u);
    expect(status).toBe(3);
  });

  test('two at once: the second is told of the first; Ctrl-C at a question ends that, and its exit code says so', async () => {
    const first = start('run', '1');
    await first.said('Number of your answer');
    const second = await lab('run', '1', '--auto');
    expect(second.status).toBe(3);
    expect(second.stderr).toMatch(/^jtrace: another lab is running \(process \d+\)\n/u);
    first.child.stdin?.write('\u0003');
    const { status, stdout } = await first.ended;
    expect(stdout).toContain('the lab was broken off');
    expect(status).toBe(1);
  });

  test('Ctrl-C in the middle of a measurement: swap space is taken back', async () => {
    const run = start('run', 'swapped-out', '--auto');
    await until('swap space', () => (readFileSync('/proc/swaps', 'utf8').includes(PREFIX) ? true : null));
    run.child.stdin?.write('\u0003');
    const { status, stdout } = await run.ended;
    expect(stdout).toContain('what it changed is put back');
    expect(status).toBe(1);
  });

  test('Ctrl-C twice', async () => {
    const run = start('run', 'swapped-out', '--auto');
    await until('swap space', () => (readFileSync('/proc/swaps', 'utf8').includes(PREFIX) ? true : null));
    run.child.stdin?.write('\u0003\u0003');
    await run.ended;
    await until('its children are gone', () => (leftBehind().length === 0 ? true : null));
  });

  test('kill -9: the next lab puts back what it changed, and says so', async () => {
    const run = startJtrace(['lab', 'run', 'swapped-out', '--auto', '--records', records]);
    runs.push(run);
    await until('swap space', () => (readFileSync('/proc/swaps', 'utf8').includes(PREFIX) ? true : null));
    run.child.kill('SIGKILL');
    await run.ended;
    expect(readFileSync('/proc/swaps', 'utf8')).toContain(PREFIX);
    const { status, stderr } = await lab('run', '1', '--auto');
    expect(stderr).toMatch(/a lab was killed before: swap space in \/.*\/swap is put back/u);
    expect(status).toBe(0);
  });

  test('kill -9 while runs of programs are counted: the setting is put back by who stays', async () => {
    const run = startJtrace(['lab', 'run', 'what-is-loaded', '--auto', '--records', records]);
    runs.push(run);
    await until('the setting', () => (isCounting() ? true : null));
    run.child.kill('SIGKILL');
    await run.ended;
    await until('the setting is back', () => (isCounting() ? null : true));
    expect((await lab('run', '1', '--auto')).status).toBe(0);
  });

  test.each([
    ['check', ['check', '1']],
    ['a recorded run', ['run', '1', '--recorded']],
  ])('Ctrl-C at a question of %s: one line, and nothing else', async (_, args) => {
    await lab('run', '1', '--auto', '--recorded');
    const run = start(...args);
    await run.said('Number of your answer');
    run.child.stdin?.write('\u0003');
    const { status, stdout } = await run.ended;
    expect(stdout).toContain('the lab was broken off');
    expect(stdout).not.toContain('bug');
    expect(status).toBe(1);
  });

  test('an answer that is a program needs root; the others are judged all the same', async () => {
    const own = mkdtempSync(join(tmpdir(), 'labs-nobody-'));
    chmodSync(own, 0o777);
    const nobody = (...args: readonly string[]) =>
      runJtrace(['lab', ...args, '--records', join(own, 'records')], { through: NOBODY });
    expect((await nobody('run', 'one-liners', '--auto', '--recorded')).status).toBe(0);
    const { status, stdout, stderr } = await nobody(
      'check',
      'one-liners',
      '--answer',
      'own=BEGIN { exit(); }',
      '--answer',
      'good=7',
    );
    expect(stdout).toMatch(/7: right/u);
    expect(stderr).toContain('own was not run: this lab cannot run here: jtrace does not run as root');
    expect(status).toBe(1);
    rmSync(own, { recursive: true });
  });

  test('wrong answers are told, and are no failure; garbage is asked again', async () => {
    const run = await runJtrace(['lab', 'run', '1', '--records', records], { input: 'zeros\n99\n\u001b[A\n%\nnot-there\n\n\n' });
    expect(run.status).toBe(0);
    expect(run.stdout).toContain('not understood: a number from 1 to 3 is expected');
    expect(run.stdout).toMatch(/✗ A zero: .*\n.*not so/u);
    expect(run.stdout).not.toContain('\u001b');
  });

  test('an input that ends too early', async () => {
    const { status, stderr } = await runJtrace(['lab', 'run', '1', '--records', records], { input: '' });
    expect(status).toBe(2);
    expect(stderr).toContain(
      'jtrace: standard input ended before the question was answered\n  answers are lines of standard input; --auto asks nothing',
    );
  });

  test('the exercise: wrong, right, and no answers at all', async () => {
    await lab('run', '1', '--auto');
    const answers = JSON.parse(readFileSync(join(records, 'page-not-there.json'), 'utf8')) as {
      readonly checks: readonly unknown[];
    };
    expect(answers.checks.length).toBeGreaterThan(0);
    const nonsense = await lab('check', '1', '--answer', 'nonsense=1');
    expect([nonsense.status, nonsense.stderr]).toEqual([2, expect.stringMatching(/^jtrace: --answer nonsense=1: no such question\n {2}there are: /u)]); // prettier-ignore
    const none = await lab('check', '1', '--answer', 'cure=perhaps');
    expect(none.status).toBe(2);
    const wrong = await lab('check', '1', '--answer', 'cure=willneed');
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain('docs/labs/solutions/page-not-there.md');
  });

  test('records that cannot be written, a page on a full disk: told, and incomplete', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { status, stderr } = await runJtrace(['lab', 'run', '1', '--auto', '--records', join(folder, 'file/x')]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('could not be written')]);
    const page = await lab('report', '-o', '/dev/full');
    expect([page.status, page.stderr]).toEqual([1, expect.stringContaining('/dev/full could not be written')]);
    expect(existsSync('/dev/full')).toBe(true);
  });
});
