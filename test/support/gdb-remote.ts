// A client of QEMU's gdbstub for emulated programs (qemu-aarch64 -g SOCKET), as far as tests need it: stop a thread at a signal, read its
// registers, step it by an instruction, let it run. https://sourceware.org/gdb/current/onlinedocs/gdb.html/Remote-Protocol.html

import { connect, type Socket } from 'node:net';
import { AARCH64_REGISTERS, type Aarch64RegisterName, type Aarch64Registers } from '../../src/model/registers.ts';

/** Why it stopped: signals as gdb numbers them. */
export interface GdbStop {
  readonly signal: number;
  readonly tid: number;
}

/** cpsr has four bytes, the others eight. */
const STATE_BYTES = 4;

/**
 * SIGILL and SIGSEGV: traps that HotSpot sets for itself (the first stands at the entry of a method that may not be entered any more,
 * NativeJump::patch_verified_entry). Any thread meets them at any time; one that nobody passes on stops its thread, and the VM, for good.
 */
const OWN_TRAP = /^T(04|0b)/;

export class GdbRemote {
  readonly #socket: Socket;
  #buffer = '';
  readonly #packets: string[] = [];
  #waiting: ((packet: string) => void) | null = null;
  #failed: ((error: Error) => void) | null = null;
  /** Since a continue: signals that are HotSpot's own business are passed on at once. */
  #isRunning = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (data: string) => {
      this.#take(data);
    });
    socket.on('close', () => {
      this.#failed?.(new Error('the emulated program has ended'));
    });
    socket.on('error', () => undefined);
  }

  static open(path: string): Promise<GdbRemote> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new GdbRemote(socket));
      });
    });
  }

  /** Sends a command and takes its answer. */
  ask(command: string): Promise<string> {
    this.send(command);
    return this.answer();
  }

  send(command: string): void {
    const sum = Buffer.from(command, 'latin1').reduce((total, byte) => total + byte, 0) & 0xff;
    this.#socket.write(`$${command}#${sum.toString(16).padStart(2, '0')}`);
  }

  answer(): Promise<string> {
    const ready = this.#packets.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      [this.#waiting, this.#failed] = [resolve, reject];
    });
  }

  /** Lets all run; `signal`: what the stopped thread is given. */
  resume(signal = 0): void {
    this.#isRunning = true;
    this.send(signal === 0 ? 'c' : `C${signal.toString(16).padStart(2, '0')}`);
  }

  /** The next stop of any thread. */
  async stop(): Promise<GdbStop> {
    const packet = await this.answer();
    const match = /^T([0-9a-f]{2})thread:(?:p[0-9a-f]+\.)?([0-9a-f]+);/.exec(packet);
    if (match === null) throw new Error(`no stop: ${packet}`);
    this.#isRunning = false;
    return { signal: Number.parseInt(match[1] ?? '', 16), tid: Number.parseInt(match[2] ?? '', 16) };
  }

  async step(): Promise<GdbStop> {
    this.send('s');
    return this.stop();
  }

  /** Any thread stops before the instruction there, as long as it is set. */
  async breakpoint(address: number, isSet: boolean): Promise<void> {
    const answer = await this.ask(`${isSet ? 'Z' : 'z'}0,${address.toString(16)},4`);
    if (answer !== 'OK') throw new Error(`no breakpoint at ${address.toString(16)}: ${answer}`);
  }

  /** General registers of the stopped thread. */
  async registers(): Promise<Aarch64Registers> {
    const bytes = Buffer.from(await this.ask('g'), 'hex');
    const value = (index: number): number =>
      index === AARCH64_REGISTERS.length - 1
        ? bytes.readUIntLE(8 * index, STATE_BYTES)
        : Number(bytes.readBigUInt64LE(8 * index));
    return Object.fromEntries(AARCH64_REGISTERS.map((name, index) => [name, value(index)])) as Record<
      Aarch64RegisterName,
      number
    >;
  }

  /** A register by the number the stub gave it. */
  async register(number: number): Promise<number> {
    return Number(Buffer.from(await this.ask(`p${number.toString(16)}`), 'hex').readBigUInt64LE());
  }

  /** Number of a system register by its name. */
  async systemRegister(name: string): Promise<number> {
    let text = '';
    for (;;) {
      const part = await this.ask(`qXfer:features:read:system-registers.xml:${text.length.toString(16)},800`);
      text += part.slice(1);
      if (part.startsWith('l')) break;
    }
    const found = new RegExp(`name="${name}"[^>]*regnum="(\\d+)"`).exec(text)?.[1];
    if (found === undefined) throw new Error(`the stub has no ${name}`);
    return Number(found);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(data: string): void {
    this.#buffer += data;
    for (;;) {
      const start = this.#buffer.indexOf('$');
      const end = start < 0 ? -1 : this.#buffer.indexOf('#', start);
      if (end < 0 || this.#buffer.length < end + 3) return;
      const packet = this.#buffer.slice(start + 1, end);
      this.#buffer = this.#buffer.slice(end + 3);
      this.#socket.write('+');
      const trap = this.#isRunning ? OWN_TRAP.exec(packet) : null;
      if (trap !== null) {
        this.resume(Number.parseInt(trap[1] ?? '', 16));
        continue;
      }
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting === null) this.#packets.push(packet);
      else waiting(packet);
    }
  }
}
