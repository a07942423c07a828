// What a lab has changed of the machine, written down before it is changed: so that it is changed back at the end, and after kill -9 by the next
// lab. The file is the lock, too: one lab at a time. It lies in /run, where only root can write, and which a boot empties, as it undoes
// swap space and settings.

import { closeSync, fsyncSync, linkSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'; // prettier-ignore
import { dirname, join } from 'node:path';
import { codeOf, fileProblem } from '../../model/file-problems.ts';
import { OperatorError } from '../../model/errors.ts';
import { parseProcessStat } from '../../model/process-stat.ts';
import { asPid } from '../../model/units.ts';
import { hasEnded } from '../../target/processes/has-ended.ts';

/** In the order in which they are undone, the last first. */
export type MachineChange =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'swap'; readonly path: string }
  | { readonly kind: 'setting'; readonly path: string; readonly before: string };

/** Undoes one change; what is already undone is no error. Throws what went wrong. Not asynchronous: it must work while the process exits, too. */
export type Undo = (change: MachineChange) => void;

export const LEDGER_PATH = '/run/jtrace-lab/changes';
export const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
/** Permissions that are not the owner's. */
export const OTHERS_ANY = 0o077;
/** A ledger whose lab is gone, under the name of who took it over. */
const LEFT = '.left';
/** Between looking and taking, another lab may have begun or ended. */
const MOST_TRIES = 10;

export class Ledger {
  readonly #path: string;
  #fd: number;
  #changes: MachineChange[] = [];
  #isClosed = false;

  private constructor(path: string, fd: number) {
    this.#path = path;
    this.#fd = fd;
  }

  /**
   * Takes the lock. Changes of labs that were killed are undone first; `onLeft` is told of each, and of what went wrong with it: that is tried again by
   * the next lab. Throws an OperatorError when another lab runs, or the folder is not root's.
   */
  static open(undo: Undo, onLeft: (change: MachineChange, problem: unknown) => void, path = LEDGER_PATH): Ledger {
    requirePrivate(dirname(path));
    const ledger = new Ledger(path, take(path));
    for (const name of readdirSync(dirname(path)).filter((one) => one.endsWith(LEFT))) {
      const left = join(dirname(path), name);
      const failed = readLedger(left)
        .changes.reverse()
        .filter((change) => {
          const problem = problemOf(undo, change);
          onLeft(change, problem);
          return problem !== null;
        });
      for (const change of failed.reverse()) ledger.note(change);
      rmSync(left, { force: true });
    }
    return ledger;
  }

  /** Before it is made. */
  note(change: MachineChange): void {
    write(this.#fd, [change]);
    this.#changes.push(change);
  }

  /** It could not be made. */
  forget(change: MachineChange): void {
    this.#changes = this.#changes.filter((one) => one !== change);
    this.#rewrite();
  }

  /** Undoes everything, the last first, and gives the lock back. What cannot be undone is tried again by the next lab: given with what went wrong. */
  close(undo: Undo): readonly { readonly change: MachineChange; readonly problem: unknown }[] {
    if (this.#isClosed) return [];
    this.#isClosed = true;
    const left = [...this.#changes].reverse().flatMap((change) => {
      const problem = problemOf(undo, change);
      return problem === null ? [] : [{ change, problem }];
    });
    this.#changes = left.map(({ change }) => change).reverse();
    if (left.length > 0) this.#rewrite();
    closeSync(this.#fd);
    if (left.length === 0) rmSync(this.#path, { force: true });
    else renameSync(this.#path, `${ownPath(this.#path)}${LEFT}`);
    return left;
  }

  #rewrite(): void {
    const begun = ownPath(this.#path);
    const fd = openSync(begun, 'w', PRIVATE_FILE);
    write(fd, [ownIdentity(), ...this.#changes]);
    renameSync(begun, this.#path);
    closeSync(this.#fd);
    this.#fd = fd;
  }
}

/** Whole at once: the file is written beside it, and linked to its name, which only one can. */
function take(path: string): number {
  const begun = ownPath(path);
  const fd = openSync(begun, 'w', PRIVATE_FILE);
  write(fd, [ownIdentity()]);
  try {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      if (tryLink(begun, path)) return fd;
      const { owner } = readLedger(path);
      // It has ended meanwhile.
      if (owner === null) continue;
      if (isAlive(owner)) {
        throw new OperatorError(
          'environment',
          `another lab is running (process ${String(owner.pid)})`,
          'labs change the machine, so one runs at a time: end that one, or wait for it',
        );
      }
      takeOver(path, begun);
    }
    throw new OperatorError('environment', 'another lab has just begun', 'wait for its end');
  } catch (error) {
    closeSync(fd);
    throw error;
  } finally {
    rmSync(begun, { force: true });
  }
}

/** Beside it, and no other process's, also of the same number. */
function ownPath(path: string): string {
  const { pid, startTicks } = ownIdentity();
  return `${path}.${String(pid)}-${String(startTicks)}`;
}

/** Moves a dead lab's ledger aside; alone, or two labs could each move the other's. */
function takeOver(path: string, begun: string): void {
  const taking = `${path}.taking`;
  if (!tryLink(begun, taking)) {
    const other = readLedger(taking).owner;
    if (other !== null && !isAlive(other)) rmSync(taking, { force: true });
    return;
  }
  try {
    // Another may have done it just before.
    const { owner } = readLedger(path);
    if (owner !== null && !isAlive(owner)) tryRename(path, `${begun}${LEFT}`);
  } finally {
    rmSync(taking, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Another lab may have been quicker. */
function tryRename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function problemOf(undo: Undo, change: MachineChange): unknown {
  try {
    undo(change);
    return null;
  } catch (error) {
    return error ?? new Error('unknown');
  }
}

interface Owner {
  readonly pid: number;
  readonly startTicks: number;
}

function write(fd: number, items: readonly object[]): void {
  writeSync(fd, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  fsyncSync(fd);
}

function requirePrivate(folder: string): void {
  try {
    mkdirSync(folder, { mode: PRIVATE_FOLDER });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST')
      throw new OperatorError(
        'environment',
        `${folder} cannot be made: ${fileProblem(error)}`,
        'labs note there what they change; or --recorded',
      );
  }
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== process.geteuid?.() || (stat.mode & OTHERS_ANY) !== 0)
    throw new OperatorError(
      'environment',
      `${folder} is not a folder that only you can write`,
      `look at it, then remove it: rm -r ${folder}`,
    );
}

function ownIdentity(): Owner {
  return { pid: process.pid, startTicks: parseProcessStat(readFileSync('/proc/self/stat', 'utf8'))?.startTicks ?? 0 };
}

function readLedger(path: string): { readonly owner: Owner | null; readonly changes: MachineChange[] } {
  let lines: unknown[] = [];
  try {
    lines = readFileSync(path, 'utf8').split('\n').flatMap(parsed);
  } catch (error) {
    // Its lab has ended meanwhile.
    if (codeOf(error) !== 'ENOENT') throw error;
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
  if (kind === 'folder' || kind === 'file' || kind === 'swap') return [{ kind, path }];
  if (kind === 'setting' && 'before' in value && typeof value.before === 'string') return [{ kind, path, before: value.before }];
  return [];
}

/** A zombie, whose parent has not asked for its status, is not. */
function isAlive({ pid, startTicks }: Owner): boolean {
  return !hasEnded(asPid(pid), startTicks);
}
