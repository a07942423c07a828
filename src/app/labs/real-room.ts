// The room in which a lab works on this machine: programs under test compiled by the system's cc, the bpftrace that was found, jtrace itself. Everything
// has a time within which it must answer, and ends with the room.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundBpftrace } from '../../bpftrace/find.ts';
import { isNoise } from '../../bpftrace/noise.ts';
import { type Bpftrace, startBpftrace } from '../../bpftrace/start-bpftrace.ts';
import { runChild } from '../../child/run-child.ts';
import { talkToChild } from '../../child/talk-to-child.ts';
import type { CommandResult, LabProgram, LabRoom, LabTrace, TraceOptions } from '../../labs/room.ts';
import type { Dialect } from '../../model/dialect.ts';
import { OperatorError } from '../../model/errors.ts';
import type { StepText } from '../../model/lab.ts';
import type { LabUi } from '../../model/lab-ui.ts';
import { renderTemplate, type TemplateValues } from '../../program/template.ts';
import type { Ledger } from './ledger.ts';
import { addSwap, changeSetting } from './machine-changes.ts';

const FILES = new URL('../../../templates/labs/', import.meta.url);
/** bpftrace starts in half a second; on an emulated machine, and a busy one, in a minute. */
const ATTACH_TIMEOUT_MS = 120_000;
const ANSWER_TIMEOUT_MS = 60_000;
const COMMAND_TIMEOUT_MS = 120_000;
/** Of a program's output that is shown; the lab has all of it. */
const MOST_SHOWN_LINES = 40;
/** What it says on its other stream was printed before, and may be read later. */
const OTHER_STREAM_MS = 20;
const DONE = 'done';
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
  readonly stop: AbortSignal;
  /** Asks and shows what a step begins with. */
  readonly onStep: (key: string) => Promise<StepText>;
}

