// Writes a profile's outputs. Files are written whole beside their name and then renamed over it, now and then while sampling and
// once at the end: an error, a full disk or a kill leaves the last whole file. Pipes, devices and standard output get one write at
// the end. What a killed run left beside its output, the next run to the same output removes.

import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileSync } from 'tmp';
import { codeOf, fileProblem } from '../model/file-problems.ts';
import type { WrittenFile } from '../model/summary.ts';

/** Text gathered before it is written: few system calls without holding a large profile twice. */
const WRITE_BYTES = 1 << 16;
const TEMPORARY = /^\.(?<name>.+)\.jtrace-(?<pid>\d+)(?:-\w+)?$/;
const STDOUT_FD = 1;
/** NAME_MAX (255 bytes) less what a temporary name adds: 2 dots, `jtrace`, 2 dashes, a pid of 7 digits, 6 of tmp's letters. */
const MAX_NAME_BYTES = 255 - 23;
/** How long a FIFO may be without a reader when the run is over: time to start one by hand, no hang of a script. */
const READER_WAIT_MS = 10_000;
/** Pause before a FIFO that has no reader, or is full, is tried again. */
const RETRY_MS = 20;

export interface Output {
  readonly path: string;
  readonly format: string;
  /** The output in pieces, made anew at each call. */
  readonly render: () => Iterable<string | Uint8Array>;
}

/** Writes a file or standard output now. Never throws: what went wrong is in the result. */
export function writeOutput(output: Output): WrittenFile {
  const { path, format } = output;
  const done = (bytes: number, problem: string | null): WrittenFile => ({ path, format, bytes, problem });
  let bytes = 0;
  try {
    if (path === '-') return done((bytes = writeTo(STDOUT_FD, output.render())), null);
    return done((bytes = replace(realPath(path), output)), null);
  } catch (error) {
    return done(bytes, fileProblem(error));
  }
}

/** Writes an output at the end of a run. Pipes, FIFOs and devices are waited for without holding up signals. Never throws. */
export async function finishOutput(output: Output, readerWaitMs: number = READER_WAIT_MS): Promise<WrittenFile> {
  const { path, format } = output;
  const stdoutPipe = path === '-' ? openStdoutPipe() : null;
  if ((path === '-' && stdoutPipe === null) || isReplaceable(path)) return writeOutput(output);
  let bytes = 0;
  try {
    const fd = stdoutPipe ?? (await openStream(path, readerWaitMs));
    try {
      for (const buffer of buffers(output.render())) {
        for (let at = 0; at < buffer.length;) at += writeSome(fd, buffer, at) ?? (await sleep(RETRY_MS, 0));
        bytes += buffer.length;
      }
    } finally {
      closeSync(fd);
    }
    return { path, format, bytes, problem: null };
  } catch (error) {
    return { path, format, bytes, problem: fileProblem(error) };
  }
}

