// The room in which a lab works on this machine: programs under test compiled by the system's cc and the JDK's javac, the bpftrace that was found, jtrace
// itself. Everything has a time within which it must answer, and ends with the room.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundBpftrace } from '../../bpftrace/find.ts';
import { lostEvents } from '../../bpftrace/noise.ts';
import type { Bpftrace } from '../../bpftrace/start-bpftrace.ts';
import { runChild } from '../../child/run-child.ts';
import type { CommandResult, FoldedStack, LabProgram, LabRoom, LabTrace, TraceOptions } from '../../labs/room.ts';
import type { Dialect } from '../../model/dialect.ts';
import { OperatorError } from '../../model/errors.ts';
import type { StepText } from '../../model/lab.ts';
import type { LabUi } from '../../model/lab-ui.ts';
import type { TemplateValues } from '../../program/template.ts';
import { childEnvironment, programPath } from './child-environment.ts';
import type { Ledger } from './ledger.ts';
import { loadProgram, type LoadedProgram } from './load-program.ts';
import { fileOf, foldedStacks, programText, textOf } from './lab-files.ts';
import { addSwap, changeSetting, countRunsOfPrograms } from './machine-changes.ts';
import { SaidLines } from './said-lines.ts';
import { startProgram } from './start-program.ts';
import { timely } from './timely.ts';

/** bpftrace starts in half a second; on an emulated machine that has little time, in minutes. A hang ends all the same. */
const ATTACH_TIMEOUT_MS = 300_000;
const PRINT_TIMEOUT_MS = 180_000;
const COMMAND_TIMEOUT_MS = 300_000;
/** Of a program's output that is shown; the lab has all of it. */
const MOST_SHOWN_LINES = 40;
/** The same of jtrace's own: it is short where it can, and its end counts. */
const MOST_OWN_LINES = 80;
/** What it says on its other stream was printed before, and may be read later. */
const OTHER_STREAM_MS = 20;
/** Minor version: before it, -k told of no failed reads (0.18 to 0.22 were not tried). */
const FIRST_WITH_ONE_K = 23;

export interface RoomOptions {
  readonly ui: LabUi;
  readonly ledger: Ledger;
  readonly folder: string;
  readonly bpftrace: FoundBpftrace;
  readonly dialect: Dialect;
  /** The command line of jtrace itself, without arguments. */
  readonly ownCommand: readonly [string, ...string[]];
  /** For jtrace's own commands that take it. */
  readonly bpftraceOption: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly stop: AbortSignal;
  /** Asks and shows what a step begins with. */
  readonly onStep: (key: string) => Promise<StepText>;
}

/** Commands of jtrace that take --bpftrace. */
const WITH_BPFTRACE = ['profile', 'run', 'residency', 'watch', 'doctor'];

