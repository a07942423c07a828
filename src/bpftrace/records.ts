// Lines of the capture program (templates/stack-bytes.bt) → typed records. Stateless but for the block of a kernel stack, whose
// lines come from one event and so are contiguous. Bytes are parsed where they lie; anything that is no record is given to `other`.

import { AARCH64_REGISTERS, type Aarch64RegisterName, type Registers } from '../model/registers.ts';
import type { ThreadDoing, Waker } from '../model/sample.ts';
import { LABEL_KINDS } from '../model/sample-labels.ts';
import { asPid, asTid, WORD_BYTES } from '../model/units.ts';
import { DecimalReader } from './decimal-reader.ts';
import { hexText } from './hex-text.ts';
import type { RecordSink, WeightExtras } from './record-sink.ts';

/** The largest chunk any dialect prints: a page. */
const MAX_CHUNK_BYTES = 4096;
/** Kernel stacks end at 127 frames (src/program/stack-bytes.ts); a longer block is damage. */
const MAX_KERNEL_FRAMES = 128;
/** comm is 16 bytes with its terminator. */
const MAX_COMM_BYTES = 16;
/** What one record has of a label: BPFTRACE_STRLEN of 0.17. */
const MAX_LABEL_BYTES = 64;
/** Of a line that is no record. */
const MAX_OTHER_CHARS = 2000;

const NOTHING_ELSE: WeightExtras = {};
/** By their numbers in templates/event-wall.bt. */
const DOINGS: Readonly<Record<number, { readonly doing: ThreadDoing }>> = {
  0: { doing: 'running' },
  1: { doing: 'blocked' },
  2: { doing: 'preempted' },
};
/** By their numbers in templates/event-offcpu.bt. */
const WAKER_KINDS: Readonly<Record<number, Waker['kind']>> = { 1: 'thread', 2: 'interrupt', 3: 'kernel-thread' };

/** The privilege bits of cs in user mode. */
const USER_MODE = 3;
/** In the place that says whether there are registers: a thread of the kernel. */
const KERNEL_THREAD = 2;

const CODE = (char: string): number => char.charCodeAt(0);
const BLANK = 0x20;
const OPEN = CODE('(');
const COMMA = CODE(',');

