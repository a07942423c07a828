// Programs that are no JVM, chosen by number and by name: C with its symbols elsewhere, Node with a perf map, Python, a command.

import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FoldedStack, parseFolded } from '../support/folded-text.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';
import { runJtrace, until } from '../support/run-jtrace.ts';
import { type ReadyProcess, startReady } from './processes/ready-process.ts';

const NODE_PROGRAM = `
function hottest(n) { let s = 0; for (let i = 0; i < n; i++) s += Math.sqrt(i) ^ i; return s; }
function caller() { return hottest(50000) + hottest(20000); }
process.stdin.on('end', () => process.exit()).resume();
console.log('READY');
(function turn() { for (let i = 0; i < 50; i++) caller(); setImmediate(turn); })();
`;
const CALLS = ['main', 'first_calls', 'second_calls', 'third_spins'];

let folder = '';
const running: ReadyProcess[] = [];

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: folder });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}

async function start(program: string, ...args: string[]): Promise<number> {
  const process = await startReady(program, args, { cwd: folder });
  running.push(process);
  return process.pid;
}

async function stacksOf(...target: string[]): Promise<{ readonly stacks: readonly FoldedStack[]; readonly summary: string }> {
  const file = join(folder, 'out.folded');
  const { status, stdout, stderr } = await runJtrace(['profile', ...target, '-d', '2s', '-F', '199', '-o', file]);
  expect(status, stderr).toBe(0);
  return { stacks: parseFolded(readFileSync(file, 'utf8')), summary: stdout };
}

/** Share of samples with all of `names` in this order, one called by the other. */
function shareOf(stacks: readonly FoldedStack[], names: readonly string[]): number {
  const all = stacks.reduce((sum, { weight }) => sum + weight, 0);
  const having = stacks.filter(({ frames }) => `;${frames.join(';')};`.includes(`;${names.join(';')};`));
  return all === 0 ? 0 : having.reduce((sum, { weight }) => sum + weight, 0) / all;
}

