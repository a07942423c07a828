// Targets and kernel symbols → the same, with every question and its answer written to a recording (format.ts) on the way.

import { createHash } from 'node:crypto';
import type { ArchitectureName } from '../../model/architecture.ts';
import type { RawSample } from '../../model/sample.ts';
import type { KernelSymbols } from '../../model/target.ts';
import { hostArchitecture } from '../host-architecture.ts';
import type { OpenTarget } from '../open-target.ts';
import { KERNEL_PID, QUESTIONS, RECORDING_FORMAT, RECORDING_VERSION, questionKey, type Question } from './format.ts';
import { GzipLines } from './gzip-lines.ts';
import { encodeSample } from './sample-codec.ts';

/** Values and questions remembered so as not to be written twice; then it begins anew, and the file only grows a little faster. */
const MAX_REMEMBERED = 500_000;
/** Longer values are remembered by their hash. */
const MAX_KEY_CHARS = 128;
/** What a crash may cost at most. */
const FLUSH_INTERVAL_MS = 1000;

/** A recording being written. */
export interface Recorder {
  /** The same target, recorded. Close it as you would the original. */
  target(reader: OpenTarget): OpenTarget;
  /** The same symbols, recorded. */
  kernel(symbols: KernelSymbols): KernelSymbols;
  /** Puts a sample into the recording: before it is resolved, so that the answers it needs follow it. */
  sample(raw: RawSample): void;
  /** Ends the recording. OperatorError when it could not be written whole. */
  close(): void;
}

/**
 * Creates a recording of targets of one architecture; an existing file of that name is replaced. OperatorError when it cannot be
 * created.
 */
export function createRecorder(path: string, architecture: ArchitectureName = hostArchitecture()): Recorder {
  const log = new RecordingLog(new GzipLines(path), architecture);
  return {
    target: (reader) => recordTarget(reader, log),
    kernel: (symbols) => ({
      symbolAt: (address) => log.answer(KERNEL_PID, QUESTIONS.kernel(address), symbols.symbolAt(address)),
    }),
    sample(raw) {
      log.sample(raw);
    },
    close() {
      log.close();
    },
  };
}

function recordTarget(reader: OpenTarget, log: RecordingLog): OpenTarget {
  const { pid, architecture } = reader;
  return {
    pid,
    architecture,
    read(address, into) {
      const isThere = reader.read(address, into);
      log.answer(pid, QUESTIONS.read(address, into.length), isThere ? Buffer.from(into).toString('base64') : null);
      return isThere;
    },
    maps() {
      const maps = reader.maps();
      log.answer(pid, QUESTIONS.maps(), maps && maps.map((mapping) => log.keep(mapping)));
      return maps;
    },
    library: (mapping) => log.answer(pid, QUESTIONS.library(mapping), reader.library(mapping)),
    symbolAt: (library, address) => log.answer(pid, QUESTIONS.symbolAt(library, address), reader.symbolAt(library, address)),
    generatedCodeAt: (address) => log.answer(pid, QUESTIONS.generatedCodeAt(address), reader.generatedCodeAt?.(address) ?? null),
    unwindRule: (library, address) =>
      log.answer(pid, QUESTIONS.unwindRule(library, address), reader.unwindRule(library, address)),
    symbolNamed: (library, name) => log.answer(pid, QUESTIONS.symbolNamed(library, name), reader.symbolNamed(library, name)),
    tlsModuleSlot: (library) => log.answer(pid, QUESTIONS.tlsModuleSlot(library), reader.tlsModuleSlot(library)),
    tlsDescriptorSlot: (library, offset) =>
      log.answer(pid, QUESTIONS.tlsDescriptorSlot(library, offset), reader.tlsDescriptorSlot(library, offset)),
    threadComm: (tid) => log.answer(pid, QUESTIONS.threadComm(tid), reader.threadComm(tid)),
    threadIdInside(tid) {
      const inside = reader.threadIdInside === undefined ? tid : reader.threadIdInside(tid);
      // Outside of containers it is the same number: not worth a line, nor known to recordings from before.
      return inside === tid ? tid : log.answer(pid, QUESTIONS.threadIdInside(tid), inside);
    },
    alive: () => log.answer(pid, QUESTIONS.alive(), reader.alive()),
    close() {
      reader.close();
    },
  };
}

/** Numbers values and questions, and writes lines. */
class RecordingLog {
  readonly #lines: GzipLines;
  readonly #values = new Map<string, number>();
  readonly #questions = new Map<string, number>();
  #nextValue = 0;
  #nextQuestion = 0;
  #samples = 0;
  #answers = 0;
  #flushedAtMs = performance.now();

  constructor(lines: GzipLines, architecture: ArchitectureName) {
    this.#lines = lines;
    // Said only where it is not what older recordings are of.
    this.#line({ format: RECORDING_FORMAT, version: RECORDING_VERSION, ...(architecture === 'x86-64' ? {} : { architecture }) });
  }

  answer<Answer>(pid: number, question: Question, answer: Answer): Answer {
    const id = remember(this.#questions, questionKey(pid, question), () => {
      this.#line(['?', this.#nextQuestion, pid, ...question]);
      return this.#nextQuestion++;
    });
    this.#line(['!', id, this.keep(answer)]);
    this.#answers++;
    this.#flushNowAndThen();
    return answer;
  }

  /** The id of a value, which is written if it is new. */
  keep(value: unknown): number {
    const json = JSON.stringify(value);
    const key = json.length <= MAX_KEY_CHARS ? json : createHash('sha256').update(json).digest('base64');
    return remember(this.#values, key, () => {
      this.#lines.add(`["=",${this.#nextValue},${json}]`);
      return this.#nextValue++;
    });
  }

  sample(raw: RawSample): void {
    this.#line(['s', encodeSample(raw, (text) => this.keep(text))]);
    this.#samples++;
    this.#flushNowAndThen();
  }

  close(): void {
    this.#line(['end', this.#samples, this.#answers]);
    this.#lines.close();
  }

  #line(content: unknown): void {
    this.#lines.add(JSON.stringify(content));
  }

  #flushNowAndThen(): void {
    const nowMs = performance.now();
    if (nowMs - this.#flushedAtMs < FLUSH_INTERVAL_MS) return;
    this.#flushedAtMs = nowMs;
    this.#lines.flush();
  }
}

function remember(known: Map<string, number>, key: string, create: () => number): number {
  const id = known.get(key);
  if (id !== undefined) return id;
  if (known.size >= MAX_REMEMBERED) known.clear();
  const fresh = create();
  known.set(key, fresh);
  return fresh;
}
