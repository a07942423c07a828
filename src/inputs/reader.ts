// What a reader of another tool's profiles is. A new one is a file beside this with a constant of this type, and a row in
// src/app/open-recording.ts.

import type { Recording } from '../model/recording.ts';

export interface RecordingReader {
  /** What people call the format, for messages: `folded stacks`. */
  readonly name: string;
  /** Whether the first bytes of a file (not compressed; all of them, or at least {@link SNIFFED_BYTES}) look like it. */
  readonly recognizes: (start: Uint8Array) => boolean;
  /** All bytes of the file, not compressed → a recording of that title. Throws an OperatorError for what it cannot be. */
  readonly read: (bytes: AsyncIterable<Uint8Array>, title: string) => Promise<Recording>;
}

/** Some hundred lines of any text format. */
export const SNIFFED_BYTES = 1 << 16;
