// A bpftrace program of the user's (`jtrace run`), what it says while it runs, and what it leaves: the words that the stages share.

import type { OperatorError } from './errors.ts';
import type { Frame } from './frame.ts';

/** What a map holds, or `print` was given. 64-bit numbers are exact; texts are valid Unicode (bytes that are none became U+FFFD). */
export type ScriptValue =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'text'; readonly text: string }
  /** bpftrace's own `kstack` or `ustack`: the frame called last first, as it prints them, without its indentation. */
  | { readonly kind: 'stack'; readonly frames: readonly string[] }
  | { readonly kind: 'tuple'; readonly values: readonly ScriptValue[] }
  | { readonly kind: 'histogram'; readonly buckets: readonly HistogramBucket[] }
  /** `stats`: count, average and total. `avg` is a number. */
  | { readonly kind: 'stats'; readonly count: bigint; readonly average: bigint; readonly total: bigint };

/** Values from `min` to `max`, both included; null: open on that side. */
export interface HistogramBucket {
  readonly min: bigint | null;
  readonly max: bigint | null;
  readonly count: bigint;
}

/** A frame of a stack that jtrace itself has walked: of bpftrace's own stacks there are names only. */
export type WalkedFrame = Pick<Frame, 'kind' | 'name' | 'library' | 'marker'>;

/**
 * A part of a map's key. bpftrace's output does not tell a kernel's stack from a user's: the program does. `whole-stack`: of `jstack`; `unknown`: the program does not tell
 * whether it is a stack.
 */
export type KeyPartKind = 'value' | 'kernel-stack' | 'user-stack' | 'whole-stack' | 'unknown';

export type StackKind = Exclude<KeyPartKind, 'value' | 'unknown'>;

export type KeyPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'stack';
      /** null: not known. */
      readonly whose: StackKind | null;
      /** The frame called last first. */
      readonly frames: readonly string[];
      /** The same with what is known of each; null: jtrace has not walked it. */
      readonly walked: readonly WalkedFrame[] | null;
    };

export interface KeyParts {
  readonly parts: readonly KeyPart[];
  /** false: a text may be several parts. */
  readonly isExact: boolean;
}

/** bpftrace joins the parts of a key by commas and quotes none: a text with a comma cannot be told from two parts. */
export interface MapEntry {
  /** null: the map has no keys. */
  readonly key: string | null;
  readonly value: ScriptValue;
  /** The key's parts where jtrace has put stacks into it; absent: they are to be read from the key. */
  readonly parts?: KeyParts;
}

/** The whole of a map, or its largest entries, at one moment. */
export interface MapSnapshot {
  /** With its `@`. */
  readonly name: string;
  /** In the order bpftrace printed them: ascending by value. */
  readonly entries: readonly MapEntry[];
}

/** What a running program says, in order. */
export type ScriptEvent =
  /** Every probe is attached. Once. */
  | { readonly kind: 'ready'; readonly probes: number }
  /** What `printf`, `time`, `cat`, `join` or `system` wrote, as it came: it need not end a line. */
  | { readonly kind: 'text'; readonly text: string }
  /** `print(@map)`, or what is left at the end. */
  | { readonly kind: 'map'; readonly map: MapSnapshot }
  /** `print` of anything else. */
  | { readonly kind: 'value'; readonly value: ScriptValue }
  /** Events that bpftrace could not deliver, since the last such event. */
  | { readonly kind: 'lost'; readonly count: number }
  /** Neither output nor known noise: warnings, helper errors, words on standard error. */
  | {
      readonly kind: 'message';
      readonly text: string;
      /** Something of the program's output is missing. */
      readonly isLoss?: true;
      /** The program's own words (`warnf`, `errorf`). */
      readonly isProgram?: true;
    }
  /** It could not start, or broke off. Last but for 'stopped'. */
  | { readonly kind: 'failed'; readonly error: OperatorError }
  /** All its output was delivered. Always the last event. */
  | { readonly kind: 'stopped'; readonly exitCode: number | null };

/** A place in a program's text: line and column from 1, columns in characters of UTF-16. */
export interface ScriptPosition {
  readonly line: number;
  readonly column: number;
}

/** What a program is called to its user: a file's path, `-e`, or a name of the catalogue. */
export interface ScriptSource {
  readonly name: string;
  readonly text: string;
  /** What the numbers of its maps are of, by the map's name, where it is documented. */
  readonly units?: ReadonlyMap<string, string>;
}
