// Runs a command on another kernel: a thin, typed way to test/tools/guest (QEMU, the host's own / as root file system).

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { testCache } from './host-tools.ts';
import { REPOSITORY } from './repository.ts';

/** Kernels the tests use: Debian 12's, Debian 13's, and the newest (CONFIG_X86_FRED, fetched anew with each cache). */
export const GUEST_KERNELS = ['6.1', '6.12', 'sid'] as const;

/** Debian 11's, too: the oldest that scripts of the catalogue are tried on. */
export const ALL_GUEST_KERNELS = ['5.10', ...GUEST_KERNELS] as const;

export type GuestKernel = (typeof ALL_GUEST_KERNELS)[number];

/** More than any guest test prints; keeps a runaway one from filling memory. */
const MAX_OUTPUT_BYTES = 16 << 20;
/** Added to the guest's own limit before we stop waiting for the program that runs it. */
const TOOL_GRACE_MS = 30_000;

export interface GuestResult {
  /** The command's own status; 124: it ran out of time, 125: the VM failed. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Folder of an already fetched kernel: `vmlinux`, `System.map-…`, `modules/`. */
export function guestKernelFolder(kernel: GuestKernel): string {
  return join(testCache(), 'guests', `kernel-${kernel}`);
}

/** Why guests cannot run here; null: they can. Looks at files only, so that it can be asked while tests are collected. */
export function guestObstacle(): string | null {
  if (process.geteuid?.() !== 0) return 'root (sudo env "PATH=$PATH" npm test guest)';
  if (!existsSync('/usr/bin/qemu-system-x86_64')) return 'QEMU (apt-get install qemu-system-x86)';
  const missing = ALL_GUEST_KERNELS.find((kernel) => !existsSync(join(guestKernelFolder(kernel), 'ok')));
  return missing === undefined ? null : `the kernel ${missing} (python3 test/tools/guest --kernel ${missing} --prepare)`;
}

/** `machine`: what it is made of, e.g. `--numa 2`. Boots `kernel`, runs `command` as root in the repository, returns what it said. The host's files cannot be changed by it. */
export async function runInGuest(
  kernel: GuestKernel,
  command: readonly string[],
  options: { readonly timeoutMs: number; readonly machine?: readonly string[] },
): Promise<GuestResult> {
  const tool = [
    join(REPOSITORY, 'test/tools/guest'),
    '--kernel',
    kernel,
    '--timeout',
    String(options.timeoutMs / 1000),
    '--cwd',
    REPOSITORY,
    ...(options.machine ?? []),
  ];
  const child = spawn('python3', ['-B', ...tool, '--', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGTERM'), options.timeoutMs + TOOL_GRACE_MS);
  const [stdout, stderr, status] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 125));
    }),
  ]).finally(() => clearTimeout(timer));
  return { status, stdout, stderr };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes <= MAX_OUTPUT_BYTES) chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
