// A path → the recording in it, whatever tool wrote it: told by its first bytes, never by its name. Gzip around any format is
// unpacked. `-` is standard input. Everything is read as a stream; what a reader must hold it bounds itself.

import { createReadStream, fstatSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { FOLDED_READER } from '../inputs/folded.ts';
import { gunzipped, isGzip } from '../inputs/gunzipped.ts';
import { PERF_SCRIPT_READER } from '../inputs/perf-script.ts';
import { PPROF_READER } from '../inputs/pprof.ts';
import { type RecordingReader, SNIFFED_BYTES } from '../inputs/reader.ts';
import { OperatorError } from '../model/errors.ts';
import { codeOf, fileProblem } from '../model/file-problems.ts';
import type { Recording } from '../model/recording.ts';
import { createProfileBuilder } from '../profile/profile-builder.ts';
import { decodeRecording } from '../recording/decode.ts';
import { MAX_FILE_BYTES } from '../recording/limits.ts';
import { beginsAsRecording } from '../recording/units.ts';
import { beginsAsRecordedReads } from '../target/recording/format.ts';

const JTRACE_READER: RecordingReader = {
  name: '.jtrace',
  recognizes: beginsAsRecording,
  read: async (bytes, title) => decodeRecording(await wholeOf(bytes, title), title),
};

/** All formats that can be read; the first that recognizes a file reads it, so the strictest come first. */
const READERS: readonly RecordingReader[] = [JTRACE_READER, PPROF_READER, PERF_SCRIPT_READER, FOLDED_READER];

/** Few system calls without holding much. */
const READ_BYTES = 1 << 20;
const STDIN_TITLE = 'standard input';
const SOURCES_HINT = `jtrace reads ${READERS.map(({ name }) => name).join(', ')}, and each of them gzipped`;

/** What errors call an input. */
export function inputName(path: string): string {
  return path === '-' ? STDIN_TITLE : path;
}

/** Throws OperatorErrors: no such file, a folder, nothing that jtrace reads, damaged. */
export async function openRecording(path: string): Promise<Recording> {
  const name = inputName(path);
  const raw = await withStart(path === '-' ? stdinBytes() : fileBytes(path));
  try {
    // Errors name it as it was typed; a profile that has no title of its own is called as the file is.
    const recording = await readFrom(raw, name);
    const { facts } = recording;
    return facts.title === name ? { ...recording, facts: { ...facts, title: path === '-' ? name : basename(path) } } : recording;
  } finally {
    // Given up early, it would still wait for input.
    await raw.close();
  }
}

async function readFrom(raw: StartedSource, title: string): Promise<Recording> {
  const direct = readerOf(raw.start);
  if (direct !== null) return direct.read(raw.bytes, title);
  if (!isGzip(raw.start)) return raw.start.length === 0 ? emptyRecording(title) : refuse(title);
  const unpacked = await withStart(gunzipped(raw.bytes, title));
  if (unpacked.start.length === 0) return emptyRecording(title);
  if (beginsAsRecordedReads(unpacked.start)) {
    const message = `${title} holds what jtrace read of a target (profile --record-reads), for reports of errors, and no profile`;
    throw new OperatorError('usage', message, 'a recording for jtrace report is made by jtrace profile -o x.jtrace');
  }
  return (readerOf(unpacked.start) ?? refuse(title)).read(unpacked.bytes, title);
}

function readerOf(start: Uint8Array): RecordingReader | null {
  return start.length === 0 ? null : (READERS.find(({ recognizes }) => recognizes(start)) ?? null);
}

function refuse(title: string): never {
  throw new OperatorError('usage', `${title}: no profile that jtrace can read`, SOURCES_HINT);
}

/** A profiler that saw nothing writes an empty file: a profile without samples, not an error. */
function emptyRecording(title: string): Recording {
  const facts = {
    source: 'folded',
    title,
    startedAtMs: null,
    startNs: 0,
    hasTimes: false,
    run: null,
    problems: ['the file is empty'],
  } as const;
  return { profile: createProfileBuilder('samples').build(), facts };
}

/** A `.jtrace` file's bytes in one piece. */
async function wholeOf(bytes: AsyncIterable<Uint8Array>, title: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > MAX_FILE_BYTES) {
      const hint = 'record a shorter time, or at a lower rate';
      throw new OperatorError('usage', `${title} is larger than any recording that can be read`, hint);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

interface StartedSource {
  /** The first {@link SNIFFED_BYTES} or more; all there are, if less. */
  readonly start: Uint8Array;
  /** All bytes. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly close: () => Promise<void>;
}

async function withStart(source: AsyncGenerator<Uint8Array>): Promise<StartedSource> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < SNIFFED_BYTES) {
    const next = await source.next();
    if (next.done === true) break;
    chunks.push(next.value);
    length += next.value.length;
  }
  const start = Buffer.concat(chunks);
  async function* all(): AsyncGenerator<Uint8Array> {
    yield start;
    yield* source;
  }
  return {
    start,
    bytes: all(),
    close: async () => {
      await source.return(undefined);
    },
  };
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    const file = await open(path, 'r');
    if (fstatSync(file.fd).isDirectory()) {
      await file.close();
      throw new OperatorError('usage', `${path} is a directory`, 'name a file in it');
    }
    for await (const chunk of file.createReadStream({ highWaterMark: READ_BYTES })) yield chunk as Uint8Array; // no encoding: buffers
  } catch (cause) {
    throw cause instanceof OperatorError ? cause : readError(path, cause);
  }
}

async function* stdinBytes(): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream('', { fd: 0, highWaterMark: READ_BYTES, autoClose: false }))
      yield chunk as Uint8Array; // as above
  } catch (cause) {
    throw readError(STDIN_TITLE, cause);
  }
}

function readError(path: string, cause: unknown): OperatorError {
  const code = codeOf(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new OperatorError('usage', `${path}: no such file`, 'give a file that holds a profile, or - for standard input', {
      cause,
    });
  return new OperatorError('environment', `${path} cannot be read: ${fileProblem(cause)}`, 'check the file and its permissions', {
    cause,
  });
}
