// Runs a user's program: bpftrace as a child process, its output → ScriptEvents, one callback each, 'stopped' always last. Owns the child
// from start to end; what the program means, and how its text came to be, is others' affair.

import type { ChildExit } from '../child/start-child.ts';
import type { BpftraceVersion } from '../model/dialect.ts';
import { OperatorError } from '../model/errors.ts';
import type { ScriptEvent } from '../model/script.ts';
import type { Pid } from '../model/units.ts';
import { type Ending, startBpftrace } from './start-bpftrace.ts';
import { explainScriptFailure } from './explain-script-failure.ts';
import { LongLines } from './long-lines.ts';
import { askMachine } from './machine.ts';
import { lostEvents } from './noise.ts';
import { scriptDialectOf } from './script-dialect.ts';
import { ScriptMessages } from './script-messages.ts';
import { readScriptLine, type ScriptRecord } from './script-records.ts';

export interface ScriptRunOptions {
  readonly bpftracePath: string;
  readonly version: BpftraceVersion;
  readonly text: string;
  /** BPFTRACE_* settings, e.g. map sizes. */
  readonly environment: Readonly<Record<string, string>>;
  /** Further options. */
  readonly arguments: readonly string[];
  /** `-p`; null: without. */
  readonly pid: Pid | null;
  readonly unsafe: boolean;
  /**
   * A line that the program prints by a probe of its own when all probes are attached, once or again and again: the first is 'ready', none is
   * shown. null: bpftrace's word for it, which comes before they are attached (0.17, 0.23). Printed every 100 ms it has two more
   * uses: a bpftrace that outlives jtrace ends by it, and lost events are told at once (0.27 counts them when something else comes).
   */
  readonly readyMarker: string | null;
  /** Attach points that are jtrace's own: bpftrace counts them, the user does not. */
  readonly ownProbes: number;
  /** It has iterators, which print past the JSON: all that is no record is the program's text. */
  readonly hasIterators: boolean;
  /** Lines that probes of jtrace's own print: what stands behind the mark goes to `line`. null: there are none. */
  readonly own: { readonly mark: string; readonly line: (text: string) => void } | null;
  readonly onEvent: (event: ScriptEvent) => void;
}

export interface ScriptRun {
  /** bpftrace's process id; null when it could not be started. */
  readonly bpftracePid: number | null;
  /** Asks bpftrace to end, which prints what it still has, and settles when 'stopped' was delivered; by force when it hangs. Twice is fine. */
  stop(): Promise<void>;
  /** Settles when 'stopped' was delivered, however that came; never rejects. */
  readonly finished: Promise<void>;
}

/** Of bpftrace's own words, kept to explain a failure. */
const MAX_MESSAGES = 200;
/** bpftrace names its errors so, but those of the program's own output (`errorf`, `cat` of a file that is not there). */
const SAYS_WHY = /\b(?:ERROR|BUG): |No probes to attach/;

/** Starts bpftrace; what goes wrong from then on is an event. */
export async function runScript(options: ScriptRunOptions): Promise<ScriptRun> {
  const { onEvent } = options;
  const dialect = scriptDialectOf(options.version);
  const course = new Course(options);
  const stderr = new LongLines((line) => {
    const text = Buffer.from(line).toString('utf8');
    const lost = lostEvents(text);
    if (lost === null) messages.line(text);
    else onEvent({ kind: 'lost', count: lost });
  });
  const messages = new ScriptMessages((text) => course.message({ kind: 'message', text }));
  const stdout = new LongLines((line, isCut) => {
    const record = readScriptLine(line, dialect, isCut);
    if (record !== null) course.record(record);
    else if (options.hasIterators && line.length === 0) onEvent({ kind: 'text', text: '\n' });
  });
  const { child, ending, stop } = await startBpftrace({
    bpftracePath: options.bpftracePath,
    program: {
      text: options.text,
      environment: options.environment,
      unsafe: options.unsafe,
      arguments: [
        ...dialect.arguments,
        ...options.arguments,
        '-f',
        'json',
        ...(options.pid === null ? [] : ['-p', String(options.pid)]),
      ],
    },
    onStdout: (bytes) => {
      stdout.push(bytes);
    },
    onStderr: (bytes) => {
      stderr.push(bytes);
    },
  });
  const finished = child.exited.then((exit) => {
    stdout.end();
    stderr.end();
    messages.end();
    course.ended(exit, ending);
  });
  return {
    bpftracePid: child.pid,
    finished,
    stop: () => {
      stop();
      return finished;
    },
  };
}

