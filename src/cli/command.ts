// What a command of jtrace is for the parser, the help and the reference page; one file per command in commands/ makes one.

import type { FlagTable } from './flags/flag.ts';
import type { Streams } from './terminal/streams.ts';

/** What was typed for a command, split and not yet understood. */
export interface ParsedArguments {
  /** All that followed `jtrace`, as typed. */
  readonly argv: readonly string[];
  /** The words that are no flags, e.g. PID or NAME, at most as many as the command takes. */
  readonly words: readonly string[];
  /** What follows `--`; null: there was none. */
  readonly commandLine: readonly string[] | null;
  /** Raw texts by flag; read with flagValues(). */
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

/** An example of the help: what to type, and what it does in a few words. */
export interface CommandExample {
  readonly typed: string;
  readonly does: string;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** After `jtrace NAME`, e.g. `[PID | NAME | -- COMMAND ARG…]`. */
  readonly synopsis: string;
  /** A paragraph for its own help. */
  readonly description: string;
  readonly flags: FlagTable;
  /** Flags that come with what is typed: a script's parameters. Those of the command itself go before them. */
  readonly moreFlags?: (words: readonly string[]) => FlagTable;
  /** How many words besides flags it takes, and what to do with more. */
  readonly words: {
    readonly atMost: number;
    readonly whenMore: string;
    /** What shells complete them to; without it file names. */
    readonly offers?: 'jvms' | readonly string[];
  };
  /** Whether `-- COMMAND ARG…` may follow. */
  readonly takesCommand: boolean;
  readonly examples: readonly CommandExample[];
  /** Runs it; gives the exit code. Throws OperatorErrors. */
  readonly run: (args: ParsedArguments, streams: Streams) => Promise<number>;
}