/** Standard output, when it is a pipe, opened once more: not to block on it must not change it for those who share it. */
function openStdoutPipe(): number | null {
  try {
    if (!fstatSync(STDOUT_FD).isFIFO()) return null;
    return openSync(`/proc/self/fd/${String(STDOUT_FD)}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return null; // closed, or another user's: written as it is
  }
}

/** Never creates or empties anything: what stands there may have changed since it was looked at. */
async function openStream(path: string, readerWaitMs: number): Promise<number> {
  const endMs = performance.now() + readerWaitMs;
  for (;;) {
    try {
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
      const stat = fstatSync(fd);
      if (stat.isFIFO() || stat.isCharacterDevice()) return fd;
      closeSync(fd);
      throw new Error('neither a FIFO nor a character device any more');
    } catch (error) {
      // A FIFO that nobody has opened for reading.
      if (codeOf(error) !== 'ENXIO' || performance.now() >= endMs) throw error;
      await sleep(RETRY_MS);
    }
  }
}

/** Whether an output can be written again and again: a regular file, or none yet. */
export function isReplaceable(path: string): boolean {
  if (path === '-') return false;
  try {
    return statSync(path).isFile();
  } catch {
    return true;
  }
}

/** Removes what runs that were killed while writing `path` left beside it. */
export function sweepLeftovers(output: string): void {
  if (!isReplaceable(output)) return;
  try {
    const path = realPath(output);
    for (const name of readdirSync(dirname(path))) {
      const match = TEMPORARY.exec(name)?.groups;
      if (match?.['name'] !== shortName(path) || isRunning(Number(match['pid']))) continue;
      unlinkSync(join(dirname(path), name));
    }
  } catch {
    // A folder that cannot be read keeps its leftovers; writing will tell what is wrong with it.
  }
}

/** Through links to the file that is meant; as it is when there is none yet. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** A file's name for a temporary one: cut between characters so that it is not too long, without `..`, which tmp takes for a folder. */
function shortName(path: string): string {
  let [name, bytes] = ['', 0];
  for (const character of basename(path)) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_NAME_BYTES) break;
    name += character;
  }
  // A dot stands before it, and one behind.
  return name.replace(/^\.|\.(?=\.|$)/g, '_');
}

function replace(path: string, output: Output): number {
  const file = openReplacement(path);
  try {
    const bytes = writeTo(file.fd, output.render());
    file.place();
    return bytes;
  } finally {
    file.close();
  }
}

/** A file that is written beside its name, with the owner and mode of what stands there, and takes its place when it is told to. */
export interface Replacement {
  readonly fd: number;
  /** Gives it its name; it may be written to until it is closed. */
  place(): void;
  /** Closes it; one that was not placed is gone. */
  close(): void;
}

/** `path` is the file's own name, not a link's. */
export function openReplacement(path: string): Replacement {
  const old = statOf(path);
  // Made anew and never through a link that somebody else put there (O_EXCL); removed also when jtrace exits while it writes.
  const temporary = fileSync({
    tmpdir: dirname(path),
    template: `.${shortName(path)}.jtrace-${String(process.pid)}-XXXXXX`,
    mode: old === null ? 0o666 : old.mode & 0o777,
  });
  try {
    if (old !== null) keepOwner(temporary.fd, old);
  } catch (error) {
    temporary.removeCallback();
    throw error;
  }
  return {
    fd: temporary.fd,
    place: () => {
      renameSync(temporary.name, path);
    },
    close: () => {
      temporary.removeCallback();
    },
  };
}

function keepOwner(fd: number, old: Stats): void {
  try {
    fchownSync(fd, old.uid, old.gid);
  } catch (error) {
    // Some file systems (and users) cannot give files away; the profile counts more.
    if (codeOf(error) !== 'EPERM') throw error;
  }
  fchmodSync(fd, old.mode & 0o777);
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function writeTo(fd: number, pieces: Iterable<string | Uint8Array>): number {
  let bytes = 0;
  for (const buffer of buffers(pieces)) {
    for (let at = 0; at < buffer.length;) at += writeSome(fd, buffer, at) ?? pause();
    bytes += buffer.length;
  }
  return bytes;
}

function* buffers(pieces: Iterable<string | Uint8Array>): Iterable<Buffer> {
  let [pending, pendingBytes] = [[] as string[], 0];
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      pending.push(piece);
      pendingBytes += piece.length;
      if (pendingBytes < WRITE_BYTES) continue;
    }
    yield Buffer.from(pending.join(''));
    [pending, pendingBytes] = [[], 0];
    if (typeof piece !== 'string') yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  }
  yield Buffer.from(pending.join(''));
}

/** Writes once; null: the pipe is full (EAGAIN: it is non-blocking, maybe made so by its other end). */
function writeSome(fd: number, buffer: Buffer, at: number): number | null {
  try {
    return writeSync(fd, buffer, at);
  } catch (error) {
    if (codeOf(error) !== 'EAGAIN') throw error;
    return null;
  }
}

/** Standard output is written in one go, also where nothing can be awaited. */
function pause(): 0 {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
  return 0;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
