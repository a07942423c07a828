// A recording → targets and kernel symbols that answer from it, and its samples: no root, JVM, kernel or ELF file needed.
// A question that was never asked is answered "cannot be known" and counted; only memory is also put together from other reads.

import { OperatorError } from '../../model/errors.ts';
import type { ArchitectureName } from '../../model/architecture.ts';
import type { RawSample } from '../../model/sample.ts';
import type { KernelSymbols, MappedLibrary, Mapping, NativeSymbol } from '../../model/target.ts';
import { asAddress, asElfAddress, asPid, type ElfAddress, type Pid } from '../../model/units.ts';
import type { OpenTarget } from '../open-target.ts';
import { AnswerQueues } from './answer-queues.ts';
import { DecodeError, fields, list, number, text, truth } from './decode.ts';
import { KERNEL_PID, QUESTIONS, questionKey, type Question } from './format.ts';
import { decodeUnwindRule } from './decode-unwind-rule.ts';
import { readRecording, type Recording } from './read-recording.ts';
import { RecordedMemory } from './recorded-memory.ts';

/** A recording being replayed. */
export interface Replay {
  /** Of its targets. */
  readonly architecture: ArchitectureName;
  /** Processes that were asked about. */
  readonly pids: readonly Pid[];
  /** The recording was ended as it should be. */
  readonly complete: boolean;
  readonly kernel: KernelSymbols;
  /** The recorded answers about a process; one that is not in the recording answers nothing. */
  target(pid: Pid): OpenTarget;
  /** The samples in order. Answers are those recorded with the sample that was given last: resolve each before the next. */
  samples(): Iterable<RawSample>;
  /** Questions so far that the recording has no answer to. */
  unanswered(): number;
}

/** Opens a recording. OperatorError when it is none, damaged or (unless `allowBrokenOff`) broken off. */
export function openReplay(path: string, options: { readonly allowBrokenOff?: boolean } = {}): Replay {
  return new RecordedAnswers(path, readRecording(path, options));
}

class RecordedAnswers implements Replay {
  readonly architecture: ArchitectureName;
  readonly pids: readonly Pid[];
  readonly complete: boolean;
  readonly kernel: KernelSymbols;
  readonly #path: string;
  readonly #recording: Recording;
  readonly #queues: AnswerQueues;
  readonly #memories = new Map<number, RecordedMemory>();
  #afterSamples = 0;
  #unanswered = 0;

  constructor(path: string, recording: Recording) {
    this.#path = path;
    this.#recording = recording;
    this.complete = recording.complete;
    this.architecture = recording.architecture;
    this.#queues = new AnswerQueues(recording.answers);
    const pids = new Set<number>();
    for (const { question, value, afterSamples } of recording.answers) {
      if (question.pid !== KERNEL_PID) pids.add(question.pid);
      if (question.method === 'read' && typeof value === 'string') {
        this.#memory(question.pid).add(Number(question.args[0]), Buffer.from(value, 'base64'), afterSamples);
      }
    }
    this.pids = [...pids].map(asPid);
    this.kernel = {
      symbolAt: (address) => this.#ask(KERNEL_PID, QUESTIONS.kernel(address), kernelSymbol, null),
    };
  }

  *samples(): Iterable<RawSample> {
    this.#afterSamples = 0;
    for (const sample of this.#recording.samples) {
      this.#afterSamples++;
      yield sample;
    }
  }

  unanswered(): number {
    return this.#unanswered;
  }

