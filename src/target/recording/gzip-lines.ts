// Lines of text → a file of gzip members, and back. A member is written whole when enough lines have gathered, so what a crash
// leaves behind is a good file but for its last lines. Writing is synchronous: lines come from code that cannot wait.

import { closeSync, constants as file, lstatSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { OperatorError } from '../../model/errors.ts';

/** Text of one member: large enough to compress well, small enough to be compressed in some milliseconds. */
const MEMBER_CHARS = 256 * 1024;
/** Level 6 halves the speed and saves 8 % here. */
const GZIP_LEVEL = 3;
/** A recording holds memory of the target: nobody else's to read. */
const FILE_MODE = 0o600;
/** What is read back at once: an hour of a busy JVM recorded at 99 Hz is larger, and no fixture. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;
const MAX_TEXT_BYTES = 1024 * 1024 * 1024;

/** Appends lines; after the first failure to write it does nothing more, and `close` throws that failure. */
export class GzipLines {
  readonly #path: string;
  #fd: number;
  #pending: string[] = [];
  #pendingChars = 0;
  #failure: unknown = null;

  /** OperatorError when the file cannot be created. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#fd = createPrivate(path);
    } catch (cause) {
      throw new OperatorError('usage', `cannot write the recording ${path}`, 'choose a file in a folder that can be written', {
        cause,
      });
    }
  }

  add(line: string): void {
    if (this.#failure !== null || this.#fd < 0) return;
    this.#pending.push(line, '\n');
    this.#pendingChars += line.length + 1;
    if (this.#pendingChars >= MEMBER_CHARS) this.flush();
  }

  /** Writes what has gathered as one member. */
  flush(): void {
    if (this.#pendingChars === 0 || this.#fd < 0 || this.#failure !== null) return;
    const member = gzipSync(this.#pending.join(''), { level: GZIP_LEVEL });
    this.#pending = [];
    this.#pendingChars = 0;
    try {
      for (let done = 0; done < member.length;) done += writeSync(this.#fd, member, done);
    } catch (failure) {
      this.#failure = failure;
    }
  }

  /** OperatorError when something could not be written: the file then ends early. */
  close(): void {
    this.flush();
    if (this.#fd < 0) return;
    closeSync(this.#fd);
    this.#fd = -1;
    if (this.#failure === null) return;
    const hint = 'the recording ends early; is the disk full?';
    throw new OperatorError('incomplete', `the recording ${this.#path} could not be written whole`, hint, {
      cause: this.#failure,
    });
  }
}

/**
 * A file that is made anew: whoever has the old one open, or may read it, sees nothing of this one. Devices are opened as they are;
 * links and FIFOs are refused.
 */
function createPrivate(path: string): number {
  const old = lstatSync(path, { throwIfNoEntry: false });
  if (old?.isCharacterDevice() === true) return openSync(path, file.O_WRONLY | file.O_NOFOLLOW);
  if (old !== undefined && !old.isFile()) throw new Error('neither a regular file nor a character device');
  if (old !== undefined) unlinkSync(path);
  return openSync(path, file.O_WRONLY | file.O_CREAT | file.O_EXCL | file.O_NOFOLLOW, FILE_MODE);
}

/** The lines of such a file. `whole` false: it was cut inside a member, and these are the lines before the cut. */
export function readGzipLines(path: string): { readonly lines: readonly string[]; readonly whole: boolean } {
  const packed = readPacked(path);
  try {
    return { lines: split(gunzipSync(packed, { maxOutputLength: MAX_TEXT_BYTES })), whole: true };
  } catch (cause) {
    if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(path);
    if (codeOf(cause) !== 'Z_BUF_ERROR') throw notOne(path, cause);
  }
  // Cut: whatever can still be unpacked, without the line that was cut in two.
  try {
    const text = gunzipSync(packed, { maxOutputLength: MAX_TEXT_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
    return { lines: split(text.subarray(0, text.lastIndexOf(0x0a) + 1)), whole: false };
  } catch (cause) {
    throw notOne(path, cause);
  }
}

function readPacked(path: string): Buffer {
  try {
    if (statSync(path).size > MAX_FILE_BYTES) throw tooLarge(path);
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    throw new OperatorError('usage', `cannot read the recording ${path}`, 'give a file that --record-reads has written', {
      cause,
    });
  }
}

function split(text: Buffer): readonly string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf(0x0a, start);
    const end = newline < 0 ? text.length : newline;
    lines.push(text.toString('utf8', start, end));
    start = end + 1;
  }
  return lines;
}

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : null);
const tooLarge = (path: string): OperatorError => {
  return new OperatorError('usage', `the recording ${path} is too large to be replayed`, 'record a shorter run');
};
const notOne = (path: string, cause: unknown): OperatorError => {
  return new OperatorError('usage', `${path} is no recording, or damaged`, 'give a file that --record-reads has written', {
    cause,
  });
};
