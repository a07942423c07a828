// What being sampled costs the target: its throughput with and without jtrace, in alternation, and the same with async-profiler where
// ASYNC_PROFILER names one. Each measurement stands right behind one without anything: slow drifts of the machine fall out.

import { type AsyncProfiler, type AsyncProfilerEvent, findAsyncProfiler } from '../async-profiler.ts';
import { measureRound, type Measured, workloadRate } from '../alternation.ts';
import { sampleWithJtrace } from '../sample-with-jtrace.ts';
import type { Section, SectionOptions, SectionResult } from '../section.ts';
import { type Pair, ratioOf } from '../statistics.ts';
import { grouped, percent } from '../units.ts';
import { type RunningWorkload, startWorkload } from '../workload-process.ts';

const WORKLOADS = ['h2', 'javac', 'tomcat'];
const RATES_HZ = [50, 99];
const EVENTS: readonly AsyncProfilerEvent[] = ['cpu', 'ctimer'];

interface Row {
  readonly workload: string;
  readonly tool: string;
  readonly rounds: readonly Pair[];
}

export const TAX_SECTION: Section = {
  name: 'tax',
  what: 'throughput of h2, javac and tomcat with and without jtrace, in alternation, against async-profiler',
  measure,
};

async function measure({ quick, log }: SectionOptions): Promise<SectionResult> {
  const profiler = await findAsyncProfiler();
  const notes = [
    'Throughput with the tool over throughput without it: ratio of the medians, and the least and most of the rounds.',
    profiler === null ? 'async-profiler was not measured: ASYNC_PROFILER names none.' : profiler.version,
  ];
  const rows: Row[] = [];
  for (const workload of quick ? ['deeprec'] : WORKLOADS) {
    const running = await startWorkload(workload, 2, quick ? 2 : 15);
    try {
      const tools = [...jtraceTools(running, quick), ...(await asyncProfilerTools(running, profiler, notes))];
      const found = new Map<string, Pair[]>(tools.map(({ name }) => [name, []]));
      for (let round = 1; round <= (quick ? 1 : 4); round += 1) {
        log(`${workload}, round ${String(round)}`);
        for (const tool of tools) found.get(tool.name)?.push(await measureRound(workloadRate(running), tool, quick ? 3 : 5));
      }
      rows.push(...[...found].map(([tool, rounds]) => ({ workload, tool, rounds })));
    } finally {
      await running.stop();
    }
  }
  return { tables: [{ head: ['workload', 'tool', 'operations a second without', 'with : without', 'rounds'], rows: rows.map(cells) }], notes, data: rows };
} // prettier-ignore

function jtraceTools({ pid }: RunningWorkload, quick: boolean): Measured[] {
  return (quick ? [99] : RATES_HZ).map((rateHz) => ({
    name: `jtrace ${String(rateHz)} Hz`,
    begin: (seconds) => sampleWithJtrace(pid, rateHz, seconds),
  }));
}

/** The events that work here; what async-profiler says of the others is noted. */
async function asyncProfilerTools(
  { pid }: RunningWorkload,
  profiler: AsyncProfiler | null,
  notes: string[],
): Promise<Measured[]> {
  if (profiler === null) return [];
  const tools: Measured[] = [];
  for (const event of EVENTS) {
    try {
      await profiler.start(pid, RATES_HZ[0] ?? 50, event);
      await profiler.stop(pid);
    } catch (error) {
      const note = `async-profiler -e ${event} does not work here: ${lastWords(error)}`;
      if (!notes.includes(note)) notes.push(note);
      continue;
    }
    for (const rateHz of RATES_HZ)
      tools.push({
        name: `async-profiler ${event} ${String(rateHz)} Hz`,
        begin: async () => {
          await profiler.start(pid, rateHz, event);
          return async () => {
            await profiler.stop(pid);
          };
        },
      });
  }
  return tools;
}

/** What a program that failed said. */
function lastWords(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  const out = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
  return `${said} ${out}`.trim().split('\n').slice(-2).join(' ').trim();
}

function cells({ workload, tool, rounds }: Row): string[] {
  const without = rounds.map((round) => round.without).sort((a, b) => a - b);
  const { median, least, most } = ratioOf(rounds);
  return [
    workload,
    tool,
    grouped(without[without.length >> 1] ?? NaN),
    `${percent(median)} (${percent(least)} to ${percent(most)})`,
    String(rounds.length),
  ];
}
