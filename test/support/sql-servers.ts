// Servers of databases for tests: each with a folder of its own, as a user without rights, no port of the network, ready when given.

import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dirSync } from 'tmp';
import { endWithUs } from './end-with-us.ts';

export interface SqlServer {
  /** The program that the server is. */
  readonly program: string;
  /** A client: it reads statements from a file, or has them after what is given here. */
  readonly client: readonly string[];
  /** Of PostgreSQL the folder of the socket. */
  readonly socket: string;
  stop(): void;
}

/** Debian's `nobody`: neither server runs as root. */
const NOBODY = 65_534;
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
/** Debian 12's. */
const POSTGRES = '/usr/lib/postgresql/15/bin';
const READY_TIMEOUT_MS = 60_000;

export async function startPostgres(): Promise<SqlServer> {
  const folder = ownFolder();
  const data = join(folder, 'data');
  run([`${POSTGRES}/initdb`, '-D', data, '-A', 'trust', '-N', '--no-locale']);
  // Nothing runs that no client asks for.
  const settings = ['listen_addresses=', 'autovacuum=off', 'fsync=off'].flatMap((setting) => ['-c', setting]);
  const client = ['-h', folder, '-U', 'nobody', 'postgres'];
  const stop = start([`${POSTGRES}/postgres`, '-D', data, '-k', folder, ...settings], folder);
  await isReady([`${POSTGRES}/pg_isready`, '-q', ...client.slice(0, 4)], stop);
  return { program: `${POSTGRES}/postgres`, client: [`${POSTGRES}/psql`, '-X', '-q', ...client], socket: folder, stop };
}

/** Without tables of its own: users, time zones. */
export async function startMariadb(): Promise<SqlServer> {
  const folder = ownFolder();
  const data = join(folder, 'data');
  const socket = join(folder, 'socket');
  mkdirSync(data);
  chownSync(data, NOBODY, NOBODY);
  const settings = [`--datadir=${data}`, `--socket=${socket}`, `--pid-file=${join(folder, 'pid')}`];
  const small = ['--innodb-buffer-pool-size=8M', '--innodb-log-file-size=4M'];
  const stop = start(['mariadbd', '--no-defaults', ...settings, ...small, '--skip-networking', '--skip-grant-tables'], folder);
  const client = ['mariadb', '--no-defaults', '-S', socket, '-N', '-B'];
  await isReady([...client, '-e', 'DO 1'], stop);
  return { program: '/usr/sbin/mariadbd', client, socket, stop };
}

function ownFolder(): string {
  const folder = dirSync({ unsafeCleanup: true, mode: 0o755 }).name;
  chownSync(folder, NOBODY, NOBODY);
  return folder;
}

function run([program = '', ...args]: readonly string[]): void {
  const { status, stderr } = spawnSync(AS_NOBODY[0] ?? '', [...AS_NOBODY.slice(1), program, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}

function start(command: readonly string[], cwd: string): () => void {
  const server = spawn(AS_NOBODY[0] ?? '', [...AS_NOBODY.slice(1), ...command], { stdio: 'ignore', cwd });
  endWithUs(server, { group: false });
  // Both end by it at once, and give shared memory back.
  return () => void server.kill('SIGQUIT');
}

async function isReady([program = '', ...args]: readonly string[], stop: () => void): Promise<void> {
  for (const end = Date.now() + READY_TIMEOUT_MS; ; await sleep(50)) {
    if (spawnSync(program, args, { stdio: 'ignore' }).status === 0) return;
    if (Date.now() < end) continue;
    stop();
    throw new Error(`${program} finds no server`);
  }
}
