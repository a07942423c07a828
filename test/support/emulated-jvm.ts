// A JVM of aarch64 run by QEMU's user-mode emulator, as a target that can be stopped at any instruction: its memory is the emulator's (guest
// addresses are the host's), its threads are the host's, its registers come from the emulator's gdbstub. What stands in for the capture
// program reads what that would read: registers, the stack up to the thread pointer, the anchor through the TLS descriptor.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type JvmThreadLocator, CONTROL_BLOCK_MODULE_ID } from '../../src/model/program.ts';
import type { Aarch64Registers } from '../../src/model/registers.ts';
import type { CapturedAnchor, RawSample, StackChunk } from '../../src/model/sample.ts';
import { asAddress, asPid, asTid, PAGE_BYTES } from '../../src/model/units.ts';
import { type OpenTarget, openTarget } from '../../src/target/open-target.ts';
import { GdbRemote, type GdbStop } from './gdb-remote.ts';

/** SIGUSR2, which HotSpot handles (so that the emulator does), as the kernel and as gdb number it. */
const [STOP_SIGNAL, GDB_STOP_SIGNAL] = [12, 31];
const GDB_TRAP = 5;
const MAX_STACK_BYTES = 1 << 20;
/** tgkill, which Node has no name for: lines of `pid tid signal`. */
const TGKILL = 'import ctypes,sys\nfor l in sys.stdin: ctypes.CDLL(None).syscall(234,*map(int,l.split()))';

export interface EmulatedJvmOptions {
  /** What `debian-programs jdk-arm64` printed. */
  readonly root: string;
  readonly javaArguments: readonly string[];
  /** The line on standard output that says that it is ready. */
  readonly ready: RegExp;
}

export class EmulatedJvm {
  readonly pid: number;
  readonly target: OpenTarget;
  readonly #child: ChildProcess;
  readonly #killer: ChildProcess;
  readonly #gdb: GdbRemote;
  readonly #folder: string;
  readonly #threadPointer: number;
  #isStopped = false;

