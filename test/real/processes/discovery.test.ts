// JVMs as people start them → found, named, counted.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { JvmProcess } from '../../../src/model/process.ts';
import { chooseTarget } from '../../../src/target/processes/choose-target.ts';
import { listJvms, measureCpu } from '../../../src/target/processes/list-processes.ts';
import { javaHome } from '../../support/host-tools.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { type ReadyProcess, startReady } from './ready-process.ts';

const SOURCE = join(REPOSITORY, 'test/programs/Sleeper.java');
const SMALL = ['-Xmx32m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

let folder = '';
let java = '';
let running: ReadyProcess[] = [];

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}

async function startJava(...args: string[]): Promise<ReadyProcess> {
  const process = await startReady(java, [...SMALL, ...args], { cwd: folder });
  running.push(process);
  return process;
}

const rowOf = ({ pid }: ReadyProcess): JvmProcess | undefined => listJvms().find((row) => row.pid === pid);

describeOnHost('JVMs of this machine', ['root', 'jdk17'], () => {
  beforeAll(() => {
    const home = javaHome() ?? '';
    java = join(home, 'bin/java');
    folder = mkdtempSync(join(tmpdir(), 'jtrace-discovery-'));
    mkdirSync(join(folder, 'classes'));
    run(join(home, 'bin/javac'), ['-d', join(folder, 'classes'), SOURCE]);
    run(join(home, 'bin/jar'), [
      '--create',
      '--file',
      join(folder, 'my-sleeper-1.2.jar'),
      '--main-class',
      'Sleeper',
      '-C',
      join(folder, 'classes'),
      '.',
    ]);
  });

  afterEach(async () => {
    for (const process of running) await process.stop();
    running = [];
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('a main class, with its JDK, threads and user', async () => {
    const process = await startJava('-cp', 'classes', '-Dwho=me', 'Sleeper', 'an argument');
    expect(rowOf(process)).toMatchObject({
      vm: 'hotspot',
      main: { kind: 'class', name: 'Sleeper' },
      args: [...SMALL, '-Dwho=me', 'an argument'],
      classPath: ['classes'],
      jdk: expect.stringMatching(/^17\./) as string,
      user: 'root',
      cpu: { over: 'since-start' },
    });
    expect(rowOf(process)?.threads).toBeGreaterThan(5);
    const [measured] = await measureCpu([rowOf(process)].filter((row) => row !== undefined));
    expect(measured?.cpu.over).toBe('two-looks');
    expect(measured?.cpu.percent).toBeLessThan(50); // it sleeps
    expect(await chooseTarget({ kind: 'pid', pid: process.pid })).toMatchObject({ kind: 'one', process: { pid: process.pid } });
  });

  test('a jar, by its name with and without version', async () => {
    const process = await startJava('-jar', 'my-sleeper-1.2.jar');
    expect(rowOf(process)?.main).toEqual({ kind: 'jar', name: 'my-sleeper-1.2.jar' });
    for (const name of ['my-sleeper', 'my-sleeper-1.2', 'my-sleeper-1.2.jar', 'MY-SLEEPER']) {
      expect(await chooseTarget({ kind: 'name', name })).toMatchObject({ kind: 'one', process: { pid: process.pid } });
    }
  });

  test('a source file, and arguments from a file beside it', async () => {
    const source = await startJava(SOURCE);
    expect(rowOf(source)?.main).toEqual({ kind: 'source', name: SOURCE });
    writeFileSync(join(folder, 'sleeper.args'), '# how it is started\n-cp "classes"\nSleeper');
    const fromFile = await startJava('@sleeper.args', 'last');
    expect(rowOf(fromFile)).toMatchObject({ main: { kind: 'class', name: 'Sleeper' }, classPath: ['classes'] });
  });

  test('several of a name: all of them, and no guess', async () => {
    const first = await startJava('-cp', 'classes', '-Dname=first', 'Sleeper');
    const second = await startJava('-cp', 'classes', '-Dname=second', 'Sleeper');
    const choice = await chooseTarget({ kind: 'name', name: 'Sleeper' });
    expect(choice.kind === 'several' ? choice.processes.map(({ pid }) => pid).sort() : choice).toEqual(
      [first.pid, second.pid].sort(),
    );
    expect(await chooseTarget({ kind: 'name', name: 'second' })).toMatchObject({ kind: 'one', process: { pid: second.pid } });
  });

  test('a command line of a megabyte with control characters', async () => {
    const noise = Array.from({ length: 9 }, (_, index) => `-Dnoise${index}=${'\u001b]0;x\u0007\n;'.repeat(14_000)}`);
    const process = await startJava(...noise, '-cp', 'classes', 'Sleeper');
    expect(rowOf(process)?.main).toEqual({ kind: 'class', name: 'Sleeper' });
  });

  test('one that has just ended is an error of the operator, not of jtrace', async () => {
    const process = await startJava('-cp', 'classes', 'Sleeper');
    await process.stop();
    await expect(chooseTarget({ kind: 'pid', pid: process.pid })).rejects.toMatchObject({
      kind: 'usage',
      message: `there is no process ${process.pid} (any more)`,
    });
  });
});
