// The changes that labs make of a machine, and how each is undone.

import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpNameSync } from 'tmp';
import { countRuns } from '../../bpftrace/count-runs.ts';
import { runChildSync } from '../../child/run-child-sync.ts';
import { fileProblem } from '../../model/file-problems.ts';
import { OperatorError } from '../../model/errors.ts';
import { childEnvironment } from './child-environment.ts';
import { type Ledger, type MachineChange, OTHERS_ANY, PRIVATE_FOLDER } from './ledger.ts';

/** Of mkswap, swapon, swapoff: swapoff reads back what is in it. */
const COMMAND_TIMEOUT_MS = 180_000;
/** TMPFS_MAGIC, include/uapi/linux/magic.h: no swap file can lie there. */
const TMPFS = 0x0102_1994;
/** Where folders are made, the first that is on a disk. */
const BASES = ['/var/tmp', '/tmp'];
const PREFIX = 'jtrace-lab-';

/** Throws what went wrong. */
export function undoChange(change: MachineChange): void {
  switch (change.kind) {
    case 'folder':
      if (hasSwap(change.path)) throw new Error('swap space in it is in use');
      rmSync(change.path, { recursive: true, force: true });
      return;
    case 'file':
      rmSync(change.path, { force: true });
      return;
    case 'swap':
      for (const path of [change.path, ...loopDevices((file) => file === change.path)]) {
        if (swaps().includes(path)) run('swapoff', path);
        if (path !== change.path) run('losetup', '-d', path);
      }
      rmSync(change.path, { force: true });
      return;
    case 'setting':
      writeFileSync(change.path, change.before);
      return;
    default:
      change satisfies never;
  }
}

/** A folder of this run's, on a disk where there is one. Those that a reboot left there are removed: nothing else knows of them any more. */
export function makeFolder(ledger: Ledger): string {
  for (const base of BASES) tryRemoveLeftFolders(base);
  const base = BASES.find((folder) => isOnDisk(folder)) ?? '/tmp';
  // The name alone: it is written down before there is a folder, and mkdir takes nothing that is there already.
  const path = tmpNameSync({ tmpdir: base, template: `${PREFIX}XXXXXX` });
  ledger.note({ kind: 'folder', path });
  mkdirSync(path, { mode: PRIVATE_FOLDER });
  return path;
}

/** There may be no such folder, and what cannot be removed is no reason not to run. */
function tryRemoveLeftFolders(base: string): void {
  try {
    removeLeftFolders(base);
  } catch {
    // The next lab tries again.
  }
}

/** Only root's own: anybody may make a folder of that name. And of an earlier boot: a lab in another container may share this one. */
function removeLeftFolders(base: string): void {
  const bootMs = 1000 * Number(/^btime (\d+)$/mu.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0);
  for (const name of readdirSync(base).filter((one) => one.startsWith(PREFIX))) {
    const path = join(base, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (
      stat?.isDirectory() !== true ||
      stat.uid !== process.geteuid?.() ||
      (stat.mode & OTHERS_ANY) !== 0 ||
      stat.mtimeMs >= bootMs
    )
      continue;
    if (!hasSwap(path)) rmSync(path, { recursive: true, force: true });
  }
}

/** In a file, or where the file system takes none, on a loop device over it; the path of the file. Throws an OperatorError where the machine does not allow it. */
export function addSwap(ledger: Ledger, folder: string, sizeBytes: number): string {
  const path = join(folder, 'swap');
  ledger.note({ kind: 'swap', path });
  try {
    // Zeros, not a hole: the kernel takes no file with holes.
    writeFileSync(path, Buffer.alloc(sizeBytes), { mode: 0o600 });
    run('mkswap', path);
    try {
      run('swapon', path);
    } catch (error) {
      const device = tryLoop(path);
      if (device === null) throw error;
      run('swapon', device);
    }
    return path;
  } catch (error) {
    throw new OperatorError(
      'environment',
      `no swap space can be added here: ${error instanceof Error ? error.message : String(error)}`,
      'a container may not: run this lab on a machine of its own, or with --recorded',
    );
  }
}

function tryLoop(path: string): string | null {
  try {
    return run('losetup', '--find', '--show', path).trim();
  } catch {
    return null;
  }
}

/** Throws an OperatorError where it cannot be set. */
export function changeSetting(ledger: Ledger, path: string, value: string): void {
  try {
    const before = settingOf(readFileSync(path, 'utf8').trim());
    if (before === value) return;
    const change = { kind: 'setting', path, before } as const;
    ledger.note(change);
    try {
      writeFileSync(path, value);
    } catch (error) {
      ledger.forget(change);
      throw error;
    }
  } catch (error) {
    throw new OperatorError(
      'environment',
      `${path} cannot be set to ${value}: ${fileProblem(error)}`,
      'a container may not: run this lab on a machine of its own, or with --recorded',
    );
  }
}

/** Not in the ledger: who turns it off again waits for other jtraces that count, however this one ends. Resolves with how it is given up. */
export async function countRunsOfPrograms(): Promise<() => Promise<void>> {
  const counting = await countRuns();
  if (!counting.isOn)
    throw new OperatorError(
      'environment',
      'kernel.bpf_stats_enabled cannot be set to 1',
      'a container may not: run this lab on a machine of its own, or with --recorded',
    );
  return () => {
    counting.end();
    return Promise.resolve();
  };
}

/** Some files of /sys list what there is: `always [madvise] never`. */
function settingOf(text: string): string {
  return /\[([^\]]+)\]/.exec(text)?.[1] ?? text;
}

/** Paths of swap space in use; blanks in them are octal there, and those of labs have none. */
function swaps(): readonly string[] {
  return readFileSync('/proc/swaps', 'utf8').split('\n').slice(1).map((line) => line.split(/\s/)[0] ?? ''); // prettier-ignore
}

/** Whether swap space in a folder is in use, also by way of a loop device. */
function hasSwap(folder: string): boolean {
  const isIn = (path: string): boolean => path.startsWith(`${folder}/`);
  return swaps().some(isIn) || loopDevices(isIn).length > 0;
}

/** Loop devices over files that fit. The kernel keeps the name of one that is gone, and says so behind it. */
function loopDevices(fits: (path: string) => boolean): readonly string[] {
  return readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .filter((name) => fits(backingFile(name)))
    .map((name) => `/dev/${name}`);
}

/** '': of a device that is not attached. */
function backingFile(device: string): string {
  try {
    return readFileSync(`/sys/block/${device}/loop/backing_file`, 'utf8')
      .trimEnd()
      .replace(/ \(deleted\)$/u, '');
  } catch {
    return '';
  }
}

function isOnDisk(folder: string): boolean {
  try {
    return statfsSync(folder).type !== TMPFS;
  } catch {
    return false;
  }
}

/** What it printed. Throws what it said against it. */
function run(command: string, ...args: readonly string[]): string {
  return runChildSync(command, args, { environment: childEnvironment(process.env), timeoutMs: COMMAND_TIMEOUT_MS });
}
