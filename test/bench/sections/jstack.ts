// What an event costs with `jstack` in a program: the time in the kernel by depth and engine, beside bpftrace's own `ustack`, and how many events a
// second two threads get through with none of them lost.

import { JavaPrograms } from '../../support/java-programs.ts';
import type { ReadyProcess } from '../../real/processes/ready-process.ts';
import { isRecord } from '../../support/is-record.ts';
import { startJtrace } from '../../support/run-jtrace.ts';
import type { Section, SectionOptions, SectionResult } from '../section.ts';
import { grouped } from '../units.ts';

const DEPTHS = [30, 64, 100, 300];
/** Each call is a frame of its own. */
const NOT_INLINED = ['-XX:CompileCommand=quiet', '-XX:CompileCommand=dontinline,YieldAtDepth.*'];
const GOAL_US = 20;

interface Way {
  readonly name: string;
  readonly stack: 'jstack' | 'ustack';
  readonly flags: readonly string[];
  /** Of one thread: as many as fill the time, with a pause where each is sent whole. */
  readonly count: number;
  readonly pauseNs: number;
}

const WAYS: readonly Way[] = [
  { name: 'ustack', stack: 'ustack', flags: [], count: 50_000, pauseNs: 0 },
  { name: 'jstack', stack: 'jstack', flags: ['--engine', 'kernel'], count: 50_000, pauseNs: 0 },
  { name: 'jstack, --engine bytes', stack: 'jstack', flags: ['--engine', 'bytes'], count: 500, pauseNs: 5_000_000 },
];

/** Events a second of two threads together; 0: as fast as they can. */
const RATES = [{ way: 1, perSecond: 0 }, ...[100, 200, 500, 1000, 2000].map((perSecond) => ({ way: 2, perSecond }))] as const;
const RATE_DEPTH = 64;
const RATE_SECONDS = 5;

interface Run {
  readonly made: number;
  readonly counted: number;
  readonly nsPerRun: number;
  readonly seconds: number;
  readonly isComplete: boolean;
}

export const JSTACK_SECTION: Section = {
  name: 'jstack',
  what: 'what an event costs with jstack, by depth and engine; how many a second without loss',
  measure,
};

async function measure({ quick, log }: SectionOptions): Promise<SectionResult> {
  const programs = new JavaPrograms('YieldAtDepth');
  const costs: { readonly depth: number; readonly runs: readonly Run[] }[] = [];
  const rates: { readonly way: string; readonly perSecond: number; readonly run: Run }[] = [];
  try {
    for (const depth of quick ? [30] : DEPTHS) {
      const runs: Run[] = [];
      for (const way of WAYS) {
        log(`${String(depth)} frames, ${way.name}`);
        runs.push(await run(programs, way, { depth, threads: 1, count: quick ? 500 : way.count, pauseNs: way.pauseNs }));
      }
      costs.push({ depth, runs });
    }
    for (const { way: index, perSecond } of quick ? [] : RATES) {
      const way = WAYS[index];
      log(`${way?.name ?? ''}, ${perSecond === 0 ? 'as fast as two threads can' : `${String(perSecond)} a second`}`);
      const count = perSecond === 0 ? 200_000 : (perSecond * RATE_SECONDS) / 2;
      const pauseNs = perSecond === 0 ? 0 : Math.round(2e9 / perSecond);
      if (way !== undefined)
        rates.push({
          way: way.name,
          perSecond,
          run: await run(programs, way, { depth: RATE_DEPTH, threads: 2, count, pauseNs }),
        });
    }
  } finally {
    await programs.close();
  }
  return {
    tables: [
      {
        head: ['Java frames', ...WAYS.map(({ name }) => name)],
        rows: costs.map(({ depth, runs }) => [
          String(depth),
          ...runs.map(({ nsPerRun }) => `${(nsPerRun / 1000).toFixed(1)} µs`),
        ]),
      },
      {
        head: [
          'two threads, 64 frames',
          'asked a second',
          'events a second',
          'events',
          'counted',
          'all stacks whole, nothing lost',
        ],
        rows: rates.map(({ way, perSecond, run: { made, counted, seconds, isComplete } }) => [
          way,
          perSecond === 0 ? 'all they can' : grouped(perSecond),
          grouped(made / seconds),
          grouped(made),
          grouped(counted),
          isComplete ? 'yes' : 'no',
        ]),
      },
    ],
    notes: [
      `Time in the kernel for each event (kernel.bpf_stats_enabled); the goal is ${String(GOAL_US)} µs at 64 frames. ustack follows frame pointers, of which Java has none: it ends after a frame or two.`,
      'Events a second: the pause between two events is at least what was asked, so fewer come.',
    ],
    data: { costs, rates },
  };
}

async function run(
  programs: JavaPrograms,
  { stack, flags }: Way,
  {
    depth,
    threads,
    count,
    pauseNs,
  }: { readonly depth: number; readonly threads: number; readonly count: number; readonly pauseNs: number },
): Promise<Run> {
  const jvm = await programs.start('YieldAtDepth', [depth, threads, count, pauseNs].map(String), NOT_INLINED);
  const program = `tracepoint:syscalls:sys_enter_sched_yield { @[${stack}] = count(); }`;
  const running = startJtrace(['run', ...flags, '--json', '--show-loaded', '-p', String(jvm.pid), '-e', program]);
  try {
    await running.said('attached');
    const done = nanosecondsSaid(jvm);
    jvm.child.stdin?.write('\n');
    const seconds = (await done) / 1e9;
    running.child.kill('SIGINT');
    const { stdout, status } = await running.ended;
    const events = stdout.trim().split('\n').map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>); // prettier-ignore
    return { made: threads * count, counted: countedIn(events), nsPerRun: costIn(events), seconds, isComplete: status === 0 };
  } finally {
    await running.stop();
    await jvm.stop();
  }
}

/** What it says at its end. */
async function nanosecondsSaid({ child }: ReadyProcess): Promise<number> {
  let said = '';
  for await (const piece of child.stdout ?? []) {
    said += String(piece);
    const [, nanoseconds] = /DONE (\d+)\n/u.exec(said) ?? [];
    if (nanoseconds !== undefined) return Number(nanoseconds);
  }
  throw new Error(`it ended before it was done: ${said}`);
}

function countedIn(events: readonly Readonly<Record<string, unknown>>[]): number {
  const maps = events.filter(({ type, name }) => type === 'map' && name === '@');
  const entries = maps.at(-1)?.['entries'];
  const values = Array.isArray(entries) ? entries.map((entry: unknown) => (isRecord(entry) && isRecord(entry['value']) ? entry['value']['number'] : 0)) : []; // prettier-ignore
  return values.reduce<number>((sum, value) => sum + Number(value), 0);
}

/** Of the program at the system call: the one that ran most. */
function costIn(events: readonly Readonly<Record<string, unknown>>[]): number {
  const programs = events.find(({ type }) => type === 'loaded')?.['programs'];
  const costs = (Array.isArray(programs) ? programs : []).flatMap((one: unknown) =>
    isRecord(one) && /enter_sched/u.test(String(one['name'])) ? [{ runs: Number(one['runs']), ns: Number(one['runNs']) }] : [],
  );
  const most = costs.reduce((a, b) => (b.runs > a.runs ? b : a), { runs: 0, ns: 0 });
  if (most.runs === 0) throw new Error('the program at the system call never ran');
  return most.ns / most.runs;
}
