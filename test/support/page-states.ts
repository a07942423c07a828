// The program with memory in every state (test/programs/page-states.c): built, started, told what to do.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from './repository.ts';
import { until } from './run-jtrace.ts';

export interface PageStates {
  readonly pid: number;
  /** Where a region lies, and what mincore(2) counted of its pages at the start. */
  readonly regions: ReadonlyMap<string, { readonly address: number; readonly resident: number }>;
  /** Tells it what to do, and waits until it is done; what it said. */
  order(words: string): Promise<string>;
  stop(): void;
}

export const REGION_BYTES = 32 * 4096;
export const HUGE_BYTES = 2 << 20;

/** Builds and starts it; its files lie in `files`, or a folder of its own on the disk of the temporary folder. */
export async function startPageStates(files?: string): Promise<PageStates> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-pages-'));
  const program = join(folder, 'page-states');
  const source = join(REPOSITORY, 'test/programs/page-states.c');
  const built = spawnSync('cc', ['-O1', '-pthread', '-o', program, source], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`page-states.c does not compile: ${built.stderr}`);
  mkdirSync(join(folder, 'files'));
  const child = spawn(program, [files ?? join(folder, 'files')], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await until('the program is ready', () => (said.includes('ready\n') ? true : null));
  const regions = new Map(
    [...said.matchAll(/^(\w+) ([0-9a-f]+) (\d+)$/gm)].map(
      ([, name = '', address = '', resident]) =>
        [name, { address: Number.parseInt(address, 16), resident: Number(resident) }] as const,
    ),
  );
  return {
    pid: child.pid ?? 0,
    regions,
    order: async (words) => {
      const before = said.length;
      child.stdin.write(`${words}\n`);
      return until(`${words} is done`, () => (said.slice(before).includes('done\n') ? said.slice(before) : null));
    },
    stop: () => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs with a swap file of 32 MiB, which is taken away again. */
export async function withSwap<Result>(use: () => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-swap-'));
  const file = join(folder, 'swap');
  const run = (command: string, ...args: readonly string[]): void => {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
  };
  run('dd', 'if=/dev/zero', `of=${file}`, 'bs=1M', 'count=32', 'status=none');
  run('chmod', '600', file);
  run('mkswap', '-q', file);
  run('swapon', file);
  try {
    return await use();
  } finally {
    run('swapoff', file);
    rmSync(folder, { recursive: true, force: true });
  }
}
