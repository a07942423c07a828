// What a lab has changed of the machine, written down before it is changed: so that it is changed back at the end, and after kill -9 by the next
// lab. The file is the lock, too: one lab at a time. It lies in /run, where only root can write, and which a boot empties, as it undoes
// swap space and settings.

import { closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperatorError } from '../../model/errors.ts';
import { parseProcessStat } from '../../model/process-stat.ts';

/** In the order in which they are undone, the last first. */
export type MachineChange =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'swap'; readonly path: string }
  | { readonly kind: 'setting'; readonly path: string; readonly before: string };

/** Undoes one change; what is already undone is no error. Throws what went wrong. */
export type Undo = (change: MachineChange) => Promise<void>;

const PATH = '/run/jtrace-lab/changes';
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const OTHERS_ANY = 0o077;

export class Ledger {
  readonly #path: string;
  readonly #fd: number;
  readonly #changes: MachineChange[] = [];

  private constructor(path: string, fd: number) {
    this.#path = path;
    this.#fd = fd;
  }

  /**
   * Takes the lock. Changes of a lab that was killed are undone first; `onLeft` is told of each. Throws an OperatorError when another lab
   * runs, or the file is not root's.
   */
  static async open(undo: Undo, onLeft: (change: MachineChange) => void, path = PATH): Promise<Ledger> {
    requirePrivate(dirname(path));
    // Twice: between looking and taking, another lab may have begun.
    for (let tries = 0; tries < 2; tries++) {
      const fd = tryCreate(path);
      if (fd !== null) {
        write(fd, ownIdentity());
        return new Ledger(path, fd);
      }
      const { owner, changes } = readLedger(path);
      if (owner !== null && isAlive(owner)) {
        throw new OperatorError(
          'environment',
          `another lab is running (process ${String(owner.pid)})`,
          'labs change the machine, so one runs at a time: end that one, or wait for it',
        );
      }
      // Whoever can rename it undoes it.
      const taken = `${path}.${String(process.pid)}`;
      try {
        renameSync(path, taken);
      } catch {
        continue;
      }
      for (const change of [...changes].reverse()) {
        onLeft(change);
        await undo(change);
      }
      rmSync(taken, { force: true });
    }
    throw new OperatorError('environment', 'another lab has just begun', 'wait for its end');
  }

  /** Before it is made. */
  note(change: MachineChange): void {
    write(this.#fd, JSON.stringify(change));
    this.#changes.push(change);
  }

  /** Undoes everything, the last first, and gives the lock back. What cannot be undone is tried again by the next lab; the first such error is thrown. */
  async close(undo: Undo): Promise<void> {
    const errors: unknown[] = [];
    const left: MachineChange[] = [];
    for (const change of this.#changes.reverse()) {
      try {
        await undo(change);
      } catch (error) {
        errors.push(error);
        left.unshift(change);
      }
    }
    closeSync(this.#fd);
    if (left.length === 0) {
      rmSync(this.#path, { force: true });
      return;
    }
    throw errors[0];
  }
}

interface Owner {
  readonly pid: number;
  readonly startTicks: number;
}

function tryCreate(path: string): number | null {
  try {
    return openSync(path, 'wx', PRIVATE_FILE);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null;
    throw error;
  }
}

function write(fd: number, line: string): void {
  writeSync(fd, `${line}\n`);
  fsyncSync(fd);
}

function requirePrivate(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { mode: PRIVATE_FOLDER });
  const { uid, mode } = lstatSync(folder);
  const isFolder = (mode & 0o170000) === 0o040000;
  if (!isFolder || uid !== process.geteuid?.() || (mode & OTHERS_ANY) !== 0)
    throw new OperatorError('environment', `${folder} is not a folder that only you can write`, `remove it: rm -r ${folder}`);
}

function ownIdentity(): string {
  const stat = parseProcessStat(readFileSync('/proc/self/stat', 'utf8'));
  return JSON.stringify({ pid: process.pid, startTicks: stat?.startTicks ?? 0 });
}

function readLedger(path: string): { readonly owner: Owner | null; readonly changes: readonly MachineChange[] } {
  let lines: unknown[] = [];
  try {
    lines = readFileSync(path, 'utf8').split('\n').flatMap(parsed);
  } catch {
    // Its lab has ended meanwhile.
  }
  return { owner: lines.map(asOwner).find((owner) => owner !== null) ?? null, changes: lines.flatMap(asChange) };
}

/** A line that was cut off by a kill was not acted on. */
function parsed(line: string): unknown[] {
  try {
    return line === '' ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}

function asOwner(value: unknown): Owner | null {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTicks' in value)) return null;
  const { pid, startTicks } = value;
  return typeof pid === 'number' && typeof startTicks === 'number' ? { pid, startTicks } : null;
}

function asChange(value: unknown): MachineChange[] {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('path' in value)) return [];
  const { kind, path } = value;
  if (typeof path !== 'string') return [];
  if (kind === 'folder' || kind === 'swap') return [{ kind, path }];
  if (kind === 'setting' && 'before' in value && typeof value.before === 'string') return [{ kind, path, before: value.before }];
  return [];
}

function isAlive({ pid, startTicks }: Owner): boolean {
  try {
    return parseProcessStat(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'))?.startTicks === startTicks;
  } catch {
    return false;
  }
}
