// A pid → descriptors that stay with that one process image: its /proc folder, its memory, its maps. The kernel ties each to the
// process (struct pid) or address space (mm) they were opened on, so nothing read through them is ever of a process that got the
// same number later, nor of a program the process has since been replaced by (execve): such reads end. That is stronger than to
// compare start times, which leaves a gap between the comparison and the read.

import { closeSync, constants, openSync, readSync } from 'node:fs';
import { OperatorError } from '../model/errors.ts';
import type { Mapping } from '../model/target.ts';
import { USER_ADDRESS_END, type Pid, type Tid } from '../model/units.ts';
import { MAX_MAPS_BYTES, parseMaps } from './maps.ts';
import { MAX_STATUS_BYTES, namespaceIds } from './processes/namespace-ids.ts';

/** O_PATH of asm-generic/fcntl.h; node:fs has no name for it. */
const O_PATH = 0o1000_0000;
/** A program that replaces itself without end is not worth more. */
const MAX_OPEN_ATTEMPTS = 3;
/** The kernel hands out maps in pieces of a page or a little more. */
const MAPS_CHUNK_BYTES = 64 * 1024;
/** TASK_COMM_LEN is 16; kernel threads show up to 64. */
const MAX_COMM_BYTES = 256;

/** Descriptors of one process; -1 where there is none. */
export class ProcessHandle {
  readonly pid: Pid;
  #directory = -1;
  #memory = -1;
  #maps = -1;
  #isNested: boolean | null = null;

  /** Never throws for a process that is gone (its handle answers nothing); OperatorError when its memory is forbidden to us. */
  constructor(pid: Pid) {
    this.pid = pid;
    // An exec between two opens gives memory of the old program and maps of the new one: then once more.
    for (let attempt = 0; attempt < MAX_OPEN_ATTEMPTS; attempt++) {
      this.close();
      this.#open();
      if (this.#memory < 0 || this.#hasMemory()) return;
    }
  }

  #open(): void {
    try {
      this.#directory = openSync(`/proc/${this.pid}`, O_PATH | constants.O_DIRECTORY);
      this.#memory = openSync(this.procPath('mem'), constants.O_RDONLY);
      this.#maps = openSync(this.procPath('maps'), constants.O_RDONLY);
    } catch (cause) {
      this.close();
      if (isForbidden(cause)) {
        const hint =
          'CAP_SYS_PTRACE is needed, and CAP_DAC_READ_SEARCH for processes of other users; AppArmor or SELinux may forbid it, too (docs/containers.md)';
        throw new OperatorError('environment', `cannot read the memory of process ${this.pid}: not permitted`, hint, { cause });
      }
    }
  }

  /** Whether the address space still exists: then a read of what is not mapped is an error, else it is an end of file. */
  #hasMemory(): boolean {
    try {
      return readSync(this.#memory, Buffer.allocUnsafe(1), 0, 1, 0) !== 0;
    } catch {
      return true;
    }
  }

  /** A file of the process's /proc folder, as a path to be used at once. */
  procPath(name: string): string {
    return `/proc/self/fd/${this.#directory}/${name}`;
  }

  /** All of `into` or nothing: where a byte is missing `into` is zeroed and false returned. */
  read(address: number, into: Uint8Array): boolean {
    if (into.length === 0) return true;
    if (Number.isInteger(address) && address >= 0 && address + into.length <= USER_ADDRESS_END && this.#memory >= 0) {
      try {
        if (readSync(this.#memory, into, 0, into.length, address) === into.length) return true;
      } catch {
        // EIO: not mapped. (An address space that has ended gives 0 bytes, one mapped in part gives that part.)
      }
    }
    into.fill(0);
    return false;
  }

  /** Mappings as they are now; null when the process image has ended. */
  maps(): readonly Mapping[] | null {
    const text = this.#mapsText();
    return text === null ? null : parseMaps(text);
  }

  #mapsText(): string | null {
    if (this.#maps < 0) return null;
    const pieces: Buffer[] = [];
    let total = 0;
    try {
      while (total < MAX_MAPS_BYTES) {
        const piece = Buffer.allocUnsafe(MAPS_CHUNK_BYTES);
        const got = readSync(this.#maps, piece, 0, piece.length, total);
        if (got === 0) break;
        pieces.push(piece.subarray(0, got));
        total += got;
      }
    } catch {
      return null;
    }
    return total === 0 ? null : Buffer.concat(pieces, total).toString('utf8');
  }

  threadComm(tid: Tid): string | null {
    const text = this.#threadFile(tid, 'comm', MAX_COMM_BYTES);
    return text?.endsWith('\n') === true ? text.slice(0, -1) : text;
  }

  /** The thread's number in the process's own pid namespace; null when the thread is gone. */
  threadIdInside(tid: Tid): number | null {
    // A process stays in its namespace, and its threads are in the same (pid_namespaces(7)): mostly ours.
    this.#isNested ??= this.#namespaceDepth() > 1;
    if (!this.#isNested) return tid;
    const status = this.#threadFile(tid, 'status', MAX_STATUS_BYTES);
    return status === null ? null : (namespaceIds(status).at(-1) ?? tid);
  }

  #namespaceDepth(): number {
    return namespaceIds(this.#threadFile(this.pid, 'status', MAX_STATUS_BYTES) ?? '').length;
  }

  #threadFile(tid: number, name: 'comm' | 'status', limitBytes: number): string | null {
    if (this.#directory < 0 || !Number.isInteger(tid)) return null;
    let fd = -1;
    try {
      fd = openSync(this.procPath(`task/${tid}/${name}`), constants.O_RDONLY);
      const bytes = Buffer.allocUnsafe(limitBytes);
      return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0));
    } catch {
      return null;
    } finally {
      if (fd >= 0) closeSync(fd);
    }
  }

  /**
   * Whether the process image this was opened on still runs. Both address spaces are asked: exec_mmap of fs/exec.c installs the new
   * one a moment before it ends the old, so in that moment maps can be opened of the new and memory of the old.
   */
  alive(): boolean {
    if (this.#maps < 0 || !this.#hasMemory()) return false;
    try {
      return readSync(this.#maps, Buffer.allocUnsafe(1), 0, 1, 0) === 1;
    } catch {
      return false;
    }
  }

  close(): void {
    for (const fd of [this.#maps, this.#memory, this.#directory]) if (fd >= 0) closeSync(fd);
    this.#maps = this.#memory = this.#directory = -1;
  }
}

function isForbidden(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'EACCES' || cause.code === 'EPERM');
}
