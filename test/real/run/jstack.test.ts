// `jstack` in programs of users: every event of a known number is counted, under one stack, with the right methods in order.

import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand, otherJdk } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { type JtraceResult, type JtraceRun, runJtrace, startJtrace } from '../../support/run-jtrace.ts';

const [TIMES, THREADS] = [3000, 2];
const ALL = TIMES * THREADS;
const CHAIN = ['java/io/FileInputStream.open0', 'Opens.open', 'Opens.inner', 'Opens.outer', 'Opens.all'];

/** A function by its name, or by where it begins in its file: nothing that stands for frames that are not there. */
const A_FRAME_OF_SH = /of sh:\\n +(?:[^[\s]|\[[\w.-]+\+0x)/u;

interface Entry {
  readonly key: string;
  readonly value: { readonly number: string };
}

let folder = '';
let marker = '';
let programs: JavaPrograms;

const program = (statement: string): string =>
  `tracepoint:syscalls:sys_enter_openat /str(args->filename) == "${marker}"/ { ${statement} }`;

/** Entries of a map in JSON lines. */
function entriesOf({ stdout, stderr }: JtraceResult, name: string): readonly Entry[] {
  for (const line of stdout.trim().split('\n')) {
    const event = JSON.parse(line) as { type: string; name?: string; entries?: readonly Entry[] };
    if (event.type === 'map' && event.name === name) return event.entries ?? [];
  }
  throw new Error(`no map ${name}: ${stdout}${stderr}`);
}

const total = (entries: readonly Entry[]): number => entries.reduce((sum, { value }) => sum + Number(value.number), 0);

/** Events whose stack has the known chain in this order. */
function ofChain(entries: readonly Entry[]): number {
  const chain = CHAIN.join('\n');
  return total(
    entries.filter(({ key }) => key.split('\n').filter((frame) => CHAIN.includes(frame.trim())).map((frame) => frame.trim()).join('\n') === chain), // prettier-ignore
  );
}

/**
 * One JVM's events from the first to the last. It stays until jtrace has said that it opened the other file: what came before that has been looked up
 * then, however long it took.
 */
async function allUnderTheChain(from: JavaPrograms, options: readonly string[], mode: readonly string[] = []): Promise<void> {
  const jvm = await from.start('Opens', [marker, String(TIMES), String(THREADS), 'stay'], mode);
  const end = `tracepoint:syscalls:sys_enter_openat /str(args->filename) == "${marker}.end"/ { printf("THE END"); }`;
  const running = startJtrace(
    ['run', ...options, '--json', '-p', String(jvm.pid), '-e', `${program('@[jstack] = count();')} ${end}`],
    { cwd: folder },
  );
  try {
    await running.said('attached');
    jvm.child.stdin?.write('\n');
    await running.said('THE END');
    jvm.child.stdin?.write('\n');
    const result = await running.ended;
    const entries = entriesOf(result, '@');
    expect(total(entries), result.stderr).toBe(ALL);
    expect(ofChain(entries), `${result.stderr}${JSON.stringify(entries)}`).toBeGreaterThanOrEqual(0.99 * ALL);
  } finally {
    await running.stop();
    await jvm.stop();
  }
}

describeOnHost('jtrace run with jstack', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-jstack-'));
    marker = join(folder, 'm');
    writeFileSync(marker, '');
    writeFileSync(`${marker}.end`, '');
    programs = new JavaPrograms('Opens');
  });
  afterAll(async () => {
    await programs.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(bpftracesAtHand())('%s', (bpftrace) => {
    test('a JVM that runs, by its pid: all are counted, all under the chain', async () => {
      await allUnderTheChain(programs, ['--bpftrace', bpftrace]);
    });

    /** A COMMAND that reads what it is told, and is there until then: its stacks can be looked up as long. */
    const told = async (text: string, command: readonly string[], steps: (run: JtraceRun, tell: () => void) => Promise<void>) => {
      const input = join(mkdtempSync(join(folder, 'in-')), 'fifo');
      execFileSync('mkfifo', [input]);
      const fd = openSync(input, 'r+');
      const running = startJtrace(['run', '--bpftrace', bpftrace, '--json', '-e', text, '--', 'sh', '-c', 'exec "$@" < "$0"', input, ...command], { cwd: folder }); // prettier-ignore
      try {
        await steps(running, () => writeSync(fd, '\n'));
        return await running.ended;
      } finally {
        await running.stop();
        closeSync(fd);
      }
    };

    test('a COMMAND from its start: all are counted, most of them under the chain', async () => {
      const end = `tracepoint:syscalls:sys_enter_openat /str(args->filename) == "${marker}.end"/ { printf("THE END"); }`;
      const java = programs.command('Opens', [marker, String(TIMES), String(THREADS), 'stay', '1']);
      const result = await told(`${program('@[jstack] = count();')} ${end}`, java, async (running, tell) => {
        tell();
        await running.said('THE END');
        tell();
      });
      expect(result.status, result.stderr).toBe(0);
      const entries = entriesOf(result, '@');
      expect(total(entries), result.stderr).toBe(ALL);
      // The first ones come before the program has heard of the JVM.
      expect(ofChain(entries), `${result.stderr}${JSON.stringify(entries)}`).toBeGreaterThanOrEqual(0.9 * ALL);
    });

    test('printf, and a program that is no JVM', async () => {
      const result = await told(program('printf("of %s:%s", comm, jstack);'), ['sh', '-c', `: < ${marker}; read line`], async (running, tell) => {
        await running.said('of sh:');
        tell();
      }); // prettier-ignore
      expect(result.status, result.stderr).toBe(0);
      expect(result.stdout).toMatch(A_FRAME_OF_SH);
      expect(result.stdout).not.toContain('[stack ');
    });
  });

  for (const version of ['8', '11', '21', '25', '27'] as const)
    describeOnHost(`JDK ${version}`, [`jdk${version}`], () => {
      test('interpreted and compiled', async () => {
        const others = new JavaPrograms({ home: otherJdk(version) ?? '' }, 'Opens');
        try {
          for (const mode of ['-Xint', '-XX:+TieredCompilation']) await allUnderTheChain(others, [], [mode]);
        } finally {
          await others.close();
        }
      });
    });

  test('where it cannot stand, the place is told', async () => {
    for (const [text, place] of [
      ['k:f /jstack != 0/ { }', '-e:1:6'],
      ['k:f { @[jstack(x)] = count(); }', '-e:1:9'],
      ['k:f { @[jstack(0)] = count(); }', '-e:1:9'],
    ] as const) {
      const { status, stderr } = await runJtrace(['run', '-e', text]);
      expect(status).toBe(2);
      expect(stderr).toContain(`jtrace: ${place}: jstack`);
    }
  });

  test('a map that is full is told, and what it has is shown', async () => {
    const result = await runJtrace(['run', '-e', program('@[nsecs, jstack] = count();'), '--', ...programs.command('Opens', [marker, '300', '1'])], { cwd: folder, env: { BPFTRACE_MAP_KEYS_MAX: '100' } }); // prettier-ignore
    expect(result.stderr).toMatch(/full/i);
    expect(`${result.stdout}${result.stderr}`).toContain('@[');
  });
});
