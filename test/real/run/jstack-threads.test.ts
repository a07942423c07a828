// `jstack` of threads that are not in Java (collectors, compilers, native code below Java, programs in C, threads of the kernel), and of a thread whose
// every event has another stack, 10,000 a second: all are counted, what cannot be shown is told.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { withCompiledAsync } from '../../support/machine-code.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { type JtraceResult, type JtraceRun, startJtrace, until } from '../../support/run-jtrace.ts';
import { type ReadyProcess, startReady } from '../processes/ready-process.ts';

interface Entry {
  readonly key: string | null;
  readonly parts?: readonly (string | readonly string[])[];
  readonly value: { readonly number: string };
}

const RATE = 10_000;
const PATH = 18;
/** Counted in all of 5 s. */
const ALL = 5 * RATE;
const MORE_THAN_ALL = '70000';
/** jtrace with nothing to remember has some 100 MB. */
const MOST_MEMORY_KB = 600_000;
/** Of a thread: what it starts with. */
const FIRST_FUNCTION = 'clone3';
/** In its place. */
const TOLD = /^\[(?:stack .+|unfinished: stack-(?:cut|lost))\]$/u;
const EACH_DIFFERENT = 'tracepoint:syscalls:sys_enter_mkdir { @[jstack] = count(); @all = count(); }';
/** Frames that stand for a stack, and how the end of the run tells of them. */
const MISSING = {
  '[stack not sent]': 'missing: not sent',
  '[stack lost on its way]': 'missing: lost on their way',
  '[stack not remembered]': 'missing: not remembered',
  '[stack did not arrive]': 'missing: not arrived',
} as const;

let programs: JavaPrograms;
let library = '';

/** Of the snapshot of that map that was printed last. */
function entriesOf(output: string, name: string): readonly Entry[] {
  const maps = output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as { type: string; name?: string; entries?: readonly Entry[] })
    .filter((event) => event.type === 'map' && event.name === name);
  return maps.at(-1)?.entries ?? [];
}

const total = (entries: readonly Entry[]): number => entries.reduce((sum, { value }) => sum + Number(value.number), 0);

/** The stacks of a key, the leaf first. */
const stacksOf = ({ parts }: Entry): readonly (readonly string[])[] => (parts ?? []).filter((part) => typeof part !== 'string');
const framesOf = (entry: Entry): readonly string[] => stacksOf(entry)[0] ?? [];

function memoryKb(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/u.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]);
}

/** What is shown is whole or one of the frames that say why not, and of those the end tells as many. */
function expectAllTold(entries: readonly Entry[], { stderr }: JtraceResult): void {
  const whole = entries.filter((entry) => framesOf(entry).includes('ManyStacks.main'));
  expect(whole.length, stderr).toBeGreaterThan(10);
  for (const entry of whole) expect(framesOf(entry).filter((frame) => frame === 'ManyStacks.walk')).toHaveLength(PATH);
  for (const [frame, words] of Object.entries(MISSING)) {
    const shown = total(entries.filter(({ key }) => key?.trim() === frame));
    if (shown > 0) expect(stderr).toMatch(new RegExp(`warning: ${String(shown)} user stacks? (?:is|are) ${words}`, 'u'));
  }
  expect(entries.some(({ key }) => key?.trim() === '[stack not sent]')).toBe(true);
}

async function flooded(many: ReadyProcess, text: string): Promise<void> {
  let output = '';
  many.child.stdout?.on('data', (piece: Buffer) => (output += piece.toString()));
  many.child.stdin?.write('\n');
  await until(`ManyStacks says ${text}`, () => (output.includes(text) ? true : null));
}

/** bpftrace 0.24 and later leave the blanks of a key out. */
const [COLLECTOR, COMPILER] = [/^GC ?Thread/u, /^C[12] ?Compiler/u];

