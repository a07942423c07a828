// A recording file → its events in order, checked: ids that were defined, lines of known shape, the version this reader knows.
// The file may come from anyone: what does not fit ends in one line for the operator, never in a crash.

import { OperatorError } from '../../model/errors.ts';
import type { ArchitectureName } from '../../model/architecture.ts';
import type { RawSample } from '../../model/sample.ts';
import { DecodeError, fields, list, number, text } from './decode.ts';
import { RECORDING_FORMAT, RECORDING_VERSION } from './format.ts';
import { readGzipLines } from './gzip-lines.ts';
import { decodeSample } from './sample-codec.ts';

/** A question as recorded; `key` as questionKey makes it. */
export interface RecordedQuestion {
  readonly key: string;
  readonly pid: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** One answer: to which question, between which samples (0: before the first), in which words. */
export interface RecordedAnswer {
  readonly question: RecordedQuestion;
  readonly afterSamples: number;
  readonly value: unknown;
}

export interface Recording {
  /** Of the targets in it. */
  readonly architecture: ArchitectureName;
  readonly samples: readonly RawSample[];
  readonly answers: readonly RecordedAnswer[];
  /** A value by its id: maps refer to their mappings. */
  value(id: number): unknown;
  /** The recording was ended as it should be; false: it broke off, and this is what is there. */
  readonly complete: boolean;
}

/**
 * Reads a recording. OperatorError when it is none, damaged, of another version, or broken off; `allowBrokenOff` accepts the last
 * (what a killed run leaves behind).
 */
export function readRecording(path: string, options: { readonly allowBrokenOff?: boolean } = {}): Recording {
  const { lines, whole } = readGzipLines(path);
  const reader = new EventReader();
  let architecture: ArchitectureName;
  let at = 0;
  try {
    architecture = readHeader(path, parse(lines[0] ?? 'null'));
    for (at = 1; at < lines.length; at++) reader.take(list(parse(lines[at] ?? 'null')));
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    const hint = 'copy it again from where it was recorded, or record again';
    throw new OperatorError('usage', `the recording ${path} is damaged at line ${at + 1}: ${cause.message}`, hint, { cause });
  }
  const complete = whole && reader.ended;
  if (!complete && options.allowBrokenOff !== true) {
    const found = `${reader.samples.length} samples are there, its end is not`;
    throw new OperatorError(
      'usage',
      `the recording ${path} breaks off: ${found}`,
      'copy it again from where it was recorded, or record again',
    );
  }
  return { architecture, samples: reader.samples, answers: reader.answers, value: (id) => reader.value(id), complete };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    throw new DecodeError('a line of JSON');
  }
}

function readHeader(path: string, header: unknown): ArchitectureName {
  const { format, version, architecture = 'x86-64' } = fields(header);
  if (format !== RECORDING_FORMAT) throw new DecodeError('the first line of a jtrace recording');
  if (version === RECORDING_VERSION) {
    if (architecture !== 'x86-64' && architecture !== 'aarch64') throw new DecodeError('a known architecture');
    return architecture;
  }
  const message = `the recording ${path} has version ${String(version)} of the format; this jtrace reads ${RECORDING_VERSION}`;
  throw new OperatorError('usage', message, 'replay it with the jtrace that recorded it');
}

class EventReader {
  readonly samples: RawSample[] = [];
  readonly answers: RecordedAnswer[] = [];
  ended = false;
  readonly #values: unknown[] = [];
  readonly #questions: RecordedQuestion[] = [];

  take(line: readonly unknown[]): void {
    const [kind, ...rest] = line;
    if (this.ended) throw new DecodeError('nothing after the end');
    if (kind === '=') this.#define(this.#values, rest[0], rest[1]);
    else if (kind === '?') this.#define(this.#questions, rest[0], question(rest.slice(1)));
    else if (kind === '!') this.#answer(number(rest[0]), number(rest[1]));
    else if (kind === 's') this.samples.push(decodeSample(rest[0], (id) => text(this.value(id))));
    else if (kind === 'end') this.#end(number(rest[0]), number(rest[1]));
    else throw new DecodeError('a known kind of line');
  }

  value(id: number): unknown {
    if (!(id in this.#values)) throw new DecodeError('the id of a value');
    return this.#values[id];
  }

  #define<Item>(items: Item[], id: unknown, item: Item): void {
    if (id !== items.length) throw new DecodeError(`id ${items.length}`);
    items.push(item);
  }

  #answer(id: number, valueId: number): void {
    const found = this.#questions[id];
    if (found === undefined) throw new DecodeError('the id of a question');
    this.answers.push({ question: found, afterSamples: this.samples.length, value: this.value(valueId) });
  }

  #end(samples: number, answers: number): void {
    if (samples !== this.samples.length || answers !== this.answers.length)
      throw new DecodeError('as many lines as its end says');
    this.ended = true;
  }
}

function question(parts: readonly unknown[]): RecordedQuestion {
  const [pid, method, ...args] = parts;
  return { key: JSON.stringify(parts), pid: number(pid), method: text(method), args };
}
