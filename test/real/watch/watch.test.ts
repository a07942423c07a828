// `jtrace watch` on real JVMs: each is seen from its birth to its end, whatever it is called and however short it lives; a name that cannot be read
// when the call begins is not missed.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { dialectFor } from '../../../src/program/dialects.ts';
import { renderLibjvmLoads } from '../../../src/program/libjvm-loads.ts';
import { bpftracesAtHand, javaHome } from '../../support/host-tools.ts';
import { JavaPrograms, SMALL_JVM } from '../../support/java-programs.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { until } from '../../support/run-jtrace.ts';
import { mainOf, ofPid, startWatch, type Told } from './started-watch.ts';

/** A minute's worth, four at a time. */
const SHORT_JVMS = 200;
const AT_ONCE = 4;
const MINUTE_MS = 60_000;
/** 15 MB were seen, of a heap that is collected now and then; a quarter of a megabyte that stays of each is more than the bound. */
const MOST_MORE_BYTES = 50e6;

const JAVA_HOME = javaHome() ?? '';
const LIBJVM = existsSync(JAVA_HOME) ? realpathSync(join(JAVA_HOME, 'lib/server/libjvm.so')) : '';

/** The program of open-unseen.c, its file of names, and what a reader at the entry of the call sees of it. */
class Unseen {
  readonly folder = mkdtempSync(join(tmpdir(), 'jtrace-watch-'));
  readonly program = join(this.folder, 'open-unseen');
  readonly names = join(this.folder, 'names');

  constructor() {
    const { status, stderr } = spawnSync('cc', ['-O1', '-o', this.program, join(REPOSITORY, 'test/programs/open-unseen.c')], { encoding: 'utf8' }); // prettier-ignore
    if (status !== 0) throw new Error(stderr);
    writeFileSync(this.names, Buffer.alloc(4096).fill(`${LIBJVM}\0`, 0, 'latin1').fill(0, 1024)); // prettier-ignore
  }

