// Clients of databases that do a known number of statements once they are let go.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { REPOSITORY } from '../../support/repository.ts';
import type { SqlServer } from '../../support/sql-servers.ts';

/** Prints its number, waits for a line, has `quick` and `slow` statements done in one session, then runs what follows. */
export function sqlStatements(server: SqlServer, quick: number, slow: number, slowly: string, then: string): readonly string[] {
  const file = join(dirSync({ unsafeCleanup: true }).name, 'statements.sql');
  const quickly = Array.from({ length: quick }, (_, index) => `SELECT ${String(index)} AS jt_quick;\n`);
  writeFileSync(file, [...quickly, ...Array.from({ length: slow }, () => `${slowly} AS jt_slow;\n`)].join(''));
  return ['/bin/sh', '-c', `echo $$; read line; ${server.client.join(' ')} < ${file} > /dev/null && ${then}`];
}

export function preparedInMariadb({ socket }: SqlServer, times: number): string {
  return `python3 ${join(REPOSITORY, 'test/programs/prepared_statements.py')} ${socket} ${String(times)}`;
}

/** As JDBC sends them: parsed, bound and executed before an answer is waited for. */
export function preparedInPostgres({ program, socket }: SqlServer, times: number): string {
  const file = join(dirSync({ unsafeCleanup: true }).name, 'prepared.sql');
  writeFileSync(file, 'SELECT 1 AS jt_prepared;\n');
  return `${program.replace(/postgres$/, 'pgbench')} -n -M extended -t ${String(times)} -f ${file} -h ${socket} -U nobody postgres > /dev/null`;
}
