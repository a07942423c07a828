// What an output format is. A new one is a file beside this, with a constant of this type, and a row in formats.ts.

import type { Recording } from '../model/recording.ts';

/** How a person wants stacks shown, in every format that can. */
export interface RenderOptions {
  /** The thread as the first frame. */
  readonly byThread: boolean;
  /** Line numbers behind Java methods. */
  readonly lines: boolean;
  /** false: functions of libraries and of the VM are left out; markers stay. */
  readonly native: boolean;
}

/** What a format needs besides the profile: files that are made when jtrace is built. Read when asked for. */
export interface RenderResources {
  /** The page's program and its style sheet. Throws when jtrace was not built. */
  readonly pageAssets: () => PageAssets;
}

export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

export interface OutputFormat {
  /** One word, as `--format` takes it and the summary shows it. */
  readonly name: string;
  /** Of file names, the usual one first. */
  readonly endings: readonly string[];
  /** One line for help and docs: what reads it. */
  readonly does: string;
  /** The output in pieces. Pure; the same recording gives the same bytes. */
  readonly render: (recording: Recording, options: RenderOptions, resources: RenderResources) => Iterable<string | Uint8Array>;
}
