// MariaDB under its own load, looked at by jtrace, perf and gdb in turns: what each costs the server and the machine, how many of its stacks
// are whole, and the stacks side by side. Rules of comparison: ../native/tool-stacks.ts.

import { spawnSync } from 'node:child_process';
import { startMariadb } from '../../oracle/native/subjects.ts';
import { isInstalled } from '../../tools/setup/apt.ts';
import { measureTool, type Round } from '../native/measure-tool.ts';
import { leafTable, stackTables } from '../native/side-by-side.ts';
import { addStacks, type ToolStacks } from '../native/tool-stacks.ts';
import { GDB, JTRACE, perf, type ServerTool } from '../native/tools.ts';
import { compareWithNoise } from '../overlap.ts';
import { MissingPrograms, type Section, type SectionOptions, type SectionResult, type Table } from '../section.ts';
import { median, type Pair, ratioOf } from '../statistics.ts';
import { grouped, percent } from '../units.ts';

/** Stacks as large as perf copies by default, and at most, which is what jtrace copies. */
const DWARF_TOOLS = ['dwarf,8192', 'dwarf,65528'].map((callGraph) => perf({ callGraph, scope: 'threads' }));
const PERF_OF_CPUS = perf({ callGraph: 'fp', scope: 'cpus' });
const TOOLS: readonly ServerTool[] = [JTRACE, ...DWARF_TOOLS, PERF_OF_CPUS, GDB];
/** What has no table without it. */
const NEEDED = { mariadbd: 'mariadb-server', 'mariadb-slap': 'mariadb-client', 'mariadb-admin': 'mariadb-client' } as const;
/** Names `start_thread` and `clone3`, for all tools. */
const DEBUG_PACKAGE = 'libc6-dbg';
const TOOL_PACKAGES: readonly (readonly [RegExp, string, string])[] = [
  [/^perf/, 'perf', 'linux-perf'],
  [/^gdb/, 'gdb', 'gdb'],
];
const [WHOLE, QUICK] = [
  { rounds: 5, seconds: 6 },
  { rounds: 1, seconds: 3 },
] as const;
const [SPLITS, SEED] = [20, 20_231_115];

interface ToolRounds {
  readonly tool: ServerTool;
  readonly rounds: Round[];
  /** null: it is there. */
  readonly missing: string | null;
}

export const MARIADB_SECTION: Section = {
  name: 'mariadb',
  what: 'MariaDB under load: jtrace, perf record --call-graph dwarf and fp, gdb once a second, side by side',
  document: 'docs/native-profiles.md',
  measure,
};

async function measure({ quick, log }: SectionOptions): Promise<SectionResult> {
  const needed = Object.entries(NEEDED).flatMap(([name, debian]) => (isAtHand(name) ? [] : [debian]));
  const absent = [...new Set([...needed, ...(isInstalled(DEBUG_PACKAGE) ? [] : [DEBUG_PACKAGE])])];
  if (absent.length > 0) throw new MissingPrograms(`apt-get install ${absent.join(' ')}`);
  const found = TOOLS.map((tool): ToolRounds => ({ tool, rounds: [], missing: missingFor(tool) }));
  const present = found.filter(({ missing }) => missing === null);
  const { rounds, seconds } = quick ? QUICK : WHOLE;
  const withouts: number[] = [];
  const server = await startMariadb();
  try {
    for (let round = 0; round < rounds; round += 1) {
      // Each begins once: what stands behind what changes.
      for (const { tool, rounds: of } of [
        ...present.slice(round % present.length),
        ...present.slice(0, round % present.length),
      ]) {
        log(`round ${String(round + 1)} of ${String(rounds)}: ${tool.name}`);
        const one = await measureTool(server, tool, seconds);
        withouts.push(one.pair.without);
        of.push(one);
      }
    }
  } finally {
    await server.end();
  }
  return resultOf(found, withouts);
}

