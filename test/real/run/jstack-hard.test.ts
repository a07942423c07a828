// `jstack` where it is hard: buffers of one page, full maps, several JVMs, two runs at once, a reader that goes, a jtrace that is killed.
// What cannot be had is told; what was counted stays.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { type JtraceResult, JTRACE, runJtrace, startJtrace, until } from '../../support/run-jtrace.ts';
import type { ReadyProcess } from '../processes/ready-process.ts';

interface Entry {
  readonly key: string;
  readonly value: { readonly number: string };
}

const FOREVER = '1000000';
const CHAIN = /open0\n(?:.*\n)*?Opens\.open\nOpens\.inner\nOpens\.outer\nOpens\.all\n/u;

/** Of a stack that came often enough to be sent again: four times a second. */
const OFTEN = 1000;

let folder = '';
let marker = '';
let programs: JavaPrograms;
let jvm: ReadyProcess;

const program = (statement: string, more = ''): string =>
  `tracepoint:syscalls:sys_enter_openat /str(args->filename) == "${marker}"/ { ${statement} } ${more}`;

/** Of the map that was printed last. */
function entriesOf(stdout: string): readonly Entry[] {
  const maps = stdout
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as { type: string; entries?: readonly Entry[] })
    .filter(({ type }) => type === 'map');
  return maps.at(-1)?.entries ?? [];
}

const countOf = ({ value }: Entry): number => Number(value.number);

function endedWell({ status, stderr }: JtraceResult): void {
  expect([0, 1], stderr).toContain(status);
  expect(stderr).not.toMatch(/bug of jtrace|was killed/u);
}

describeOnHost('jstack where it is hard', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-jstack-'));
    marker = join(folder, 'm');
    writeFileSync(marker, '');
    programs = new JavaPrograms('Opens');
    // Interpreted: few identities, which come again and again.
    jvm = await programs.start('Opens', [marker, FOREVER, '2', 'wait', '2'], ['-Xint']);
    jvm.child.stdin?.write('\n');
  });
  afterAll(async () => {
    jvm.child.kill('SIGKILL');
    await programs.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(bpftracesAtHand())('%s', (bpftrace) => {
    test('buffers of one page: every stack that comes again is whole in the end', async () => {
      const running = startJtrace(
        ['run', '--bpftrace', bpftrace, '--json', '-p', String(jvm.pid), '-e', program('@[jstack] = count();', 'interval:s:1 { print(@); }')],
        { cwd: folder, env: { BPFTRACE_PERF_RB_PAGES: '1' } },
      ); // prettier-ignore
      try {
        const often = (): readonly Entry[] => entriesOf(running.output()).filter((entry) => countOf(entry) >= OFTEN);
        const isWhole = ({ key }: Entry): boolean => CHAIN.test(key);
        await until('the stacks are whole', () => (often().length > 0 && often().every(isWhole) ? true : null));
        running.child.kill('SIGINT');
        const result = await running.ended;
        endedWell(result);
        const last = entriesOf(result.stdout).filter((entry) => countOf(entry) >= OFTEN);
        expect(last.filter((entry) => !isWhole(entry))).toEqual([]);
      } finally {
        await running.stop();
      }
    });

    test('kill -9 of jtrace: no bpftrace is left', async () => {
      const running = startJtrace(['run', '--bpftrace', bpftrace, '-p', String(jvm.pid), '-e', program('@[jstack] = count();')], {
        cwd: folder,
      });
      await running.said('attached');
      const children = childrenOf(running.pid);
      expect(children).not.toEqual([]);
      running.child.kill('SIGKILL');
      await running.ended;
      await until('bpftrace is gone', () => (children.some(isAlive) ? null : true));
    });
  });

  test('two runs at once, of all JVMs: one that was there, one that starts and ends meanwhile', async () => {
    const runs = ['a', 'b'].map(() =>
      startJtrace(['run', '--json', '-e', program('@[pid, jstack] = count();')], { cwd: folder }),
    );
    try {
      await Promise.all(runs.map((running) => running.said('attached')));
      const other = await programs.start('Opens', [marker, '500', '1', 'stay', '1'], ['-Xint']);
      writeFileSync(`${marker}.end`, '');
      const done = said(other.child, 'done');
      other.child.stdin?.write('\n');
      await done;
      await other.stop();
      for (const running of runs) running.child.kill('SIGINT');
      for (const running of runs) {
        const result = await running.ended;
        endedWell(result);
        for (const { pid } of [jvm, other]) {
          const own = entriesOf(result.stdout).filter(({ key }) => key.startsWith(`${String(pid)},`));
          expect(own.some(({ key }) => CHAIN.test(key)), `${result.stderr}${JSON.stringify(own)}`).toBe(true); // prettier-ignore
        }
      }
    } finally {
      for (const running of runs) await running.stop();
    }
  });

  test('a map that is full: told, with what it has, and exit code 1', async () => {
    const result = await runJtrace(
      ['run', '--json', '-e', program('@[nsecs, jstack] = count();'), '--', ...programs.command('Opens', [marker, '300', '1'])],
      { cwd: folder, env: { BPFTRACE_MAP_KEYS_MAX: '100', BPFTRACE_MAX_MAP_KEYS: '100' } },
    );
    expect(result.stderr).toMatch(/a map is full/u);
    expect(result.status).toBe(1);
    expect(entriesOf(result.stdout)).toHaveLength(100);
  });

  test('nobody reads any more: it ends', async () => {
    const text = program('printf("stack %s", jstack);');
    const command = [...JTRACE, 'run', '-p', String(jvm.pid), '-e', text].map((word) => `'${word}'`).join(' ');
    const { stdout } = await ended(spawn('bash', ['-c', `${command} | head -1; echo "over \${PIPESTATUS[0]}"`], { cwd: folder }));
    expect(stdout).toMatch(/^stack *\nover 1\n$/u);
  });
});

function said(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.once('exit', () => {
      reject(new Error(`ended without saying ${text}: ${output}`));
    });
    child.stdout?.on('data', (piece: Buffer) => {
      output += piece.toString();
      if (output.includes(text)) resolve();
    });
  });
}

function ended(child: ChildProcess): Promise<{ readonly stdout: string; readonly status: number | null }> {
  let stdout = '';
  child.stdout?.on('data', (piece: Buffer) => (stdout += piece.toString()));
  return new Promise((resolve) => child.once('close', (status) => resolve({ stdout, status })));
}

/** With theirs. */
function childrenOf(pid: number): readonly number[] {
  const own = readdirSync(`/proc/${String(pid)}/task`).flatMap((tid) =>
    readFileSync(`/proc/${String(pid)}/task/${tid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
  return own.flatMap((child) => [child, ...childrenOf(child)]);
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/mu.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return false;
  }
}