  private constructor(child: ChildProcess, gdb: GdbRemote, folder: string, threadPointer: number) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.#gdb = gdb;
    this.#folder = folder;
    this.#threadPointer = threadPointer;
    this.#killer = spawn('python3', ['-c', TGKILL], { stdio: ['pipe', 'ignore', 'inherit'] });
    this.target = emulatedTarget(this.pid);
  }

  static async start({ root, javaArguments, ready }: EmulatedJvmOptions): Promise<EmulatedJvm> {
    const folder = mkdtempSync(join(tmpdir(), 'jtrace-arm-'));
    const socket = join(folder, 'gdb');
    const home = join(root, 'usr/lib/jvm', readdirSync(join(root, 'usr/lib/jvm')).find((name) => /^java-\d+-openjdk-arm64$/.test(name)) ?? ''); // prettier-ignore
    const child = spawn('qemu-aarch64', ['-g', socket, '-L', root, join(home, 'bin/java'), '-XX:UseSVE=0', ...javaArguments], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const gdb = await connected(socket, child);
    const threadPointer = await gdb.systemRegister('TPIDR_EL0');
    const jvm = new EmulatedJvm(child, gdb, folder, threadPointer);
    jvm.#isStopped = true;
    const lines = createInterface({ input: child.stdout });
    const isReady = new Promise<void>((resolve) => lines.on('line', (line) => ready.test(line) && resolve()));
    jvm.resume();
    await isReady;
    return jvm;
  }

  /** Thread ids by name. */
  threads(name: RegExp): number[] {
    const folder = `/proc/${this.pid}/task`;
    return readdirSync(folder).map(Number).filter((tid) => name.test(readFileSync(`${folder}/${tid}/comm`, 'utf8'))); // prettier-ignore
  }

  /** Stops a thread at a random instruction; only that one: the others go on. */
  async stop(tid: number): Promise<void> {
    if (!this.#isStopped) {
      this.#killer.stdin?.write(`${this.pid} ${tid} ${STOP_SIGNAL}\n`);
      const stop = await this.#gdb.stop();
      if (stop.signal !== GDB_STOP_SIGNAL || stop.tid !== tid)
        throw new Error(`thread ${stop.tid} stopped by signal ${stop.signal}`);
    }
    this.#isStopped = true;
  }

  /** Stops a thread where it comes by next; another that does is let go on. */
  async runTo(tid: number, address: number): Promise<void> {
    if (!this.#isStopped) await this.stop(tid);
    await this.#gdb.breakpoint(address, true);
    for (;;) {
      this.#gdb.resume();
      const stop = await this.#gdb.stop();
      if (stop.signal !== GDB_TRAP) throw new Error(`thread ${stop.tid} stopped by signal ${stop.signal}`);
      if (stop.tid === tid) break;
    }
    await this.#gdb.breakpoint(address, false);
  }

  /** One instruction of the stopped thread; false: a signal came instead, and was passed on. */
  async step(): Promise<boolean> {
    const stop: GdbStop = await this.#gdb.step();
    if (stop.signal === GDB_TRAP) return true;
    this.#gdb.resume(stop.signal);
    this.#isStopped = false;
    return false;
  }

  resume(): void {
    if (this.#isStopped) this.#gdb.resume();
    this.#isStopped = false;
  }

  registers(): Promise<Aarch64Registers> {
    return this.#gdb.registers();
  }

  /** What the capture program would print of the stopped thread. */
  async sample(tid: number, locator: JvmThreadLocator | null): Promise<RawSample> {
    const registers = await this.#gdb.registers();
    const threadPointer = await this.#gdb.register(this.#threadPointer);
    const end = Math.min(threadPointer, registers.sp + MAX_STACK_BYTES);
    const chunks: StackChunk[] = [];
    const unreadable: number[] = [];
    for (let at = registers.sp - (registers.sp % 16); at < end;) {
      const size = Math.min(PAGE_BYTES - (at % PAGE_BYTES), Math.ceil((end - at) / 8) * 8);
      const bytes = new Uint8Array(size);
      if (!this.target.read(at, bytes)) unreadable.push(at - (at % PAGE_BYTES));
      chunks.push({ address: asAddress(at), bytes });
      at += size;
    }
    return {
      timeNs: Math.round(performance.now() * 1e6),
      cpu: 0,
      pid: asPid(this.pid),
      tid: asTid(tid),
      ticks: 1,
      mode: 'user',
      registers: { ...registers, x30: Number(BigInt(registers.x30) & 0xffff_ffff_ffffn) },
      anchor: locator === null ? null : this.#anchor(locator, threadPointer),
      stack: { chunks, unreadablePages: unreadable.map(asAddress), end: asAddress(end), cut: false, lostChunks: 0 },
      kernelStack: [],
      comm: this.target.threadComm(asTid(tid)) ?? '',
    };
  }

  #anchor(locator: JvmThreadLocator, threadPointer: number): CapturedAnchor {
    let thread = 0;
    if (locator.tlsModuleId === CONTROL_BLOCK_MODULE_ID) thread = this.#word(threadPointer + locator.tlsOffsetBytes);
    else {
      const block = this.#word(this.#word(threadPointer) + 16 * locator.tlsModuleId);
      if (block !== 0 && block < 2 ** 48) thread = this.#word(block + locator.tlsOffsetBytes);
    }
    const word = (offset: number) => asAddress(thread === 0 ? 0 : this.#word(thread + offset));
    return {
      thread: asAddress(thread),
      lastJavaSp: word(locator.lastJavaSpOffsetBytes),
      lastJavaPc: word(locator.lastJavaPcOffsetBytes),
      lastJavaFp: word(locator.lastJavaFpOffsetBytes),
    };
  }

  #word(address: number): number {
    const bytes = Buffer.alloc(8);
    return this.target.read(address, bytes) ? Number(bytes.readBigUInt64LE()) : 0;
  }

  async end(): Promise<void> {
    this.#killer.kill();
    this.#gdb.close();
    this.target.close();
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The emulator's gdbstub, once it listens: the socket's file is there before. */
async function connected(socket: string, child: ChildProcess): Promise<GdbRemote> {
  for (;;) {
    if (existsSync(socket)) {
      try {
        return await GdbRemote.open(socket);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')) throw error;
      }
    }
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the emulator ended before it listened');
    await pause(20);
  }
}

/** The emulator maps the program's code to be read: only it executes. What a file's first mapping holds is code in every arm64 library of Debian. */
function emulatedTarget(pid: number): OpenTarget {
  const target = openTarget(asPid(pid));
  return {
    ...target,
    architecture: 'aarch64',
    maps: () =>
      target.maps()?.map((mapping) => {
        const isCode = mapping.fileOffsetBytes === 0 && mapping.path.startsWith('/') && mapping.permissions.startsWith('r-');
        return isCode ? { ...mapping, permissions: 'r-xp' } : mapping;
      }) ?? null,
  };
}
