// Where a lab works: it compiles and starts programs, runs bpftrace beside them, and may change the machine, each in view of the learner. What is started
// ends with the room, and what is changed is changed back. src/app/labs has the real one.

import type { Dialect } from '../model/dialect.ts';
import type { TemplateValues } from '../program/template.ts';

/** A program under test. It works line by line: each line of its input is an order, which it answers, the last line being `done`. */
export interface LabProgram {
  readonly pid: number;
  /** Lines of the answer, without the last. */
  order(words: string): Promise<readonly string[]>;
  /** Closes its input and waits for its end. */
  end(): Promise<void>;
}

/** bpftrace, all its probes attached. */
export interface LabTrace {
  /** Of the bpftrace process. */
  readonly pid: number;
  /** All it has printed so far, but empty lines. */
  lines(): readonly string[];
  /** Resolves with the first line that fits, also one printed before, and once what came with it was read. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it; all lines, its END's and its maps' too, but empty ones. */
  stop(): Promise<readonly string[]>;
}

export interface TraceOptions {
  /** bpftrace tells of each read that failed, with the error's number (-k; -kk before 0.21). */
  readonly tellsFailedReads?: boolean;
  /** Environment of bpftrace, as BPFTRACE_STRLEN. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How many lines of what it printed are shown at its end; 40 where nothing is said. */
  readonly mostShownLines?: number;
}

/** A line of a file of folded stacks. */
export interface FoldedStack {
  /** Oldest first. */
  readonly frames: readonly string[];
  readonly weight: number;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LabRoom {
  /** Begins a step: asks its predictions, shows its text. Each of the lab's, in their order. */
  step(key: string): Promise<void>;
  /** A folder on a disk, removed at the end. */
  readonly folder: string;
  readonly dialect: Dialect;
  /** templates/labs/NAME.c → the path of the program. */
  compile(name: string, ...flags: readonly string[]): Promise<string>;
  /** templates/labs/NAME.java → a folder of its classes, for `-cp`. */
  javac(name: string, ...flags: readonly string[]): Promise<string>;
  /** Shows templates/labs/NAME, explained line by line as a program of bpftrace is; its path. */
  source(name: string): string;
  /** The text of a file of this machine, of at most some megabytes; '': there is none. */
  read(path: string): string;
  /** What a file of folded stacks has; empty: there is none. */
  folded(path: string): readonly FoldedStack[];
  /** A file that a program under test writes outside of the folder. */
  removeAtEnd(path: string): void;
  /** A program by its path, or its name in PATH, the JDK's folder and those of the system's administration. */
  start(program: string, ...args: readonly string[]): Promise<LabProgram>;
  /** Shows templates/labs/NAME.bt, explained line by line, and runs it; resolves once it is attached. */
  trace(name: string, values?: TemplateValues, options?: TraceOptions): Promise<LabTrace>;
  /** The same of a program that the learner wrote. Rejects with an OperatorError that says what bpftrace has against it. */
  traceText(text: string): Promise<LabTrace>;
  /** Tries to load it; what bpftrace and the verifier (-v) said where it could not. Shown as by `trace`. */
  refused(
    name: string,
    values?: TemplateValues,
    options?: Pick<TraceOptions, 'mostShownLines'>,
  ): Promise<readonly string[] | null>;
  /** Writes a file of the folder; its path. */
  keep(name: string, text: string): string;
  /** Shows the command, runs it, and shows what it printed. */
  command(...argv: readonly string[]): Promise<CommandResult>;
  /** The same of jtrace itself. */
  jtrace(...args: readonly string[]): Promise<CommandResult>;
  /** Of what it printed is shown what comes from the first line that fits. */
  jtraceFrom(first: RegExp, ...args: readonly string[]): Promise<CommandResult>;
  /** Lines of what was measured. */
  show(...lines: readonly string[]): void;
  /** Swap space of so many bytes, until the end. */
  swap(sizeBytes: number): Promise<void>;
  /** Another value in a file of /proc/sys or /sys, until the end. */
  setting(path: string, value: string): Promise<void>;
  /** The kernel counts how often BPF programs run, until the end, or as long as another jtrace has it count. */
  countRuns(): Promise<void>;
  sleep(timeMs: number): Promise<void>;
}