  target(pid: Pid): OpenTarget {
    return {
      pid,
      architecture: this.architecture,
      read: (address, into) => this.#read(pid, address, into),
      maps: () => {
        return this.#ask(
          pid,
          QUESTIONS.maps(),
          (ids) => list(ids).map((id) => decodeMapping(this.#recording.value(number(id)))),
          null,
        );
      },
      library: (mapping) => this.#ask(pid, QUESTIONS.library(mapping), decodeLibrary, null),
      symbolAt: (library, address) => this.#ask(pid, QUESTIONS.symbolAt(library, address), decodeSymbol, null),
      generatedCodeAt: (address) => this.#ask(pid, QUESTIONS.generatedCodeAt(address), decodeSymbol, null),
      unwindRule: (library, address) => this.#ask(pid, QUESTIONS.unwindRule(library, address), decodeUnwindRule, null),
      symbolNamed: (library, name) => this.#ask(pid, QUESTIONS.symbolNamed(library, name), elfAddress, null),
      tlsModuleSlot: (library) => this.#ask(pid, QUESTIONS.tlsModuleSlot(library), elfAddress, null),
      tlsDescriptorSlot: (library, offset) => this.#ask(pid, QUESTIONS.tlsDescriptorSlot(library, offset), elfAddress, null),
      threadComm: (tid) => this.#ask(pid, QUESTIONS.threadComm(tid), text, null),
      threadIdInside: (tid) => this.#threadIdInside(pid, tid),
      alive: () => this.#ask(pid, QUESTIONS.alive(), truth, false),
      close: () => undefined,
    };
  }

  /** Only what differs was recorded. */
  #threadIdInside(pid: Pid, tid: number): number | null {
    const answer = this.#queues.take(questionKey(pid, QUESTIONS.threadIdInside(tid)), this.#afterSamples);
    if (answer === null) return tid;
    return answer.value === null ? null : this.#decode(answer.value, number);
  }

  #read(pid: Pid, address: number, into: Uint8Array): boolean {
    const answer = this.#queues.take(questionKey(pid, QUESTIONS.read(address, into.length)), this.#afterSamples);
    if (answer === null) {
      const isKnown = this.#memory(pid).read(address, into, this.#afterSamples);
      if (!isKnown) this.#unanswered++;
      return isKnown;
    }
    into.fill(0);
    if (answer.value === null) return false;
    const bytes = Buffer.from(this.#decode(answer.value, text), 'base64');
    if (bytes.length !== into.length) throw this.#damaged('as many bytes as were asked for');
    into.set(bytes);
    return true;
  }

  #ask<Answer, Otherwise>(
    pid: number,
    question: Question,
    decode: (value: unknown) => Answer,
    otherwise: Otherwise,
  ): Answer | Otherwise {
    const answer = this.#queues.take(questionKey(pid, question), this.#afterSamples);
    if (answer === null) this.#unanswered++;
    return answer === null || answer.value === null ? otherwise : this.#decode(answer.value, decode);
  }

  #decode<Answer>(value: unknown, decode: (value: unknown) => Answer): Answer {
    try {
      return decode(value);
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause;
      throw this.#damaged(cause.message);
    }
  }

  #damaged(what: string): OperatorError {
    return new OperatorError('usage', `the recording ${this.#path} is damaged: ${what}`, 'copy it again, or record again');
  }

  #memory(pid: number): RecordedMemory {
    const known = this.#memories.get(pid) ?? new RecordedMemory();
    this.#memories.set(pid, known);
    return known;
  }
}

const elfAddress = (value: unknown): ElfAddress => asElfAddress(number(value));

function kernelSymbol(value: unknown): { readonly name: string; readonly library: string } {
  const symbol = fields(value);
  return { name: text(symbol['name']), library: text(symbol['library']) };
}

function decodeSymbol(value: unknown): NativeSymbol {
  const symbol = fields(value);
  return { name: text(symbol['name']), start: elfAddress(symbol['start']), sizeBytes: number(symbol['sizeBytes']) };
}

function decodeLibrary(value: unknown): MappedLibrary {
  const library = fields(value);
  return {
    key: text(library['key']),
    path: text(library['path']),
    buildId: text(library['buildId']),
    bias: number(library['bias']),
  };
}

function decodeMapping(value: unknown): Mapping {
  const mapping = fields(value);
  return {
    start: asAddress(number(mapping['start'])),
    end: asAddress(number(mapping['end'])),
    permissions: text(mapping['permissions']),
    fileOffsetBytes: number(mapping['fileOffsetBytes']),
    path: text(mapping['path']),
    deleted: truth(mapping['deleted']),
    fileId: text(mapping['fileId']),
  };
}