  /** Runs it until `while_` is done; its pid. */
  async run(while_: (pid: number) => Promise<unknown>, ...args: readonly string[]): Promise<void> {
    const child = spawn(this.program, [this.names, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(said.toString()).toMatch(/^OPENED/u);
    await while_(child.pid ?? 0);
    child.stdin.end();
    await ended;
  }
}

/** File descriptors a process has: the least of some counts, as it opens one of /proc now and then. */
async function leastFiles(pid: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < 20; count++) {
    least = Math.min(least, readdirSync(`/proc/${String(pid)}/fd`).length);
    await sleep(20);
  }
  return least;
}

/** Of its memory what is in RAM. */
function residentBytes(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}

describeOnHost('jtrace watch', ['root', 'bpftrace', 'jdk17', 'cc'], () => {
  let java: JavaPrograms;
  let unseen: Unseen;
  beforeAll(() => {
    java = new JavaPrograms('Sleeper');
    unseen = new Unseen();
  });
  afterAll(async () => {
    await java.close();
    rmSync(unseen.folder, { recursive: true, force: true });
  });

  test.each(bpftracesAtHand())('lives, by %s', async (bpftrace) => {
    const before = await java.start('Sleeper');
    const watch = await startWatch('--bpftrace', bpftrace);
    await watch.tells('who was there', ofPid('running', before.pid));
    const jvm = await java.start('Sleeper');
    const start = await watch.tells('its start', ofPid('start', jvm.pid));
    expect(start).toMatchObject({ seen: 'openat', parent: process.pid, jvm: { vm: 'hotspot', main: { kind: 'class', name: 'Sleeper' }, user: 'root' } }); // prettier-ignore
    const ready = await watch.tells('that it is ready', ofPid('ready', jvm.pid));
    expect(ready['readyMs']).toBeGreaterThan(1);
    await unseen.run((pid) => watch.tells('a name nobody has touched', ofPid('start', pid)));
    await jvm.stop();
    const end = await watch.tells('its end', ofPid('end', jvm.pid));
    expect(end).toMatchObject({ how: 'exit', wasReady: true });
    expect(end['livedMs']).toBeGreaterThanOrEqual(Number(ready['readyMs']));
    await before.stop();
    await watch.tells('the end of who was there', ofPid('end', before.pid));
    // Read by others, it is no JVM.
    spawnSync('cat', [LIBJVM]);
    const { status } = await watch.end();
    // Others may run on this machine.
    expect(watch.told('start').filter(({ parent }) => parent === process.pid)).toHaveLength(2);
    expect(watch.told().at(-1)).toMatchObject({ kind: 'summary', bySweep: 0, lost: 0, gaps: 0 });
    expect(status).toBe(0);
  });

  test('who reads the name at the entry of the call misses it the first time', async () => {
    const program = 'tracepoint:syscalls:sys_enter_openat /comm == "open-unseen"/ { printf("NAME [%s]\\n", str(uptr(args->filename))); } interval:ms:100 { printf("READY\\n"); }'; // prettier-ignore
    const reader = spawn('bpftrace', ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void reader.kill('SIGKILL'));
    let said = '';
    reader.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until('the reader is there', () => (said.includes('READY') ? true : null));
    await unseen.run(() => until('both calls', () => (/\.so|libjvm/u.test(said) && said.includes('[]') ? true : null)));
    const ended = once(reader, 'exit');
    reader.kill('SIGINT');
    await ended;
    const names = [...said.matchAll(/NAME \[(.*)\]/gu)].map(([, name = '']) => name);
    const path = LIBJVM.slice(0, 40);
    const second = names.findIndex((name) => name.startsWith(path));
    // Empty, and then, of the same page, the path.
    expect(names.slice(second - 1, second + 1)).toEqual(['', expect.stringContaining(path) as unknown]);
    expect(names.filter((name) => name.startsWith(path))).toHaveLength(1);
  });

  test(`${String(SHORT_JVMS)} short JVMs are each seen, and nothing of them stays`, async () => {
    const watch = await startWatch();
    const filesBefore = await leastFiles(watch.run.pid);
    const bytesBefore = residentBytes(watch.run.pid);
    const beginMs = performance.now();
    const one = [join(JAVA_HOME, 'bin/java'), ...SMALL_JVM, '-Xshare:auto', '-XX:TieredStopAtLevel=1', '-Dn={}', '-version'];
    const numbers = Array.from({ length: SHORT_JVMS }, (_, index) => index).join('\n');
    const many = spawn('xargs', ['-P', String(AT_ONCE), '-I{}', ...one], { stdio: ['pipe', 'ignore', 'ignore'] });
    many.stdin.end(numbers);
    await once(many, 'exit');
    expect(performance.now() - beginMs).toBeLessThan(MINUTE_MS);
    const own = (kind: string): readonly Told[] => {
      const pids = new Set(watch.told('start').filter(({ parent }) => parent === many.pid).map(({ pid }) => pid)); // prettier-ignore
      return watch.told(kind).filter(({ pid }) => pids.has(pid));
    };
    await until('all ends', () => (own('end').length >= SHORT_JVMS ? true : null));
    expect(await leastFiles(watch.run.pid)).toBeLessThanOrEqual(filesBefore);
    expect(residentBytes(watch.run.pid) - bytesBefore).toBeLessThan(MOST_MORE_BYTES);
    const { status } = await watch.end();
    expect(watch.told().at(-1)).toMatchObject({ bySweep: 0, lost: 0, gaps: 0 });
    expect(new Set(own('start').map(({ pid }) => pid)).size).toBe(SHORT_JVMS);
    // Each became ready before it ended, and that was seen.
    expect(own('ready').filter(({ readyMs }) => readyMs !== null)).toHaveLength(SHORT_JVMS);
    expect(own('end').filter(({ wasReady }) => wasReady === true)).toHaveLength(SHORT_JVMS);
    expect(status).toBe(0);
  });

  test('no entry of a map outlives its process', async () => {
    const [bpftrace = ''] = bpftracesAtHand();
    const { text } = renderLibjvmLoads({ style: 'tracepoint', running: [], architecture: 'x86-64' }, dialectFor({ major: 0, minor: 17, patch: 0 })); // prettier-ignore
    // Without its END bpftrace prints what the maps hold.
    const child = spawn(bpftrace, ['-'], { stdio: ['pipe', 'pipe', 'ignore'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => (said += more));
    child.stdin.end(text.replace(/^END .*$/mu, ''));
    await until('it listens', () => (said.includes('jw H') ? true : null));
    const jvm = await java.start('Sleeper');
    spawnSync('cat', [LIBJVM]);
    await unseen.run(() => Promise.resolve(), 'exec');
    const stays = await java.start('Sleeper');
    await jvm.stop();
    await until('it has ended', () => (said.includes('jw E') ? true : null));
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
    await stays.stop();
    expect(said.match(/^@.*$/gmu)).toEqual([`@jvm[${String(stays.pid)}]: 1`]);
  });

  test('whatever it is called with, and whatever it becomes', async () => {
    const watch = await startWatch();
    const options = [
      ...Array.from({ length: 10 }, (_, index) => `-Dx${String(index)}=${'y'.repeat(100_000)}`),
      '-Dz=\u001b[2J\n\u202e',
    ];
    const large = await java.start('Sleeper', [], options);
    expect(readFileSync(`/proc/${String(large.pid)}/cmdline`).length).toBeGreaterThan(1_000_000);
    const start = await watch.tells('a command line of 1 MB', ofPid('start', large.pid));
    expect(mainOf(start)).toBe('Sleeper');
    expect(JSON.stringify(start).length).toBeLessThan(40_000);
    await large.stop();
    const [command] = java.command('Sleeper', []);
    const evil = spawn(command, ['-cp', java.folder, 'evil\u001b[2J\nkind'], { stdio: 'ignore' });
    await once(evil, 'exit');
    const told = await watch.tells('control characters', ofPid('end', evil.pid ?? 0));
    expect(told['wasReady']).toBe(true);
    const refused = spawn(command, ['-XX:+NoSuchFlag', '-version'], { stdio: 'ignore' });
    await once(refused, 'exit');
    expect(await watch.tells('one that never was ready', ofPid('end', refused.pid ?? 0))).toMatchObject({ wasReady: false });
    let pid = 0;
    await unseen.run(async (its) => watch.tells('a program that embeds it', ofPid('start', (pid = its))), 'exec');
    expect(await watch.tells('that it runs another program', ofPid('end', pid))).toMatchObject({ how: 'exec' });
    const { status, stdout } = await watch.end();
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/u);
    expect(status).toBe(0);
  });
});
