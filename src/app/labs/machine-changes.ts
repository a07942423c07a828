// The changes that labs make of a machine, and how each is undone.

import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../../child/run-child.ts';
import { OperatorError } from '../../model/errors.ts';
import type { Ledger, MachineChange } from './ledger.ts';

/** Of mkswap, swapon, swapoff: swapoff reads back what is in it. */
const COMMAND_TIMEOUT_MS = 30_000;
/** TMPFS_MAGIC, include/uapi/linux/magic.h: no swap file can lie there. */
const TMPFS = 0x0102_1994;
const PREFIX = 'jtrace-lab-';

export async function undoChange(change: MachineChange): Promise<void> {
  switch (change.kind) {
    case 'folder':
      rmSync(change.path, { recursive: true, force: true });
      return;
    case 'swap':
      if (readFileSync('/proc/swaps', 'utf8').includes(`${change.path} `)) await run('swapoff', change.path);
      rmSync(change.path, { force: true });
      return;
    case 'setting':
      writeFileSync(change.path, change.before);
      return;
    default:
      change satisfies never;
  }
}

/** A folder of this run's, on a disk where there is one. */
export function makeFolder(ledger: Ledger): string {
  const base = ['/var/tmp', '/tmp'].find((folder) => isOnDisk(folder)) ?? '/tmp';
  const path = mkdtempSync(join(base, PREFIX));
  ledger.note({ kind: 'folder', path });
  return path;
}

/** Throws an OperatorError where the machine does not allow it. */
export async function addSwap(ledger: Ledger, folder: string, sizeBytes: number): Promise<void> {
  const path = join(folder, 'swap');
  ledger.note({ kind: 'swap', path });
  // Zeros, not a hole: the kernel takes no file with holes.
  writeFileSync(path, Buffer.alloc(sizeBytes), { mode: 0o600 });
  try {
    await run('mkswap', path);
    await run('swapon', path);
  } catch (error) {
    throw new OperatorError(
      'environment',
      `no swap space can be added here: ${error instanceof Error ? error.message : String(error)}`,
      'a container may not, nor a folder on tmpfs, overlay or ZFS: run this lab on a machine of its own, or with --recorded',
    );
  }
}

/** Throws an OperatorError where it cannot be set. */
export function changeSetting(ledger: Ledger, path: string, value: string): void {
  try {
    const before = readFileSync(path, 'utf8').trim();
    if (before === value) return;
    ledger.note({ kind: 'setting', path, before });
    writeFileSync(path, value);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(
      'environment',
      `${path} cannot be set to ${value}: ${error instanceof Error ? error.message : String(error)}`,
      'a container may not: run this lab on a machine of its own, or with --recorded',
    );
  }
}

function isOnDisk(folder: string): boolean {
  try {
    return statfsSync(folder).type !== TMPFS;
  } catch {
    return false;
  }
}

async function run(command: string, path: string): Promise<void> {
  const { code, stderr, startError } = await runChild(command, [path], { timeoutMs: COMMAND_TIMEOUT_MS });
  if (code !== 0) throw new Error(startError === null ? stderr.trim().split('\n').at(-1) : `${command} is not installed`);
}
