// The outputs of one run while it samples and at its end: `.jtrace` files grow, all others are written anew now and then.

import type { Recording } from '../model/recording.ts';
import type { WrittenFile } from '../model/summary.ts';
import type { RenderOptions } from '../outputs/format.ts';
import { outputFormatOf } from '../outputs/formats.ts';
import { RECORDING_FORMAT } from '../outputs/recording.ts';
import { finishOutput, isReplaceable } from './output-files.ts';
import { startSnapshots } from './output-snapshots.ts';
import { recordingOutputs } from './recording-outputs.ts';
import { RecordingStream } from './recording-stream.ts';

/** What a crash loses at most. */
const APPEND_INTERVAL_MS = 1000;

/** How a run tells what it has. */
export interface RunSoFar {
  /** A copy that stays as it is. */
  readonly copy: () => Recording;
  /** Columns that grow, not copied, with the facts of a run that may break off now. */
  readonly growing: () => Recording;
}

export class RunOutputs {
  readonly #paths: readonly string[];
  readonly #options: RenderOptions;
  readonly #streams: ReadonlyMap<string, RecordingStream>;

  /** `fullBytes`: for tests. */
  constructor(paths: readonly string[], options: RenderOptions, fullBytes?: number) {
    this.#paths = paths;
    this.#options = options;
    // FIFOs and devices get one write at the end, like every other format.
    const streamed = paths.filter((path) => outputFormatOf(path) === RECORDING_FORMAT && isReplaceable(path));
    this.#streams = new Map(streamed.map((path) => [path, new RecordingStream(path, fullBytes)]));
  }

  /** A file that grows is nearly as large as one that can be read. */
  get isFull(): boolean {
    return [...this.#streams.values()].some((stream) => stream.isFull);
  }

  /** Writes while sampling, until stopped. `warn` hears once of each recording that cannot grow, and when it can again. */
  start(run: RunSoFar, warn: (text: string) => void): { stop(): void } {
    const snapshots = startSnapshots(() => recordingOutputs(this.#others(), this.#options, run.copy));
    const stuck = new Set<string>();
    const append = (): void => {
      for (const [path, stream] of this.#streams) {
        const problem = stream.append(run.growing());
        if (problem !== null && !stuck.has(path)) warn(`${path} cannot grow: ${problem}; it is tried again every second`);
        if (problem === null && stuck.has(path)) warn(`${path} grows again, nothing is lost`);
        if (problem === null) stuck.delete(path);
        else stuck.add(path);
      }
    };
    append();
    const timer = setInterval(append, APPEND_INTERVAL_MS);
    return {
      stop() {
        clearInterval(timer);
        snapshots.stop();
      },
    };
  }

  /** Writes all of them whole; in the order in which they were asked for. */
  finish(recording: Recording): Promise<readonly WrittenFile[]> {
    const others = recordingOutputs(this.#others(), this.#options, () => recording);
    return Promise.all(
      this.#paths.map((path) => {
        const stream = this.#streams.get(path);
        if (stream !== undefined) return Promise.resolve(stream.finish(recording));
        const output = others.find((other) => other.path === path);
        if (output === undefined) throw new Error(`no output ${path}`);
        return finishOutput(output);
      }),
    );
  }

  #others(): readonly string[] {
    return this.#paths.filter((path) => !this.#streams.has(path));
  }
}