export class RecordParser {
  readonly #sink: RecordSink;
  readonly #reader = new DecimalReader();
  readonly #chunk = new Uint8Array(MAX_CHUNK_BYTES);
  #kernelKey: number | null = null;
  #kernelStack: bigint[] = [];

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  line(buffer: Uint8Array, start: number, end: number): void {
    if (end <= start) return;
    const first = buffer[start] ?? 0;
    if (this.#kernelKey !== null && this.#kernelLine(buffer, start, end)) return;
    const reader = this.#reader;
    reader.reset(buffer, start + 1, end);
    if (!this.#record(first, reader, buffer, end)) this.#other(buffer, start, end);
  }

  #record(first: number, reader: DecimalReader, buffer: Uint8Array, end: number): boolean {
    const sink = this.#sink;
    switch (first) {
      case OPEN:
        return this.#stackChunk(reader);
      case CODE('S'):
        return this.#head(reader, buffer, end);
      case CODE('G'):
        return this.#registers(reader);
      case CODE('U'):
        return this.#aarch64Registers(reader);
      case CODE('A'): {
        const [key, thread, sp, pc, fp] = [reader.field(), reader.field(), reader.field(), reader.field(), reader.field()];
        if (!reader.complete()) return false;
        sink.anchor(key, thread, sp, pc, fp);
        return true;
      }
      case CODE('K'): {
        const key = reader.field();
        if (!reader.complete()) return false;
        this.#kernelKey = key;
        this.#kernelStack = [];
        return true;
      }
      case CODE('E'): {
        const [key, tid, count] = [reader.field(), reader.field(), reader.field()];
        const stackStart = reader.done ? 0 : reader.field();
        if (!reader.complete()) return false;
        sink.tail(key, tid, count, stackStart);
        return true;
      }
      case CODE('W'): {
        const [key, tid, amount] = [reader.field(), reader.field(), reader.field()];
        if (!reader.complete()) return false;
        sink.weight(key, tid, amount, NOTHING_ELSE);
        return true;
      }
      case CODE('D'): {
        const [key, tid, amount, doing] = [reader.field(), reader.field(), reader.field(), DOINGS[reader.field()]];
        if (!reader.complete() || doing === undefined) return false;
        sink.weight(key, tid, amount, doing);
        return true;
      }
      case CODE('T'): {
        const [key, tid, amount] = [reader.field(), reader.field(), reader.field()];
        const also = wakerOf(reader, buffer, end);
        if (also === null) return false;
        sink.weight(key, tid, amount, also);
        return true;
      }
      case CODE('V'): {
        const [key, tid, amount, number] = [reader.field(), reader.field(), reader.field(), reader.field()];
        const kind = LABEL_KINDS[number];
        if (!reader.complete() || kind === undefined) return false;
        sink.share(key, tid, amount, kind);
        return true;
      }
      case CODE('N'): {
        const [key, tid, number] = [reader.field(), reader.field(), reader.field()];
        const kind = LABEL_KINDS[number];
        if (!reader.ok || kind === undefined) return false;
        // Its bytes, since a piece may end within a character.
        const text = reader.done ? '' : hexText(buffer, reader.position + 1, end, MAX_LABEL_BYTES, 'latin1');
        if (text === null) return false;
        sink.label(key, tid, kind, text);
        return true;
      }
      case CODE('F'): {
        const [parent, child] = [reader.field(), reader.field()];
        if (!reader.complete()) return false;
        sink.fork(parent, child);
        return true;
      }
      case CODE('X'):
        return one(reader, (pid) => sink.exec(pid));
      case CODE('Z'):
        return one(reader, (pid) => sink.exit(pid));
      case CODE('L'):
        return one(reader, (tid) => sink.unnoted(tid));
      case CODE('J'):
        return one(reader, (pid) => sink.jvmFed(pid));
      case CODE('H'):
        return one(reader, (timeNs) => sink.heartbeat(timeNs));
      case CODE('B'): {
        const [every, skippedTicks] = [reader.field(), reader.field()];
        if (!reader.complete() || every < 1) return false;
        sink.budget(every, skippedTicks);
        return true;
      }
      case CODE('R'):
        if (!reader.done) return false;
        sink.ready();
        return true;
      default:
        return false;
    }
  }

  #head(reader: DecimalReader, buffer: Uint8Array, end: number): boolean {
    const key = reader.field();
    const timeNs = reader.field();
    const cpu = reader.field();
    const pid = reader.field();
    const tid = reader.field();
    const mode = reader.field();
    const have = reader.field();
    const copyStart = reader.field();
    const stackEnd = reader.field();
    const copyEnd = reader.field();
    const known = reader.field();
    const ticks = reader.field();
    if (!reader.ok || ticks < 1 || reader.peek() !== BLANK) return false;
    const comm = hexText(buffer, reader.position + 1, end, MAX_COMM_BYTES);
    if (comm === null) return false;
    this.#sink.head({
      key, timeNs, cpu, pid, tid, mode: have === KERNEL_THREAD ? 'kernel-thread' : mode === USER_MODE ? 'user' : 'kernel', hasRegisters: have === 1, copyStart, stackEnd, copyEnd, hasAnchor: known === 1, ticks, comm,
    }); // prettier-ignore
    return true;
  }

  #registers(reader: DecimalReader): boolean {
    const key = reader.field();
    // In the order of X86_64_REGISTERS; a literal, because objects filled name by name are slow to make and to read.
    const registers: Registers = {
      r15: reader.field(), r14: reader.field(), r13: reader.field(), r12: reader.field(), rbp: reader.field(), rbx: reader.field(),
      r11: reader.field(), r10: reader.field(), r9: reader.field(), r8: reader.field(), rax: reader.field(), rcx: reader.field(),
      rdx: reader.field(), rsi: reader.field(), rdi: reader.field(), rip: reader.field(), cs: reader.field(), rsp: reader.field(),
    }; // prettier-ignore
    if (!reader.complete()) return false;
    this.#sink.registers(key, registers);
    return true;
  }

  #aarch64Registers(reader: DecimalReader): boolean {
    const key = reader.field();
    const registers = Object.fromEntries(AARCH64_REGISTERS.map((name) => [name, reader.field()])) as Record<
      Aarch64RegisterName,
      number
    >;
    if (!reader.complete()) return false;
    this.#sink.registers(key, registers);
    return true;
  }

  /** `(key, address, [word,word,…])` */
  #stackChunk(reader: DecimalReader): boolean {
    const key = reader.number();
    reader.expect(COMMA);
    const address = reader.field();
    reader.expect(COMMA);
    reader.expect(BLANK);
    reader.expect(CODE('['));
    const chunk = this.#chunk;
    let length = 0;
    for (;;) {
      if (length === MAX_CHUNK_BYTES) return false;
      reader.word();
      const { low, high } = reader;
      chunk[length] = low;
      chunk[length + 1] = low >>> 8;
      chunk[length + 2] = low >>> 16;
      chunk[length + 3] = low >>> 24;
      chunk[length + 4] = high;
      chunk[length + 5] = high >>> 8;
      chunk[length + 6] = high >>> 16;
      chunk[length + 7] = high >>> 24;
      length += WORD_BYTES;
      if (reader.peek() !== COMMA) break;
      reader.position++;
    }
    reader.expect(CODE(']'));
    reader.expect(CODE(')'));
    if (!reader.complete()) return false;
    this.#sink.chunk(key, address, chunk.subarray(0, length));
    return true;
  }

  /** A line inside a kernel stack's block: blanks, up to 16 hex digits, and on 0.17 a blank and a symbol. */
  #kernelLine(buffer: Uint8Array, start: number, end: number): boolean {
    const key = this.#kernelKey;
    if (key === null) return false;
    if (buffer[start] === CODE('k')) {
      const reader = this.#reader;
      reader.reset(buffer, start + 1, end);
      const endKey = reader.field();
      this.#kernelKey = null;
      if (!reader.complete() || endKey !== key) return false;
      this.#sink.kernelStack(key, this.#kernelStack);
      return true;
    }
    const text = Buffer.from(buffer.buffer, buffer.byteOffset + start, Math.min(end - start, 64)).toString('latin1');
    const address = /^\s*([0-9a-f]{1,16})(?:\s|$)/.exec(text)?.[1];
    if (address === undefined || this.#kernelStack.length >= MAX_KERNEL_FRAMES) {
      this.#kernelKey = null;
      return false;
    }
    this.#kernelStack.push(BigInt(`0x${address}`));
    return true;
  }

  #other(buffer: Uint8Array, start: number, end: number): void {
    const length = Math.min(end - start, MAX_OTHER_CHARS);
    this.#sink.other(Buffer.from(buffer.buffer, buffer.byteOffset + start, length).toString('utf8'));
  }
}

/** How, pid, tid, whether comm is still that thread's, and comm; null: damage. */
function wakerOf(reader: DecimalReader, buffer: Uint8Array, end: number): WeightExtras | null {
  const [kind, pid, tid, isSame] = [WAKER_KINDS[reader.field()], asPid(reader.field()), asTid(reader.field()), reader.field()];
  if (!reader.ok || reader.peek() !== BLANK) return null;
  const comm = hexText(buffer, reader.position + 1, end, MAX_COMM_BYTES);
  if (comm === null) return null;
  if (kind === undefined) return NOTHING_ELSE;
  return { waker: kind === 'interrupt' ? { kind } : { kind, pid, tid, comm: isSame === 1 ? comm : '' } };
}

function one(reader: DecimalReader, tell: (value: number) => void): boolean {
  const value = reader.field();
  if (!reader.complete()) return false;
  tell(value);
  return true;
}
