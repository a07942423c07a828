// The programs whose stacks are compared: Debian's own builds, each at work. Their libraries keep no frame pointers (mariadbd and libjvm
// themselves do). Started by us, ended by us.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from '../../support/end-with-us.ts';
import { javaHome } from '../../support/host-tools.ts';

export interface Subject {
  readonly pid: number;
  end(): Promise<void>;
}

/** A server under load that can be asked what it did. */
export interface MariadbServer extends Subject {
  /** Of the server: for its own clients. */
  readonly socket: string;
}

export const SUBJECT_NAMES = ['python3', 'xz', 'mariadb', 'jvm'] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

const READY_TIMEOUT_MS = 90_000;

const PYTHON_PROGRAM = `
import json, re, hashlib, zlib, sys
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
class Node:
    def __init__(self, depth): self.kids = [Node(depth - 1) for _ in range(3)] if depth else []
    def __repr__(self): return '(' + ''.join(map(repr, self.kids)) + ')'
print('ready', flush=True)
while True:
    fib(16)
    text = json.dumps([{'a': i, 'b': [i] * 5, 'c': str(i)} for i in range(300)])
    json.loads(text); re.findall(r'(\\d+)[^\\d]+(?=\\d)', text); hashlib.sha256(text.encode()).digest(); zlib.compress(text.encode())
    sorted(range(2000), key=lambda x: -x); repr(Node(5))
`;

/** Starts a program and its load; resolves when it works. Throws with what is missing. */
export async function startSubject(name: SubjectName): Promise<Subject> {
  switch (name) {
    case 'python3':
      return started(spawn('/usr/bin/python3', ['-c', PYTHON_PROGRAM], { stdio: ['ignore', 'pipe', 'ignore'] }), /ready/u);
    case 'xz':
      return startXz();
    case 'mariadb':
      return startMariadb();
    case 'jvm':
      return startJvm();
    default:
      return name satisfies never;
  }
}

async function started(child: ChildProcess, ready: RegExp | null): Promise<Subject> {
  const { pid, stdout } = child;
  endWithUs(child, { group: false });
  if (pid === undefined) throw new Error('the program does not start');
  if (ready !== null && stdout !== null) {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error('the program does not become ready'));
      }, READY_TIMEOUT_MS);
      stdout.on('data', (bytes: Buffer) => {
        if (!ready.test(bytes.toString())) return;
        clearTimeout(late);
        resolve();
      });
    });
    stdout.resume();
  }
  return { pid, end: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGCONT');
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
}

/** Two threads, on text that never ends. */
async function startXz(): Promise<Subject> {
  const script = 'while :; do seq 1 300000; done';
  const source = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  endWithUs(source, { group: true });
  const xz = spawn('xz', ['-T2', '-6', '--block-size=1MiB', '-c'], { stdio: [source.stdout, 'ignore', 'ignore'] });
  const subject = await started(xz, null);
  await sleep(500);
  return {
    pid: subject.pid,
    async end() {
      await subject.end();
      if (source.pid !== undefined) process.kill(-source.pid, 'SIGKILL');
    },
  };
}

/** A server of its own in a folder of its own, under its own load generator: inserts, updates, selects. */
export async function startMariadb(): Promise<MariadbServer> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-mariadb-'));
  const data = join(folder, 'data');
  const socket = join(folder, 's');
  const user = '--user=root';
  const made = spawnSync('mariadb-install-db', ['--no-defaults', user, `--datadir=${data}`, '--skip-test-db', '--auth-root-authentication-method=normal']); // prettier-ignore
  if (made.status !== 0) throw new Error(`mariadb-install-db: ${made.error?.message ?? made.stderr.toString().slice(0, 500)}`);
  const server = spawn(
    'mariadbd',
    ['--no-defaults', user, `--datadir=${data}`, `--socket=${socket}`, '--skip-networking', '--skip-grant-tables', '--innodb-flush-log-at-trx-commit=0'],
    { stdio: 'ignore' },
  ); // prettier-ignore
  const subject = await started(server, null);
  const slap = [
    'mariadb-slap --no-defaults',
    `--socket=${socket}`,
    '--concurrency=4 --iterations=5 --auto-generate-sql --auto-generate-sql-load-type=mixed --auto-generate-sql-execute-number=500',
    '--auto-generate-sql-add-autoincrement --number-int-cols=3 --number-char-cols=3 --engine=innodb',
  ].join(' ');
  for (const end = Date.now() + READY_TIMEOUT_MS; !existsSync(socket) && Date.now() < end;) await sleep(100);
  const load = spawn('sh', ['-c', `while :; do ${slap}; done`], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  endWithUs(load, { group: true });
  // The first round's figures: the server works.
  await started(load, /Benchmark/u);
  return {
    pid: subject.pid,
    socket,
    async end() {
      if (load.pid !== undefined) process.kill(-load.pid, 'SIGKILL');
      await subject.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Much garbage and many compilations: the VM's own threads (collector, compilers, VM thread) are what is looked at. */
async function startJvm(): Promise<Subject> {
  const home = javaHome();
  if (home === null) throw new Error('needs a JDK 17');
  const source = join(import.meta.dirname, 'Garbage.java');
  const java = spawn(join(home, 'bin/java'), ['-Xmx256m', '-XX:+UseG1GC', '-XX:ParallelGCThreads=2', source], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return started(java, /ready/u);
}
