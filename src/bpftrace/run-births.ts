// Runs the program of `jtrace watch`: bpftrace as a child process, its output → records, losses and its end, which is forced on one that lives
// and says nothing. Owns the child from start to end; that it is started again when it dies is others' affair.

import type { ChildExit } from '../child/start-child.ts';
import { OperatorError } from '../model/errors.ts';
import type { BpftraceProgram } from '../model/program.ts';
import type { BirthRecord } from '../model/watch.ts';
import { parseBirthRecord } from './birth-records.ts';
import { startBpftrace } from './start-bpftrace.ts';
import { explainFailure } from './explain-failure.ts';
import { LineSplitter } from './lines.ts';
import { askMachine } from './machine.ts';
import { lostEvents, NoiseFilter } from './noise.ts';
import { noticeSilence, type SilencePatience } from './notice-silence.ts';

export interface BirthsOptions {
  readonly bpftracePath: string;
  readonly program: BpftraceProgram;
  /** Attach points to be named when they are not there. */
  readonly probes: readonly string[];
  /** Heartbeats too: the first comes when all probes are attached. */
  readonly onRecord: (record: BirthRecord) => void;
  readonly onLost: (count: number) => void;
  readonly onMessage: (text: string) => void;
  /** For tests. */
  readonly patience?: SilencePatience;
}

export interface Births {
  /** bpftrace's process id; null when it could not be started. */
  readonly bpftracePid: number | null;
  /** True: all probes are attached; false: it has ended before. */
  readonly ready: Promise<boolean>;
  /** Settles when all it had said was delivered, with what went wrong; null: it was asked to end. */
  readonly finished: Promise<OperatorError | null>;
  stop(): void;
}

/** Of bpftrace's own words, kept to explain a failure. */
const MAX_MESSAGES = 50;

export async function startBirths(options: BirthsOptions): Promise<Births> {
  const messages: string[] = [];
  let records = 0;
  let silence: OperatorError | null = null;
  let markReady: (attached: boolean) => void = () => undefined;
  const ready = new Promise<boolean>((resolve) => (markReady = resolve));
  const lineReader = (): LineSplitter => {
    const noise = new NoiseFilter();
    return new LineSplitter((buffer, start, end) => {
      const text = Buffer.from(buffer.subarray(start, end)).toString('utf8');
      const record = parseBirthRecord(text);
      const lost = record === null ? lostEvents(text) : null;
      if (record !== null) {
        records += 1;
        markReady(true);
        options.onRecord(record);
      } else if (lost !== null) {
        options.onLost(lost);
      } else if (noise.keeps(text)) {
        messages.push(text);
        if (messages.length > MAX_MESSAGES) messages.shift();
        options.onMessage(text);
      }
    });
  };
  const [stdout, stderr] = [lineReader(), lineReader()];
  const { child, ending, stop } = await startBpftrace({
    bpftracePath: options.bpftracePath,
    program: options.program,
    onStdout: (bytes) => stdout.push(bytes),
    onStderr: (bytes) => stderr.push(bytes),
  });
  const endSilence = noticeSilence(
    () => records,
    (seconds) => {
      silence = silentError(seconds, records > 0);
      // A process that is stopped obeys nothing else.
      child.signal('SIGKILL');
    },
    options.patience,
  );
  const finished = child.exited.then((exit) => {
    endSilence();
    stdout.end();
    stderr.end();
    markReady(false);
    if (ending.isStopping) return null;
    if (silence !== null) return silence;
    return records > 0 ? diedError(exit, messages) : explainFailure(exit, messages, askMachine(), options.probes);
  });
  return {
    bpftracePid: child.pid,
    ready,
    finished,
    stop: () => {
      endSilence();
      stop();
    },
  };
}

function diedError({ code, signal }: ChildExit, messages: readonly string[]): OperatorError {
  const how = signal === null ? `ended with status ${String(code)}` : `was ended by ${signal}`;
  return new OperatorError('incomplete', `bpftrace ${how}`, 'it is started again', { cause: new Error(messages.join('\n')) });
}

function silentError(seconds: number, wasReady: boolean): OperatorError {
  const message = `bpftrace said nothing for ${String(seconds)} s${wasReady ? '' : ' after its start'}, and was killed`;
  return new OperatorError(wasReady ? 'incomplete' : 'environment', message, 'was it stopped, or its control group frozen?');
}