type CourseOptions = Pick<ScriptRunOptions, 'readyMarker' | 'ownProbes' | 'hasIterators' | 'own' | 'onEvent'>;

/** How far a run has come, and what was said on the way. */
class Course {
  readonly #options: CourseOptions;
  readonly #messages: string[] = [];
  #isReady = false;
  /** null: bpftrace has not got so far. */
  #probes: number | null = null;

  constructor(options: CourseOptions) {
    this.#options = options;
  }

  record(record: ScriptRecord): void {
    const { readyMarker, ownProbes, hasIterators, own, onEvent } = this.#options;
    if (record.kind === 'probes') {
      this.#probes = Math.max(0, record.count - ownProbes);
      if (readyMarker === null) this.#ready(this.#probes);
    } else if (record.kind === 'text' && readyMarker !== null && record.text === `${readyMarker}\n`) {
      this.#ready(this.#probes ?? 0);
    } else if (record.kind === 'text' && own !== null && record.text.startsWith(own.mark)) {
      own.line(record.text.slice(own.mark.length).trimEnd());
    } else if (record.kind === 'message') {
      if (hasIterators && this.#probes !== null && record.isLoss !== true) onEvent({ kind: 'text', text: `${record.text}\n` });
      else this.message(record);
    } else {
      onEvent(record);
    }
  }

  message(message: Extract<ScriptEvent, { readonly kind: 'message' }>): void {
    this.#messages.push(message.text);
    if (this.#messages.length > MAX_MESSAGES) this.#messages.shift();
    this.#options.onEvent(message);
  }

  ended(exit: ChildExit, ending: Ending): void {
    // It crashed while it printed what a BEGIN had counted: it ran, if the marker's probe had its turn or not.
    const hasCrashed = exit.signal !== null && !ending.isStopping;
    if (hasCrashed && this.#probes !== null) this.#ready(this.#probes);
    const error = this.#failureOf(exit, ending);
    if (error === null && !ending.isStopping && this.#probes !== null) this.#ready(this.#probes);
    if (error !== null) this.#options.onEvent({ kind: 'failed', error });
    this.#options.onEvent({ kind: 'stopped', exitCode: exit.code });
  }

  #ready(probes: number): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#options.onEvent({ kind: 'ready', probes });
  }

  /** null: it ended by itself as programs do, or because we asked it to. */
  #failureOf(exit: ChildExit, { isStopping, isKilled, isCutOff }: Ending): OperatorError | null {
    if (isKilled)
      return new OperatorError(
        'incomplete',
        'bpftrace did not end when asked and was killed: what it still held is lost',
        'what was delivered is kept; a program that prints less often ends faster',
      );
    if (isCutOff)
      return new OperatorError(
        'incomplete',
        'bpftrace printed without a pause and was interrupted in it: maps and last lines may be missing',
        'what was delivered is kept; a program that prints less often ends whole',
      );
    const isReady = this.#isReady;
    // Before it has set up its handlers it dies of our signal.
    if (isStopping && (isReady || exit.code === 0 || exit.signal === 'SIGINT')) return null;
    if (exit.code === 0) return null;
    // `exit(3)`; also of a BEGIN, before the marker could come.
    const isOwnExit =
      exit.code !== null && this.#probes !== null && (isReady || !this.#messages.some((text) => SAYS_WHY.test(text)));
    if (isOwnExit) return null;
    if (!isReady || exit.startError !== null) return explainScriptFailure(exit, this.#messages, askMachine());
    return new OperatorError(
      'incomplete',
      `bpftrace was ended by ${exit.signal ?? 'something'} while the program ran`,
      'what it had delivered is kept',
      { cause: new Error(this.#messages.join('\n')) },
    );
  }
}
