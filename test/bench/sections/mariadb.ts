// MariaDB under its own load, looked at by jtrace, perf and gdb in turns: what each costs the server and the machine, how many of its stacks
// are whole, and the stacks side by side. Rules of comparison: ../native/tool-stacks.ts.

import { execFile, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startMariadb, type MariadbServer } from '../../oracle/native/subjects.ts';
import { isInstalled } from '../../tools/setup/apt.ts';
import { measureRound, type Rate } from '../alternation.ts';
import { type CpuGroup, makeCpuGroup } from '../native/cpu-group.ts';
import { parseQueries } from '../native/server-queries.ts';
import { leafTable, stackTables } from '../native/side-by-side.ts';
import { addStacks, type ToolStacks } from '../native/tool-stacks.ts';
import { type Found, GDB, JTRACE, perf, type ServerTool } from '../native/tools.ts';
import { compareWithNoise } from '../overlap.ts';
import { cpuTime } from '../process-cost.ts';
import { MissingPrograms, type Section, type SectionOptions, type SectionResult, type Table } from '../section.ts';
import { median, type Pair, ratioOf } from '../statistics.ts';
import { grouped, percent } from '../units.ts';

const PROGRAM = 'mariadbd';
/** perf's own default, and its most, which is what jtrace copies at most. */
const [PERF_DEFAULT, PERF_MOST, PERF_FP] = [perf('dwarf,8192'), perf('dwarf,65528'), perf('fp')];
const TOOLS: readonly ServerTool[] = [JTRACE, PERF_DEFAULT, PERF_MOST, PERF_FP, GDB];
const DWARF_TOOLS = [PERF_DEFAULT, PERF_MOST];
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

/** What one tool came to in one round. */
interface Round extends Found {
  readonly pair: Pair;
  /** Of one core, while the server was measured with it. */
  readonly core: number;
  /** From its start to names on the disk. */
  readonly cpuSeconds: number;
  /** Samples that the server's CPU time makes at the tool's rate; null: it does not sample by CPU time. */
  readonly due: number | null;
}

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

async function measureTool(server: MariadbServer, tool: ServerTool, seconds: number): Promise<Round> {
  const group = makeCpuGroup();
  const { pid } = server;
  try {
    const ended: { found: Found; sampledSeconds: number }[] = [];
    const watched = watchedRate(server, group);
    const begin = async (sampledSeconds: number): Promise<() => Promise<void>> => {
      const end = await tool.begin({ pid, seconds: sampledSeconds, starter: group.starter, program: PROGRAM });
      return async () => void ended.push({ found: await end(), sampledSeconds });
    };
    const pair = await measureRound(watched.rate, { name: tool.name, begin }, seconds);
    const [one, last] = [ended[0], watched.last()];
    if (one === undefined) throw new Error(`${tool.name} did not end`);
    const due = tool.rateHz === null ? null : tool.rateHz * last.serverCore * one.sampledSeconds;
    return { ...one.found, pair, core: last.toolCore, cpuSeconds: group.seconds(), due };
  } finally {
    group.remove();
  }
}

/** Queries a second of the server; and, of the last measurement, the shares of one core that the tool and the server used. */
function watchedRate({ pid, socket }: MariadbServer, group: CpuGroup) {
  let last = { toolCore: NaN, serverCore: NaN };
  const look = async () => {
    // A server that stands still answers late: the clock is read behind the answer.
    const queries = await queriesOf(socket);
    return { queries, atMs: performance.now(), tool: group.seconds(), server: cpuTime(pid)?.ownSeconds ?? NaN };
  };
  const rate: Rate = async (seconds) => {
    const from = await look();
    await sleep(seconds * 1000);
    const to = await look();
    const lasted = (to.atMs - from.atMs) / 1000;
    last = { toolCore: (to.tool - from.tool) / lasted, serverCore: (to.server - from.server) / lasted };
    return (to.queries - from.queries) / lasted;
  };
  return { rate, last: () => last };
}

/** Counted by the server. Asked beside our own work: who watches the server's stops must not stand still. */
async function queriesOf(socket: string): Promise<number> {
  const { stdout } = await promisify(execFile)('mariadb-admin', ['--no-defaults', `--socket=${socket}`, 'extended-status']);
  return parseQueries(stdout);
}

function resultOf(found: readonly ToolRounds[], withouts: readonly number[]): SectionResult {
  const stacksOf = (tools: readonly ServerTool[]): ToolStacks =>
    addStacks(found.flatMap(({ tool, rounds }) => (tools.includes(tool) ? rounds.map(({ stacks }) => stacks) : [])));
  const named = [
    { name: 'jtrace', stacks: stacksOf([JTRACE]) },
    { name: 'perf, dwarf', stacks: stacksOf(DWARF_TOOLS) },
    { name: 'gdb', stacks: stacksOf([GDB]) },
  ];
  const likeness = compareWithNoise(named[0]?.stacks.leaves ?? [], named[1]?.stacks.leaves ?? [], SPLITS, SEED);
  const missing = found.flatMap((one) => (one.missing === null ? [] : [one.missing]));
  return {
    tables: [
      costTable(found, withouts),
      sampleTable(found),
      leafTable(named),
      ...stackTables(named),
    ],
    notes: [
      `Overlap of the leaves' shares of jtrace and perf, dwarf: ${likeness.overlap.toFixed(3)}; of two halves of perf's own, which is what chance leaves: ${likeness.floor.toFixed(3)} (${grouped(likeness.halfSize)} samples a side).`,
      `${versionOf('mariadbd')}; ${versionOf('perf')}; ${versionOf('gdb')}.`,
      ...missing,
    ],
    missing,
    data: { withouts, likeness, tools: found.map(({ tool, rounds }) => ({ name: tool.name, rounds: rounds.map(plain) })), stacks: named.map(({ name, stacks }) => ({ name, ...plainStacks(stacks) })) },
  };
} // prettier-ignore

function costTable(found: readonly ToolRounds[], withouts: readonly number[]): Table {
  const rows = found.map(({ tool, rounds, missing }) => {
    if (missing !== null || rounds.length === 0) return [tool.name, missing ?? 'not measured'];
    const mean = (of: (round: Round) => number): number => rounds.reduce((sum, round) => sum + of(round), 0) / rounds.length;
    const stops = rounds.flatMap(({ longestStopMs }) => longestStopMs ?? []);
    return [
      tool.name,
      grouped(median(rounds.map(({ pair }) => pair.with))),
      ratioText(rounds.map(({ pair }) => pair)),
      percent(mean(({ core }) => core)),
      `${mean(({ cpuSeconds }) => cpuSeconds).toFixed(1)} s`,
      `${grouped(mean(({ bytes }) => bytes) / 1000)} kB`,
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
  const { median: middle, least, most } = ratioOf(pairs);
  return `${percent(middle)} (${percent(least)} to ${percent(most)})`;
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