function resultOf(found: readonly ToolRounds[], withouts: readonly number[]): SectionResult {
  const stacksOf = (tools: readonly ServerTool[]): ToolStacks =>
    addStacks(found.flatMap(({ tool, rounds }) => (tools.includes(tool) ? rounds.map(({ stacks }) => stacks) : [])));
  const jtrace = { name: 'jtrace', stacks: stacksOf([JTRACE]) };
  const dwarf = { name: 'perf dwarf', stacks: stacksOf(DWARF_TOOLS) };
  const ofCpus = { name: PERF_OF_CPUS.name, stacks: stacksOf([PERF_OF_CPUS]) };
  const gdb = { name: 'gdb', stacks: stacksOf([GDB]) };
  const likenesses = [dwarf, ofCpus].map(({ name, stacks }) => ({
    name,
    ...compareWithNoise(jtrace.stacks.leaves, stacks.leaves, SPLITS, SEED),
  })).filter(({ halfSize }) => halfSize > 0);
  const missing = found.flatMap((one) => (one.missing === null ? [] : [one.missing]));
  return {
    tables: [
      costTable(found, withouts),
      sampleTable(found),
      leafTable([jtrace, dwarf, ofCpus, gdb]),
      ...stackTables([jtrace, dwarf, gdb]),
    ],
    notes: [
      ...likenesses.map(
        ({ name, overlap, floor, halfSize }) =>
          `- Overlap of the leaves' shares of jtrace and ${name}: ${overlap.toFixed(3)}; of two halves of ${name}'s own: ${floor.toFixed(3)} (${grouped(halfSize)} samples a side).`,
      ),
      ...found.map(({ tool }) => `- ${tool.name}: \`${tool.command}\``),
      `- ${versionOf('mariadbd')}; ${versionOf('perf')}; ${versionOf('gdb')}.`,
      ...missing.map((text) => `- ${text}`),
    ],
    missing,
    data: { withouts, likenesses, tools: found.map(({ tool, rounds }) => ({ name: tool.name, rounds: rounds.map(plain) })), stacks: [jtrace, dwarf, ofCpus, gdb].map(({ name, stacks }) => ({ name, ...plainStacks(stacks) })) },
  };
} // prettier-ignore

function costTable(found: readonly ToolRounds[], withouts: readonly number[]): Table {
  const rows = found.map(({ tool, rounds, missing }) => {
    if (missing !== null || rounds.length === 0) return [tool.name, missing ?? 'not measured'];
    const middle = (of: (round: Round) => number): number => median(rounds.map(of));
    const stops = rounds.flatMap(({ longestStopMs }) => longestStopMs ?? []);
    return [
      tool.name,
      grouped(median(rounds.map(({ pair }) => pair.with))),
      ratioText(rounds.map(({ pair }) => pair)),
      percent(middle(({ core }) => core)),
      `${middle(({ cpuSeconds }) => cpuSeconds).toFixed(1)} s`,
      `${grouped(middle(({ bytes }) => bytes) / 1000)} kB`,
      stops.length === 0 ? 'not stopped' : `${Math.max(...stops).toFixed(0)} ms`,
    ];
  });
  // Each against the next: what chance and the load's own ups and downs do to such a ratio.
  const chance = withouts.slice(1).map((rate, i) => ({ without: withouts[i] ?? NaN, with: rate }));
  const none = ['none', grouped(median(withouts)), chance.length === 0 ? '' : ratioText(chance), '', '', '', ''];
  return {
    head: ['tool', 'queries a second', 'with : without', 'CPU while sampling', 'CPU in all', 'written', 'longest stop'],
    rows: [none, ...rows],
  };
}

function ratioText(pairs: readonly Pair[]): string {
  const { median: ratio, least, most } = ratioOf(pairs);
  return `${percent(ratio)} (${percent(least)} to ${percent(most)})`;
}

function sampleTable(found: readonly ToolRounds[]): Table {
  const rows = found.map(({ tool, rounds, missing }) => {
    if (missing !== null || rounds.length === 0) return [tool.name, missing ?? 'not measured'];
    const { samples, whole } = addStacks(rounds.map(({ stacks }) => stacks));
    const due = rounds.reduce((sum, round) => sum + (round.due ?? NaN), 0);
    const lost = rounds.flatMap((round) => round.lost ?? []);
    return [
      tool.name,
      grouped(samples),
      Number.isNaN(due) ? '' : percent(samples / due),
      percent(whole / Math.max(1, samples)),
      lost.length === 0 ? '' : grouped(lost.reduce((sum, count) => sum + count, 0)),
    ];
  });
  return { head: ['tool', 'samples', 'of those due', 'whole stacks', 'lost'], rows };
}

function missingFor({ name }: ServerTool): string | null {
  const [, program, debian] = TOOL_PACKAGES.find(([pattern]) => pattern.test(name)) ?? [];
  if (program === undefined || debian === undefined || isAtHand(program)) return null;
  return `NOT MEASURED: ${program} is missing (apt-get install ${debian})`;
}

function isAtHand(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

function versionOf(program: string): string {
  if (!isAtHand(program)) return `no ${program}`;
  return spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0]?.trim() ?? '';
}

/** Without stacks, which stand in the JSON once for all rounds. */
function plain({ stacks, ...round }: Round) {
  return { ...round, samples: stacks.samples, whole: stacks.whole };
}

function plainStacks({ samples, whole, stacks }: ToolStacks) {
  const hottest = [...stacks.values()].sort((a, b) => b.count - a.count).slice(0, 20);
  return { samples, whole, hottest };
}
