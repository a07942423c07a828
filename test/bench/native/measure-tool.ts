// One tool beside the server under load for some seconds: queries a second without it and with it, its CPU time, what it found.

import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { MariadbServer } from '../../oracle/native/subjects.ts';
import { measureRound, type Rate } from '../alternation.ts';
import { cpuTime } from '../process-cost.ts';
import type { Pair } from '../statistics.ts';
import { type CpuGroup, makeCpuGroup } from './cpu-group.ts';
import { parseQueries } from './server-queries.ts';
import type { Found, ServerTool } from './tools.ts';

const PROGRAM = 'mariadbd';

/** What one tool came to in one round. */
export interface Round extends Found {
  readonly pair: Pair;
  /** Of one core, while the server was measured with it. */
  readonly core: number;
  /** From its start to names on the disk. */
  readonly cpuSeconds: number;
  /** Samples that the server's CPU time makes at the tool's rate; null: it does not sample by CPU time. */
  readonly due: number | null;
}

export async function measureTool(server: MariadbServer, tool: ServerTool, seconds: number): Promise<Round> {
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
