// A `.jtrace` file that grows while sampling: what is new is appended as whole units. What could not be written (a full disk) is
// tried again at the next turn, and until then the file ends with the unit before: nothing of a run is lost that the disk would take.

import { fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { fileProblem } from '../model/file-problems.ts';
import type { Recording } from '../model/recording.ts';
import type { WrittenFile } from '../model/summary.ts';
import { RECORDING_FORMAT } from '../outputs/recording.ts';
import { RecordingEncoder } from '../recording/encode.ts';
import { FULL_FILE_BYTES, FULL_TEXT_BYTES } from '../recording/limits.ts';
import { openReplacement, realPath, type Replacement } from './output-files.ts';

export class RecordingStream {
  readonly #path: string;
  readonly #encoder = new RecordingEncoder();
  #file: Replacement | null = null;
  #isPlaced = false;
  /** Of whole units, in the file. */
  #bytes = 0;
  /** A unit that the encoder has given and the disk has not taken. */
  #unwritten: Uint8Array | null = null;

  readonly #fullBytes: number;

  /** Nothing is made before the first unit. `fullBytes`: for tests. */
  constructor(path: string, fullBytes = FULL_FILE_BYTES) {
    this.#path = path;
    this.#fullBytes = fullBytes;
  }

  /** Little more can be appended, or no reader takes it. */
  get isFull(): boolean {
    return this.#bytes >= this.#fullBytes || this.#encoder.textBytes >= FULL_TEXT_BYTES;
  }

  /** Appends what is new. What goes wrong is told (null: nothing), and tried again at the next call. */
  append(recording: Recording): string | null {
    return this.#write(recording, false);
  }

  /** Appends the rest and closes. Never throws: what went wrong is in the result. */
  finish(recording: Recording): WrittenFile {
    const problem = this.#write(recording, true) ?? this.#whereItIs();
    this.#file?.close();
    return { path: this.#path, format: RECORDING_FORMAT.name, bytes: this.#bytes, problem };
  }

  /** What is wrong; null: all is written. */
  #write({ profile, facts }: Recording, isEnd: boolean): string | null {
    try {
      this.#file ??= openReplacement(realPath(this.#path));
      this.#writeUnit(this.#file, this.#unwritten);
      for (const unit of this.#encoder.units(profile, facts, isEnd)) this.#writeUnit(this.#file, (this.#unwritten = unit));
      return null;
    } catch (error) {
      return fileProblem(error);
    }
  }

  #writeUnit(file: Replacement, unit: Uint8Array | null): void {
    if (unit !== null) {
      try {
        for (let at = 0; at < unit.length;) at += writeSync(file.fd, unit, at, unit.length - at, this.#bytes + at);
      } catch (error) {
        ftruncateSync(file.fd, this.#bytes);
        throw error;
      }
      this.#bytes += unit.length;
      this.#unwritten = null;
    }
    // What stood under its name stays until there is something to read.
    if (this.#isPlaced || this.#bytes === 0) return;
    file.place();
    this.#isPlaced = true;
  }

  #whereItIs(): string | null {
    return this.#file !== null && fstatSync(this.#file.fd).nlink === 0 ? 'the file was removed while it was written' : null;
  }
}
