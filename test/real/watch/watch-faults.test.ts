// Rough ends of `jtrace watch`: bpftrace dies, two watch at once, the reader goes, jtrace is killed, nobody may; and the profiles of new JVMs.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { JavaPrograms } from '../../support/java-programs.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { JTRACE, runJtrace, startJtrace, until } from '../../support/run-jtrace.ts';
import { mainOf, ofPid, startWatch, type Told } from './started-watch.ts';

/** What is begun as soon as the VM is ready begins some 0.3 s after its start. */
const AFTER_MS = 1000;
/** Times are whole milliseconds, and the clock of the day may be adjusted meanwhile. */
const CLOCK_MS = 10;

/** The bpftrace among the children of a process. */
function bpftraceOf(pid: number): number | null {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,comm=', '--ppid', String(pid)], { encoding: 'utf8' });
  const found = /^\s*(\d+) bpftrace/mu.exec(stdout)?.[1];
  return found === undefined ? null : Number(found);
}

describeOnHost('rough ends of jtrace watch', ['root', 'bpftrace', 'jdk17'], () => {
  let java: JavaPrograms;
  let folder = '';
  beforeAll(() => {
    java = new JavaPrograms('Sleeper', 'KnownSplit');
    folder = mkdtempSync(join(tmpdir(), 'jtrace-watch-'));
  });
  afterAll(async () => {
    await java.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('bpftrace is killed: it is started again, the gap is told, and who started in it is found', async () => {
    const watch = await startWatch();
    const first = await until('a bpftrace', () => bpftraceOf(watch.run.pid));
    const before = await java.start('Sleeper');
    await watch.tells('a start before', ofPid('ready', before.pid));
    process.kill(first, 'SIGKILL');
    const meanwhile = await java.start('Sleeper');
    const start = await watch.tells('the start in the gap', ofPid('start', meanwhile.pid));
    expect(mainOf(start)).toBe('Sleeper');
    expect(await watch.tells('the gap', ({ kind }) => kind === 'gap')).toMatchObject({ reason: 'bpftrace was ended by SIGKILL' });
    const second = await until('another bpftrace', () => bpftraceOf(watch.run.pid));
    expect(second).not.toBe(first);
    const after = await java.start('Sleeper');
    expect(await watch.tells('a start behind it', ofPid('start', after.pid))).toMatchObject({ seen: 'openat' });
    // The new one knows who was there: their ends are the kernel's word.
    for (const jvm of [before, meanwhile, after]) {
      await jvm.stop();
      expect(await watch.tells('its end', ofPid('end', jvm.pid))).toMatchObject({ how: 'exit' });
    }
    const { status, stderr } = await watch.end();
    expect(stderr).toContain('jtrace: warning: bpftrace was ended by SIGKILL; it is started again');
    expect(watch.told().at(-1)).toMatchObject({ kind: 'summary', gaps: 1 });
    expect(status).toBe(1);
  });

  test('two at once see the same', async () => {
    const watches = await Promise.all([startWatch(), startWatch()]);
    const jvm = await java.start('Sleeper');
    for (const watch of watches) await watch.tells('its start', ofPid('ready', jvm.pid));
    await jvm.stop();
    for (const watch of watches) {
      await watch.tells('its end', ofPid('end', jvm.pid));
      const { status } = await watch.end();
      expect(status).toBe(0);
    }
  });

  test('each new JVM that fits is profiled into files of its own; who is under way at the end, too', async () => {
    const profiles = join(folder, 'profiles with blanks');
    spawnSync('mkdir', [profiles]);
    const watch = await startWatch('--profile', profiles, '--match', 'Known[S]plit', '-d', '2s', '--format', 'folded', '--format', 'jtrace'); // prettier-ignore
    const other = await java.start('Sleeper');
    const fits = await java.start('KnownSplit', ['60']);
    const written = await watch.tells('a profile', (event) => ofPid('profile', fits.pid)(event) && event['state'] === 'written');
    expect(written['problem']).toBeNull();
    const names = readdirSync(profiles).sort();
    expect(names).toEqual([expect.stringMatching(new RegExp(`^KnownSplit-${String(fits.pid)}-\\d{8}T\\d{6}Z\\.folded$`, 'u')), expect.stringMatching(/\.jtrace$/u)]); // prettier-ignore
    expect(readFileSync(join(profiles, names[0] ?? ''), 'utf8')).toContain(';KnownSplit.');
    const late = await java.start('KnownSplit', ['60']);
    await watch.tells('another', (event) => ofPid('profile', late.pid)(event) && event['state'] === 'started');
    await watch.end();
    const files = readdirSync(profiles).filter((name) => name.includes(`-${String(late.pid)}-`));
    expect(files.every((name) => statSync(join(profiles, name)).size > 0)).toBe(true);
    const states = watch.told('profile').filter(({ pid }) => pid === late.pid).map(({ state }) => state); // prettier-ignore
    expect(['written', 'failed']).toContain(states.at(-1));
    expect(watch.told('profile').filter(({ pid }) => pid === other.pid)).toEqual([]);
    for (const jvm of [other, fits, late]) jvm.child.kill('SIGKILL');
  });

  test('--after: a profile does not begin before its JVM is as old as that', async () => {
    const profiles = join(folder, 'profiles of the grown');
    mkdirSync(profiles);
    const watch = await startWatch('--profile', profiles, '--after', '1s', '-d', '1s', '--format', 'folded');
    const jvm = await java.start('KnownSplit', ['60']);
    const start = await watch.tells('its start', ofPid('start', jvm.pid));
    const stateOf = (state: string): Promise<Told> =>
      watch.tells(`a profile that is ${state}`, (event) => ofPid('profile', jvm.pid)(event) && event['state'] === state);
    const started = await stateOf('started');
    const ageMs = Date.parse(String(started['time'])) - Date.parse(String(start['time']));
    expect(ageMs).toBeGreaterThanOrEqual(AFTER_MS - CLOCK_MS);
    await stateOf('written');
    jvm.child.kill('SIGKILL');
    await watch.end();
    expect(readdirSync(profiles)).toEqual([expect.stringContaining(`-${String(jvm.pid)}-`)]);
  });

  test('its reader has seen enough', async () => {
    const run = startJtrace(['watch']);
    onTestFinished(() => run.stop());
    await run.said('TIME');
    run.child.stdout?.destroy();
    const ended = run.ended.then(() => true);
    // Told to nobody.
    const jvm = await java.start('Sleeper');
    await jvm.stop();
    expect(await ended).toBe(true);
  });

  test('jtrace is killed: its bpftrace ends', async () => {
    const watch = await startWatch();
    const bpftrace = await until('a bpftrace', () => bpftraceOf(watch.run.pid));
    watch.run.child.kill('SIGKILL');
    await watch.run.ended;
    await until('bpftrace is gone', () => (existsSync(`/proc/${String(bpftrace)}`) ? null : true));
  });

  test('what cannot be is told in a line', async () => {
    const nobody = spawn('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', ...JTRACE, 'watch'], { stdio: 'pipe' });
    let said = '';
    nobody.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    expect(await once(nobody, 'close')).toEqual([3, null]);
    expect(said).toMatch(/^jtrace: jtrace must run as root: .*\n {2}sudo .*\n$/u);
    const refused = async (...args: readonly string[]): Promise<string> => {
      const { status, stdout, stderr } = await runJtrace(['watch', ...args]);
      return `${stdout}${stderr}[${String(status)}]`;
    };
    expect(await refused('--profile', join(folder, 'none'))).toMatch(/there is no such directory\n.*mkdir -p.*\n\[2\]$/u);
    expect(await refused('--probe', 'kprobe')).toMatch(existsSync('/sys/bus/event_source/devices/kprobe') ? /./u : /^jtrace: .*kprobe.*\n.*\n\[3\]$/u); // prettier-ignore
    expect(await refused('--bpftrace', '/bin/true')).toMatch(/does not answer as bpftrace does\n.*\n\[3\]$/u);
  });
});
