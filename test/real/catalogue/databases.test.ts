// The scripts for databases, beside servers as Debian builds them and clients that send a known number of statements, on every bpftrace at hand.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { countOf, histogramCount, runScript, type ScriptRun } from '../../support/script-run.ts';
import { type SqlServer, startMariadb, startPostgres } from '../../support/sql-servers.ts';
import { preparedInMariadb, preparedInPostgres, sqlStatements } from './sql-statements.ts';

const QUICK = 14;
const SLOW = 3;
const PREPARED = 6;
/** The slow ones sleep for 50 ms; on a loaded machine others may be as slow, and are printed, too. */
const MIN = '40ms';
const MIN_US = 40_000;

/** What is printed, as microseconds and text. */
function printed(run: ScriptRun): readonly { us: number; text: string }[] {
  return run.lines.slice(1).map((line) => {
    const [, us = '', text = ''] = /^\d\d:\d\d:\d\d \d+ +(\d+) +(.*)$/.exec(line) ?? [];
    return { us: us === '' ? Number.NaN : Number(us), text };
  });
}

function expectSlowOnes(run: ScriptRun): void {
  const lines = printed(run);
  for (const { us, text } of lines) expect(us, text).toBeGreaterThanOrEqual(MIN_US);
  const slow = lines.filter(({ text }) => text.includes('jt_slow'));
  expect(slow).toHaveLength(SLOW);
  for (const { us } of slow) expect(us).toBeGreaterThanOrEqual(50_000);
}

describeOnHost('sql-mariadb', ['root', 'bpftrace', 'mariadb', 'python3'], () => {
  let server: SqlServer;
  beforeAll(async () => {
    server = await startMariadb();
  });
  afterAll(() => server.stop());

  test.each(bpftracesAtHand())('every statement, prepared ones too, on %s', async (bpftrace) => {
    const command = sqlStatements(server, QUICK, SLOW, 'SELECT SLEEP(0.05)', preparedInMariadb(server, PREPARED));
    const run = await runScript(bpftrace, 'sql-mariadb', { command, values: () => ({ server: server.program, min: MIN }) });
    expect(countOf(run, '@statements', 'query')).toBe(QUICK + SLOW);
    expect(countOf(run, '@statements', 'execute')).toBe(PREPARED);
    const threads = Object.keys(run.maps.get('@latency_us') ?? {});
    expect(threads.reduce((sum, comm) => sum + histogramCount(run, '@latency_us', comm), 0)).toBe(QUICK + SLOW + PREPARED);
    expectSlowOnes(run);
  });
});

describeOnHost('sql-postgres', ['root', 'bpftrace', 'postgres'], () => {
  let server: SqlServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  test.each(bpftracesAtHand())('every statement, prepared ones too, on %s', async (bpftrace) => {
    const command = sqlStatements(server, QUICK, SLOW, 'SELECT pg_sleep(0.05)', preparedInPostgres(server, PREPARED));
    const run = await runScript(bpftrace, 'sql-postgres', { command, values: () => ({ server: server.program, min: MIN }) });
    expect(countOf(run, '@statements', '')).toBe(QUICK + SLOW + PREPARED);
    expectSlowOnes(run);
  });
});
