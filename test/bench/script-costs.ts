// What the scripts of the catalogue cost: the time that the kernel spends in their probes, per run of a probe, while a program does many of
// what the script counts. Arguments: names of scripts (none: all). `--write` puts the result into the headers. As root, on a quiet machine.

import { existsSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { release } from 'node:os';
import { readScript, scriptNames } from '../../src/catalogue/catalogue.ts';
import { CASES, diskFolder, killedIn, limitedGroup, piped, typedLines } from '../real/catalogue/cases.ts';
import { sqlStatements } from '../real/catalogue/sql-statements.ts';
import { bpftracesAtHand } from '../support/host-tools.ts';
import { REPOSITORY } from '../support/repository.ts';
import { buildKnownEvents, runScript, type Workload } from '../support/script-run.ts';
import { startMariadb, startPostgres } from '../support/sql-servers.ts';
import { findBpftrace } from '../../src/bpftrace/find.ts';

const STATS_SWITCH = '/proc/sys/kernel/bpf_stats_enabled';
const TYPED_LINES = 200;
const CALLS = 20_000;
const STATEMENTS = 2000;

const arguments_ = process.argv.slice(2);
const write = arguments_.includes('--write');
const names = arguments_.filter((argument) => !argument.startsWith('--'));
const known = buildKnownEvents();
const folder = diskFolder();
const before = readFileSync(STATS_SWITCH, 'utf8');
writeFileSync(STATS_SWITCH, '1');
try {
  for (const script of names.length > 0 ? names : scriptNames()) {
    const obstacle = obstacleOf(script);
    if (obstacle === null) await measure(script);
    else console.log(`${script}: ${obstacle}`);
  }
} finally {
  writeFileSync(STATS_SWITCH, before);
}

async function measure(script: string): Promise<void> {
  const costs: string[] = [];
  for (const path of bpftracesAtHand()) {
    const { version } = await findBpftrace({ path, searchPath: '' });
    const { workload, end } = await workloadOf(script);
    const { spentNs, hits } = await runScript(path, script, workload);
    end();
    if (hits === 0) throw new Error(`${script}: no probe ran`);
    costs.push(
      `${costs.length === 0 ? `${shown(spentNs / hits)} µs per run of a probe with bpftrace` : shown(spentNs / hits)}${costs.length === 0 ? '' : ' with'} ${version.major}.${version.minor}`,
    );
  }
  const cost = `${costs.join(', ')} (Linux ${release().replace(/^(\d+\.\d+).*/, '$1')}).`.replace(/\.$/, '');
  console.log(`${script}: ${cost}`);
  if (!write) return;
  const file = join(REPOSITORY, 'bt-scripts', `${script}.bt`);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\/\/ Cost:.*(\n\/\/ {2}.*)*/m, `// Cost: ${cost}`));
}

/** Why nothing is measured; null: it is. */
function obstacleOf(script: string): string | null {
  const { text: whole, header } = readScript(script);
  const text = whole.replace(/^\/\/.*$/gm, '');
  if (header.needs.features.includes('kprobes') && !existsSync('/sys/bus/event_source/devices/kprobe'))
    return 'no kernel probes here';
  if (header.needs.features.includes('kprobes')) return 'not known what to measure';
  return /\bjstack\b|libjvm:/.test(text) ? 'runs in jtrace only: its cost stays as it was' : null;
}

async function workloadOf(script: string): Promise<{ readonly workload: Workload; readonly end: () => void }> {
  const end = (): void => undefined;
  const known_ = CASES.find((each) => each.script === script);
  if (known_ !== undefined) {
    const { work, costCount, workload } = known_;
    // As many lines as there may be: what is printed need not be waited for.
    const { untilLine: _untilLine, ...rest } = workload ?? {};
    return { workload: { ...rest, command: [known, ...work(costCount, folder)] }, end };
  }
  if (script === 'bash-readline')
    return { workload: typedLines([...Array.from({ length: TYPED_LINES }, () => ':'), 'exit']), end };
  if (script === 'loads-in-memory') {
    const file = join(folder, 'program.py');
    writeFileSync(file, 'import os\nfor i in range(100): os.memfd_create("x")\n' + '#\n'.repeat(1_000_000));
    return { workload: piped(file, /memfd/), end };
  }
  if (script === 'stop-at') {
    const values = (): Record<string, string> => ({ file: known, function: 'jt_call', times: '0' });
    return { workload: { command: [known, 'calls', String(CALLS)], values }, end };
  }
  if (script === 'sql-mariadb' || script === 'sql-postgres') {
    const server = await (script === 'sql-mariadb' ? startMariadb() : startPostgres());
    const command = sqlStatements(server, STATEMENTS, 0, '', 'true');
    return { workload: { command, values: () => ({ server: server.program, min: '1h' }) }, end: () => server.stop() };
  }
  const group = limitedGroup();
  return { workload: killedIn(group, known), end: () => rmdirSync(group) }; // prettier-ignore
}

/** Two digits. */
function shown(ns: number): string {
  return String(Number((ns / 1000).toPrecision(2)));
}