export class RealRoom implements LabRoom {
  readonly folder: string;
  readonly dialect: Dialect;
  readonly #options: RoomOptions;
  readonly #ends: (() => Promise<void>)[] = [];
  readonly #environment: Readonly<Record<string, string>>;
  #step: StepText | null = null;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.folder = options.folder;
    this.dialect = options.dialect;
    this.#environment = childEnvironment(options.environment);
  }

  async step(key: string): Promise<void> {
    this.#options.stop.throwIfAborted();
    this.#step = await this.#options.onStep(key);
  }

  /** Ends all that was started. Never rejects. */
  async close(): Promise<void> {
    for (const end of this.#ends.reverse()) await end().catch(() => undefined);
  }

  async compile(name: string, ...flags: readonly string[]): Promise<string> {
    const program = join(this.folder, name);
    await this.#compiler(`${name}.c`, 'cc', '-O1', '-g', '-o', program, fileOf(`${name}.c`), ...flags);
    return program;
  }

  async javac(name: string, ...flags: readonly string[]): Promise<string> {
    const classes = join(this.folder, 'classes', name);
    mkdirSync(classes, { recursive: true });
    await this.#compiler(`${name}.java`, 'javac', '-g', ...flags, '-d', classes, fileOf(`${name}.java`));
    return classes;
  }

  async #compiler(source: string, file: string, ...args: readonly string[]): Promise<void> {
    const { code, stderr, startError } = await this.#finished(file, args);
    if (code === 0) return;
    const why = startError?.message ?? stderr.split('\n').find((line) => line.includes('error')) ?? stderr.split('\n')[0] ?? '';
    throw new OperatorError(
      'environment',
      `${source} does not compile here: ${why}`,
      `${file} is what compiles it; jtrace lab run --recorded needs none`,
    );
  }

  source(name: string): string {
    const path = fileOf(name);
    this.#options.ui.program(readFileSync(path, 'utf8'), this.#step?.lines ?? []);
    return path;
  }

  read(path: string): string {
    return textOf(path);
  }

  folded(path: string): readonly FoldedStack[] {
    return foldedStacks(textOf(path));
  }

  removeAtEnd(path: string): void {
    this.#options.ledger.note({ kind: 'file', path });
  }

  async start(name: string, ...args: readonly string[]): Promise<LabProgram> {
    const file = programPath(name, this.#options.environment) ?? name;
    const { program, kill } = await startProgram({ file, args, environment: this.#environment, stop: this.#options.stop });
    this.#ends.push(kill);
    const started = await program();
    // A JVM that is killed leaves them: its performance data, and the socket that jcmd asked it for.
    if (name === 'java' || args.includes('java'))
      for (const path of [`/tmp/hsperfdata_root/${String(started.pid)}`, `/tmp/.java_pid${String(started.pid)}`])
        this.removeAtEnd(path);
    return started;
  }

  trace(name: string, values: TemplateValues = {}, options: TraceOptions = {}): Promise<LabTrace> {
    return this.#trace(programText(name, values), options);
  }

  traceText(text: string): Promise<LabTrace> {
    return this.#trace(text, {});
  }

  async #trace(text: string, { tellsFailedReads = false, environment = {}, mostShownLines }: TraceOptions): Promise<LabTrace> {
    const failedReads = this.dialect.version.minor < FIRST_WITH_ONE_K ? '-kk' : '-k';
    const args = tellsFailedReads ? [failedReads] : this.dialect.quietArguments;
    const said = new SaidLines(!tellsFailedReads);
    const { bpftrace, attached } = await this.#load(text, args, environment, said);
    if (!(await attached)) {
      const why = said.lines.find((line) => /error/iu.test(line)) ?? said.lines.at(-1) ?? '';
      const message = `bpftrace has ended before its probes were attached: ${why}`;
      throw new OperatorError('environment', message, 'jtrace doctor tells what this machine can do');
    }
    return {
      pid: bpftrace.child.pid ?? 0,
      lines: () => said.lines,
      said: async (pattern) => {
        const match = await this.#timely(said.found(pattern), PRINT_TIMEOUT_MS, 'what bpftrace was to print');
        await this.sleep(OTHER_STREAM_MS);
        return match;
      },
      stop: async () => {
        await this.#stopped(bpftrace);
        const lost = said.lines.reduce((sum, line) => sum + (lostEvents(line) ?? 0), 0);
        if (lost > 0) this.#options.ui.note(`bpftrace lost ${String(lost)} events: what was measured misses them`);
        if (bpftrace.ending.isKilled || bpftrace.ending.isCutOff)
          this.#options.ui.note('bpftrace had to be cut off: what it was to print at its end may be missing');
        this.#show(said.lines, mostShownLines);
        return said.lines;
      },
    };
  }

  async refused(
    name: string,
    values: TemplateValues = {},
    { mostShownLines }: Pick<TraceOptions, 'mostShownLines'> = {},
  ): Promise<readonly string[] | null> {
    const said = new SaidLines();
    const { bpftrace, attached } = await this.#load(programText(name, values), ['-v'], {}, said);
    const isAttached = await attached;
    await this.#stopped(bpftrace);
    if (isAttached) return null;
    this.#show(said.lines, mostShownLines);
    return said.lines;
  }

  keep(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  async command(...argv: readonly string[]): Promise<CommandResult> {
    const [file = '', ...args] = argv;
    this.#options.ui.command(argv);
    const { code, stdout, stderr, startError } = await this.#finished(file, args);
    this.#show([
      ...`${stdout}${stderr}`.split('\n').filter((line) => line !== ''),
      ...(startError === null ? [] : [startError.message]),
    ]);
    return { code, stdout, stderr };
  }

  jtrace(...args: readonly string[]): Promise<CommandResult> {
    return this.jtraceFrom(/^/u, ...args);
  }

  async jtraceFrom(first: RegExp, ...args: readonly string[]): Promise<CommandResult> {
    const [file, ...before] = this.#options.ownCommand;
    const [name = '', ...others] = args;
    const given = WITH_BPFTRACE.includes(name) ? [name, ...this.#options.bpftraceOption, ...others] : args;
    this.#options.ui.command(['jtrace', ...given]);
    const { code, stdout, stderr } = await this.#finished(file, [...before, ...given]);
    const said = `${stdout}${stderr}`.trimEnd();
    const lines = said === '' ? [] : said.split('\n');
    const hidden = Math.max(
      0,
      lines.findIndex((line) => first.test(line)),
    );
    this.#show([...(hidden > 0 ? [`… ${String(hidden)} lines before`] : []), ...lines.slice(hidden)], MOST_OWN_LINES);
    return { code, stdout, stderr };
  }

  #finished(file: string, args: readonly string[]): ReturnType<typeof runChild> {
    const { stop } = this.#options;
    // Compilers' own files, too, are in the folder.
    const environment = { ...this.#environment, TMPDIR: this.folder };
    const work = runChild(file, args, { timeoutMs: COMMAND_TIMEOUT_MS, environment, stop });
    // It is ended by `stop`, within a second, and writes into the folder until then.
    this.#ends.push(async () => {
      await work;
    });
    return this.#timely(work, COMMAND_TIMEOUT_MS, file);
  }

  show(...lines: readonly string[]): void {
    this.#options.ui.measured(lines);
  }

  swap(sizeBytes: number): Promise<void> {
    const path = addSwap(this.#options.ledger, this.folder, sizeBytes);
    for (const program of ['mkswap', 'swapon']) this.#options.ui.command([program, path]);
    return Promise.resolve();
  }

  setting(path: string, value: string): Promise<void> {
    changeSetting(this.#options.ledger, path, value);
    this.#options.ui.command(['sh', '-c', `echo ${value} > ${path}`]);
    return Promise.resolve();
  }

  async countRuns(): Promise<void> {
    this.#ends.push(await countRunsOfPrograms());
  }

  async sleep(timeMs: number): Promise<void> {
    await sleep(timeMs, undefined, { signal: this.#options.stop }).catch(() => undefined);
    this.#options.stop.throwIfAborted();
  }

  async #load(
    text: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    said: SaidLines,
  ): Promise<LoadedProgram> {
    this.#options.ui.program(text, this.#step?.lines ?? []);
    const bpftracePath = this.#options.bpftrace.path;
    const { bpftrace, attached } = await loadProgram({
      bpftracePath,
      text,
      args,
      environment: { ...this.#environment, ...environment },
      said,
    });
    this.#ends.push(async () => {
      bpftrace.stop();
      await bpftrace.child.exited;
    });
    return { bpftrace, attached: this.#timely(attached, ATTACH_TIMEOUT_MS, 'bpftrace') };
  }

  async #stopped(bpftrace: Bpftrace): Promise<void> {
    bpftrace.stop();
    await this.#timely(bpftrace.child.exited, ATTACH_TIMEOUT_MS, 'the end of bpftrace');
  }

  #show(lines: readonly string[], most = MOST_SHOWN_LINES): void {
    const more = lines.length - most;
    this.#options.ui.output(more > 0 ? [...lines.slice(0, most), `… ${String(more)} more lines`] : lines);
  }

  #timely<Result>(work: Promise<Result>, timeMs: number, who: string): Promise<Result> {
    return timely(work, { timeMs, who, stop: this.#options.stop });
  }
}