export class RealRoom implements LabRoom {
  readonly folder: string;
  readonly dialect: Dialect;
  readonly #options: RoomOptions;
  readonly #ends: (() => Promise<void>)[] = [];
  #step: StepText | null = null;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.folder = options.folder;
    this.dialect = options.dialect;
  }

  async step(key: string): Promise<void> {
    this.#options.stop.throwIfAborted();
    this.#step = await this.#options.onStep(key);
  }

  /** Ends all that was started. */
  async close(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
  }

  async compile(name: string, ...flags: readonly string[]): Promise<string> {
    const program = join(this.folder, name);
    const source = new URL(`${name}.c`, FILES);
    const { code, stderr } = await this.#timely(
      runChild('cc', ['-O1', '-g', '-o', program, source.pathname, ...flags], { timeoutMs: COMMAND_TIMEOUT_MS }),
      COMMAND_TIMEOUT_MS,
      'cc',
    );
    if (code !== 0) throw new OperatorError('environment', `${name}.c does not compile here`, firstLine(stderr));
    return program;
  }

  async start(program: string, ...args: readonly string[]): Promise<LabProgram> {
    const said = new SaidLines();
    const child = await talkToChild({ file: program, args, onStdout: (text) => said.push(text), onStderr: (text) => said.push(text) }); // prettier-ignore
    const pid = child.pid;
    if (pid === null) throw new OperatorError('environment', `${program} cannot be started`, 'is the disk mounted noexec?');
    void child.exited.then(() => said.end());
    this.#ends.push(async () => {
      child.signal('SIGKILL');
      await child.exited;
    });
    const answered = (words: string, from: number): Promise<readonly string[]> =>
      this.#timely(said.answer(from, DONE), ANSWER_TIMEOUT_MS, `the program under test (${words})`);
    await answered('its start', 0);
    return {
      pid,
      order: (words) => {
        const from = said.lines.length;
        child.send(`${words}\n`);
        return answered(words, from);
      },
      end: async () => {
        child.hangUp();
        await this.#timely(child.exited, ANSWER_TIMEOUT_MS, 'the end of the program under test');
      },
    };
  }

  async trace(name: string, values: TemplateValues = {}, options: TraceOptions = {}): Promise<LabTrace> {
    const { bpftrace, said } = await this.#load(name, values, options);
    await this.#timely(said.found(new RegExp(`^${MARK}$`, 'u')), ATTACH_TIMEOUT_MS, 'bpftrace');
    const shown = (): readonly string[] => said.lines.filter((line) => line !== MARK && line.trim() !== '');
    return {
      pid: bpftrace.child.pid ?? 0,
      lines: shown,
      said: async (pattern) => {
        const match = await this.#timely(said.found(pattern), ANSWER_TIMEOUT_MS, 'what bpftrace was to print');
        await this.sleep(OTHER_STREAM_MS);
        return match;
      },
      stop: async () => {
        bpftrace.stop();
        await this.#timely(bpftrace.child.exited, ATTACH_TIMEOUT_MS, 'the end of bpftrace');
        this.#show(shown());
        return shown();
      },
    };
  }

  async refused(name: string, values: TemplateValues = {}): Promise<readonly string[] | null> {
    const { bpftrace, said } = await this.#load(name, values, {});
    const attached = said.found(new RegExp(`^${MARK}$`, 'u')).then(
      () => true,
      () => false,
    );
    const isAttached = await this.#timely(attached, ATTACH_TIMEOUT_MS, 'bpftrace');
    bpftrace.stop();
    await this.#timely(bpftrace.child.exited, ATTACH_TIMEOUT_MS, 'the end of bpftrace');
    const lines = said.lines.filter((line) => line !== MARK && line.trim() !== '');
    if (isAttached) return null;
    this.#show(lines);
    return lines;
  }

  async command(...argv: readonly string[]): Promise<CommandResult> {
    const [file = '', ...args] = argv;
    this.#options.ui.command(argv);
    const running = runChild(file, args, { timeoutMs: COMMAND_TIMEOUT_MS });
    const { code, stdout, stderr } = await this.#timely(running, COMMAND_TIMEOUT_MS, file);
    this.#show(`${stdout}${stderr}`.split('\n').filter((line) => line !== ''));
    return { code, stdout, stderr };
  }

  async jtrace(...args: readonly string[]): Promise<CommandResult> {
    const [file, ...before] = this.#options.ownCommand;
    this.#options.ui.command(['jtrace', ...args]);
    const running = runChild(file, [...before, ...args], { timeoutMs: COMMAND_TIMEOUT_MS });
    const { code, stdout, stderr } = await this.#timely(running, COMMAND_TIMEOUT_MS, 'jtrace');
    this.#show(`${stdout}${stderr}`.split('\n'));
    return { code, stdout, stderr };
  }

  show(...lines: readonly string[]): void {
    this.#options.ui.measured(lines);
  }

  swap(sizeBytes: number): Promise<void> {
    return addSwap(this.#options.ledger, this.folder, sizeBytes);
  }

  setting(path: string, value: string): Promise<void> {
    changeSetting(this.#options.ledger, path, value);
    return Promise.resolve();
  }

  async sleep(timeMs: number): Promise<void> {
    await sleep(timeMs, undefined, { signal: this.#options.stop }).catch(() => undefined);
    this.#options.stop.throwIfAborted();
  }

  async #load(name: string, values: TemplateValues, { tellsFailedReads = false }: TraceOptions): Promise<{ readonly bpftrace: Bpftrace; readonly said: SaidLines }> {
    const text = renderTemplate(readFileSync(new URL(`${name}.bt`, FILES), 'utf8'), values);
    this.#options.ui.program(text, this.#step?.lines ?? []);
    const said = new SaidLines();
    const bpftrace = await startBpftrace({
      bpftracePath: this.#options.bpftrace.path,
      // Printed once all probes are attached.
      program: { text: `${text}\ninterval:ms:100 { printf("${MARK}\\n"); }\n`, environment: {}, unsafe: false, arguments: tellsFailedReads ? [this.dialect.version.minor < FIRST_WITH_ONE_K ? '-kk' : '-k'] : [] },
      onStdout: (bytes) => said.push(Buffer.from(bytes).toString('utf8')),
      onStderr: (bytes) => said.push(Buffer.from(bytes).toString('utf8')),
    });
    void bpftrace.child.exited.then(() => said.end());
    this.#ends.push(async () => {
      bpftrace.stop();
      await bpftrace.child.exited;
    });
    return { bpftrace, said };
  }

  #show(lines: readonly string[]): void {
    const more = lines.length - MOST_SHOWN_LINES;
    this.#options.ui.output(more > 0 ? [...lines.slice(0, MOST_SHOWN_LINES), `… ${String(more)} more lines`] : lines);
  }

  /** Rejects when it takes too long, or the learner has had enough. */
  async #timely<Result>(work: Promise<Result>, timeMs: number, who: string): Promise<Result> {
    const { stop } = this.#options;
    stop.throwIfAborted();
    const over = new AbortController();
    try {
      return await Promise.race([
        work,
        sleep(timeMs, undefined, { signal: over.signal, ref: false }).then((): never => {
          throw new OperatorError('environment', `${who} did not answer within ${String(timeMs / 1000)} s`, 'is the machine overloaded?');
        }),
        new Promise<never>((_, reject) => {
          stop.addEventListener('abort', () => reject(stop.reason as Error), { once: true, signal: over.signal });
        }),
      ]);
    } finally {
      over.abort();
    }
  }
}

const MARK = 'jtrace-lab: attached';

/** Lines that a program prints, and waiting for some. */
class SaidLines {
  readonly lines: string[] = [];
  #begun = '';
  #hasEnded = false;
  #waiting: (() => void)[] = [];

  push(text: string): void {
    const parts = `${this.#begun}${text}`.split('\n');
    this.#begun = parts.pop() ?? '';
    for (const line of parts) if (!isNoise(line)) this.lines.push(line);
    this.#wake();
  }

  end(): void {
    if (this.#begun !== '') this.lines.push(this.#begun);
    this.#begun = '';
    this.#hasEnded = true;
    this.#wake();
  }

  /** The lines from `from` up to the one that says so. */
  async answer(from: number, last: string): Promise<readonly string[]> {
    for (;;) {
      const end = this.lines.indexOf(last, from);
      if (end >= 0) return this.lines.slice(from, end);
      await this.#more();
    }
  }

  async found(pattern: RegExp): Promise<RegExpExecArray> {
    for (let at = 0; ; ) {
      for (; at < this.lines.length; at++) {
        const match = pattern.exec(this.lines[at] ?? '');
        if (match !== null) return match;
      }
      await this.#more();
    }
  }

  #more(): Promise<void> {
    if (this.#hasEnded) throw new OperatorError('environment', `it has ended: ${this.lines.slice(-3).join('; ')}`, 'jtrace doctor tells what this machine can do');
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const go of this.#waiting.splice(0)) go();
  }
}

function firstLine(text: string): string {
  return text.split('\n').find((line) => line.includes('error')) ?? text.split('\n')[0] ?? '';
}
