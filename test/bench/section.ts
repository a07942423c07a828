// What a section of `npm run bench` is: it measures one thing and gives tables.

export const DEFAULT_DOCUMENT = 'docs/overhead.md';

/** Cells as text; the first column names the row. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface SectionOptions {
  /** The least that still shows something: for tests, not for the documents. */
  readonly quick: boolean;
  /** Says what is done just now. */
  readonly log: (text: string) => void;
}

export interface SectionResult {
  readonly tables: readonly Table[];
  /** Below the tables: what was not measured and why, goals that were missed. */
  readonly notes: readonly string[];
  /** Numbers as they were measured, for --json. */
  readonly data: unknown;
  /** Programs without which part of it was not measured; the tables say so, too. */
  readonly missing?: readonly string[];
}

/** Nothing of a section can be measured without them. */
export class MissingPrograms extends Error {
  /** `command` installs them. */
  constructor(command: string) {
    super(`NOT MEASURED, programs are missing: ${command}`);
  }
}

export interface Section {
  readonly name: string;
  /** One line for --help. */
  readonly what: string;
  /** Where its tables stand between markers; absent: {@link DEFAULT_DOCUMENT}. */
  readonly document?: string;
  readonly measure: (options: SectionOptions) => Promise<SectionResult>;
}