describeOnHost('jstack of all kinds of threads', ['root', 'bpftrace', 'jdk17', 'cc'], () => {
  beforeAll(() => {
    programs = new JavaPrograms('ManyStacks', 'NativeSpin', 'Churn');
    library = programs.path('libspin.so');
    const include = join(dirname(dirname(programs.java)), 'include');
    const source = join(REPOSITORY, 'test/programs/native-spin.c');
    for (const name of ['spinDeleted', 'spinReplaced', 'spinLater']) {
      const flags = ['-shared', '-fPIC', '-O0', `-DNAME=${name}`, `-I${include}`, `-I${join(include, 'linux')}`];
      const { status, stderr } = spawnSync('cc', [...flags, '-o', `${library}.${name}`, source], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`cc: ${stderr}`);
    }
  });
  afterAll(() => programs.close());

  describe.each(bpftracesAtHand())('%s', (bpftrace) => {
    const start = (...args: readonly string[]): JtraceRun =>
      startJtrace(['run', '--bpftrace', bpftrace, '--json', ...args], { cwd: programs.folder });

    test('collectors, compilers, native code below Java, a program in C, threads of the kernel', async () => {
      const churn = await startReady(programs.java, ['-Xmx64m', '-XX:+UseParallelGC', '-XX:ParallelGCThreads=2', '-cp', programs.folder, 'Churn']); // prettier-ignore
      const native = await programs.start('NativeSpin', ['spinDeleted', 'spinReplaced', 'spinLater'].map((name) => `${library}.${name}`)); // prettier-ignore
      try {
        await withCompiledAsync('busy-stack.c', ['-O1', '-pthread'], async (path) => {
          const plain = await startReady(path, ['1', '7']);
          const running = start(
            '-e',
            `tracepoint:sched:sched_switch /pid == ${String(churn.pid)} && comm != "java" && strncmp(comm, "churn", 5) != 0/ { @vm[comm, jstack] = count(); }
             profile:hz:49 /pid == ${String(native.pid)}/ { @jni[jstack] = count(); }
             tracepoint:syscalls:sys_enter_getppid /pid == ${String(plain.pid)}/ { @c[jstack] = count(); }
             tracepoint:workqueue:workqueue_execute_start { @kernel[jstack, kstack] = count(); }
             interval:s:1 { print(@vm); print(@jni); print(@c); print(@kernel); }`,
          );
          const some = (map: string, fits: (frames: readonly string[], entry: Entry) => boolean): boolean =>
            entriesOf(running.output(), map).some((entry) => fits(framesOf(entry), entry));
          const own =
            (name: RegExp, code: RegExp) =>
            (frames: readonly string[], { parts }: Entry) =>
              name.test(String(parts?.[0])) && frames.some((frame) => code.test(frame)) && frames.at(-1) === FIRST_FUNCTION;
          const waited: Readonly<Record<string, () => boolean>> = {
            'a collector': () => some('@vm', own(COLLECTOR, /^GCTaskManager|^GangWorker::|^AbstractGangWorker::/u)),
            'a compiler': () => some('@vm', own(COMPILER, /^CompileBroker::|^CompileQueue::/u)),
            'native below Java': () =>
              some('@jni', (frames) =>
                /work_of_spin(\w+)\n(?:\S+\n)*?Java_NativeSpin_spin\1\n(?:\S+\n)*?NativeSpin\.spin\1\n(?:\S+\n)*?NativeSpin\.lambda/u.test(`${frames.join('\n')}\n`),
              ),
            'the program in C': () =>
              some('@c', (frames) => frames.filter((frame) => frame === 'busy_descend').length === 8 && frames.includes('busy_thread')),
            'the kernel': () =>
              some('@kernel', (_, entry) => stacksOf(entry)[0]?.length === 0 && (stacksOf(entry)[1] ?? []).length > 2),
          }; // prettier-ignore
          try {
            for (const [what, isThere] of Object.entries(waited)) await until(what, () => (isThere() ? true : null));
            running.child.kill('SIGINT');
            const result = await running.ended;
            expect([0, 1], result.stderr).toContain(result.status);
            // Of the kernel's threads none has a stack of its own; no Java in those of the VM.
            expect(entriesOf(result.stdout, '@kernel').every((entry) => framesOf(entry).length === 0)).toBe(true);
            const natives = entriesOf(result.stdout, '@vm').filter(({ parts }) => [COLLECTOR, COMPILER].some((name) => name.test(String(parts?.[0])))); // prettier-ignore
            expect(natives.filter((entry) => framesOf(entry).some((frame) => frame.startsWith('java/')))).toEqual([]);
            // Whole, or with a reason why not: a compiler's own recursion is deep, and it waits for locks thousands of times a second.
            const ends = new Set(natives.map((entry) => framesOf(entry).at(-1) ?? 'nothing'));
            expect([...ends].filter((frame) => frame !== FIRST_FUNCTION && !TOLD.test(frame))).toEqual([]);
          } finally {
            await running.stop();
            await plain.stop();
          }
        });
      } finally {
        churn.child.kill('SIGKILL');
        await native.stop();
      }
    });

    test('10,000 different stacks a second, and Ctrl-C meanwhile: it has what fits, tells what does not', async () => {
      const many = await programs.start('ManyStacks', ['0', String(RATE)]);
      const running = start('-p', String(many.pid), '-e', EACH_DIFFERENT);
      try {
        await running.said('attached');
        await flooded(many, 'many 30000');
        const peakKb = memoryKb(running.pid);
        running.child.kill('SIGINT');
        const result = await running.ended;
        expect(result.status, result.stderr).toBe(1);
        expect(result.stderr).toMatch(/a map is full/u);
        expect(peakKb).toBeLessThan(MOST_MEMORY_KB);
        expect(total(entriesOf(result.stdout, '@all'))).toBeGreaterThanOrEqual(30_000);
        const entries = entriesOf(result.stdout, '@');
        expect(total(entries)).toBe(16_384);
        expectAllTold(entries, result);
      } finally {
        many.child.kill('SIGKILL');
        await running.stop();
      }
    });
  });

  test('10,000 different stacks a second for 5 s, in a map that has room: each is counted', async () => {
    const many = await programs.start('ManyStacks', [String(ALL), String(RATE)]);
    const env = { BPFTRACE_MAP_KEYS_MAX: MORE_THAN_ALL, BPFTRACE_MAX_MAP_KEYS: MORE_THAN_ALL };
    const running = startJtrace(['run', '--json', '-p', String(many.pid), '-e', EACH_DIFFERENT], { cwd: programs.folder, env });
    try {
      await running.said('attached');
      await flooded(many, `made ${String(ALL)}`);
      running.child.kill('SIGINT');
      const result = await running.ended;
      expect(result.stderr).not.toMatch(/a map is full|was killed/u);
      const entries = entriesOf(result.stdout, '@');
      expect([total(entries), total(entriesOf(result.stdout, '@all'))]).toEqual([ALL, ALL]);
      expectAllTold(entries, result);
    } finally {
      many.child.kill('SIGKILL');
      await running.stop();
    }
  });
});