describeOnHost('any process', ['root', 'bpftrace', 'cc', 'binutils', 'xz'], () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-any-'));
    chmodSync(folder, 0o755);
    run('cc', '-O1', '-o', 'whole', join(REPOSITORY, 'test/programs/deep-spin.c'));
  });

  afterEach(async () => {
    for (const process of running.splice(0)) await process.stop();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('a C program: whole stacks, and its path in the summary', async () => {
    const pid = await start(join(folder, 'whole'));
    const { stacks, summary } = await stacksOf(String(pid));
    expect(shareOf(stacks, CALLS)).toBeGreaterThan(0.9);
    expect(summary).toMatch(new RegExp(`^Target +${String(pid)} ${join(folder, 'whole')}$`, 'm'));
    expect(summary).not.toContain('JDK');
  });

  test('the same by its name; of two of a name a table, and 2', async () => {
    const pid = await start(join(folder, 'whole'));
    expect((await stacksOf(join(folder, 'whole'))).summary).toContain(`${String(pid)} `);
    const second = await start(join(folder, 'whole'), 'another one');
    const { status, stderr } = await runJtrace(['profile', join(folder, 'whole')]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^jtrace: 2 processes match '.*whole'; which one\?/);
    expect(stderr).toMatch(new RegExp(`^ *${String(second)} +whole +another one +1 `, 'm'));
    expect((await stacksOf('another one')).summary).toContain(`${String(second)} `);
  });

  test('stripped, with a debug file beside it (.gnu_debuglink)', async () => {
    run('objcopy', '--only-keep-debug', 'whole', 'linked.debug');
    run('objcopy', '--strip-all', '--remove-section=.note.gnu.build-id', '--add-gnu-debuglink=linked.debug', 'whole', 'linked');
    expect(shareOf((await stacksOf(String(await start(join(folder, 'linked'))))).stacks, CALLS)).toBeGreaterThan(0.9);
  });

  test('a debug file of another checksum is not believed', async () => {
    run('objcopy', '--only-keep-debug', 'whole', 'false.debug');
    run('objcopy', '--strip-all', '--remove-section=.note.gnu.build-id', '--add-gnu-debuglink=false.debug', 'whole', 'misled');
    writeFileSync(join(folder, 'false.debug'), Buffer.concat([readFileSync(join(folder, 'false.debug')), Buffer.from('x')]));
    const { stacks } = await stacksOf(String(await start(join(folder, 'misled'))));
    expect(shareOf(stacks, ['third_spins'])).toBe(0);
    expect(stacks.flatMap(({ frames }) => frames).some((frame) => /^\[misled\+0x/.test(frame))).toBe(true);
  });

  test('stripped, and nothing beside it: every function is one frame, by its start', async () => {
    run('objcopy', '--strip-all', '--remove-section=.note.gnu.build-id', 'whole', 'bare');
    const symbols = spawnSync('nm', ['whole'], { encoding: 'utf8', cwd: folder }).stdout;
    const placeOf = (name: string): string => {
      const address = new RegExp(`^([0-9a-f]+) [tT] ${name}$`, 'm').exec(symbols)?.[1] ?? '';
      return `[bare+0x${parseInt(address, 16).toString(16)}]`;
    };
    const { stacks } = await stacksOf(String(await start(join(folder, 'bare'))));
    expect(shareOf(stacks, CALLS.map(placeOf))).toBeGreaterThan(0.9);
    const known = new Set([...CALLS, '_start'].map(placeOf));
    const frames = new Set(stacks.flatMap(({ frames }) => frames).filter((frame) => frame.startsWith('[bare+0x')));
    expect([...frames].filter((frame) => !known.has(frame))).toEqual([]);
  });

  test('stripped, with a mini table (.gnu_debugdata), as Fedora builds', async () => {
    run('objcopy', '--only-keep-debug', '--remove-section=.debug*', 'whole', 'mini');
    run('xz', '-f', 'mini');
    run('objcopy', '--strip-all', '--add-section', '.gnu_debugdata=mini.xz', 'whole', 'fedora');
    expect(shareOf((await stacksOf(String(await start(join(folder, 'fedora'))))).stacks, CALLS)).toBeGreaterThan(0.9);
  });

  test("libc's debug file by build id, in the machine's own folder", async () => {
    const { stacks } = await stacksOf(String(await start(join(folder, 'whole'))));
    expect(shareOf(stacks, ['__libc_start_call_main', 'main'])).toBeGreaterThan(0.9);
  });

  test('Node with a perf map: scripts by their names, from the first function on', async () => {
    writeFileSync(join(folder, 'busy.js'), NODE_PROGRAM);
    const pid = await start(process.execPath, '--perf-basic-prof', '--interpreted-frames-native-stack', join(folder, 'busy.js'));
    const map = `/tmp/perf-${String(pid)}.map`;
    try {
      const { stacks } = await stacksOf('busy.js');
      const named = stacks.filter(({ frames }) =>
        frames.some((frame) => /^JS:.*(hottest|caller|turn) .*busy\.js:\d+:\d+$/.test(frame)),
      );
      expect(
        named.filter(({ frames }) => frames.some((frame) => frame === '_start' || frame.startsWith('__libc_start'))).length,
      ).toBeGreaterThan(0);
      const of = (list: readonly FoldedStack[]): number => list.reduce((sum, { weight }) => sum + weight, 0);
      expect(of(named) / of(stacks)).toBeGreaterThan(0.7);
    } finally {
      rmSync(map, { force: true });
    }
  });

  test('Node without a perf map: frames of generated code follow one another, and the stacks are approximate', async () => {
    writeFileSync(join(folder, 'busy.js'), NODE_PROGRAM);
    const pid = await start(process.execPath, '--no-opt', '--always-sparkplug', join(folder, 'busy.js'));
    const { stacks, summary } = await stacksOf(String(pid));
    // turn, caller, hottest.
    expect(shareOf(stacks, ['[anonymous]', '[anonymous]', '[anonymous]'])).toBeGreaterThan(0.7);
    expect(shareOf(stacks, ['[anonymous]', '[native gap]', '[anonymous]'])).toBe(0);
    expect(summary).toContain('unvalidated-step');
  });

  test("somebody else's perf map is not believed, nor a link that leads to it", async () => {
    writeFileSync(join(folder, 'busy.js'), NODE_PROGRAM);
    const pid = await start(process.execPath, '--perf-basic-prof', join(folder, 'busy.js'));
    const map = `/tmp/perf-${String(pid)}.map`;
    try {
      await until('the map is there', () => (readFileSync(map, 'utf8').includes('hottest') ? true : null));
      const nobody = join(folder, 'nobody.map');
      writeFileSync(nobody, readFileSync(map));
      chownSync(nobody, 65_534, 65_534);
      unlinkSync(map);
      symlinkSync(nobody, map);
      const { stacks: without } = await stacksOf(String(pid));
      expect(without.flatMap(({ frames }) => frames).filter((frame) => frame.startsWith('JS:'))).toEqual([]);
    } finally {
      rmSync(map, { force: true });
    }
  });

  test('a command that is no JVM is told by its name, and so is its end', async () => {
    const { status, stdout, stderr } = await runJtrace([
      'profile',
      '-F',
      '999',
      '--json',
      '--',
      'sh',
      '-c',
      'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done',
    ]);
    expect(status, stderr).toBe(0);
    const summary = JSON.parse(stdout) as { end: string; samples: number; targets: { program: string; mainClass: string }[] };
    expect(summary).toMatchObject({ end: 'target-exited', targets: [{ program: 'sh', mainClass: '' }] });
    expect(summary.samples).toBeGreaterThan(0);
  });

  test('a program that only waits: no samples, and what to do', async () => {
    const sleeper = await startReady('sh', ['-c', 'echo READY; read line']);
    running.push(sleeper);
    const { status, stderr } = await runJtrace(['profile', String(sleeper.pid), '-d', '500ms']);
    expect(status).toBe(0);
    expect(stderr).toContain('Samples are of CPU time');
  });

  test('a setuid program of another user', async () => {
    run('cp', 'whole', 'setuid');
    chownSync(join(folder, 'setuid'), 65_534, 65_534);
    chmodSync(join(folder, 'setuid'), 0o4755);
    const pid = await start(join(folder, 'setuid'));
    await until('it runs', () => (readFileSync(`/proc/${String(pid)}/status`, 'utf8').includes('Uid:\t0\t65534') ? true : null));
    expect(shareOf((await stacksOf(String(pid))).stacks, CALLS)).toBeGreaterThan(0.9);
  });
});
