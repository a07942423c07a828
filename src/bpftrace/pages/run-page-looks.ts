// Runs a program of templates/page-tables.bt and gives what it sees as events, until it ends by itself or is stopped.

import { OperatorError } from '../../model/errors.ts';
import type { PageLookEvent } from '../../model/page-look.ts';
import type { PageState } from '../../model/page-state.ts';
import type { BpftraceProgram } from '../../model/program.ts';
import { startBpftrace } from '../start-bpftrace.ts';
import { explainFailure } from '../explain-failure.ts';
import { LineSplitter } from '../lines.ts';
import { askMachine } from '../machine.ts';
import { lostEvents, NoiseFilter } from '../noise.ts';
import { type LookRange, PageLookLines } from './page-look-lines.ts';

export interface PageLooksOptions {
  readonly bpftracePath: string;
  readonly program: BpftraceProgram;
  readonly range: LookRange;
  readonly decode: (bits: number) => PageState;
  readonly onEvent: (event: PageLookEvent) => void;
}

export interface PageLooks {
  /** Settles when the last event was given; never rejects. */
  readonly finished: Promise<void>;
  /** Asks it to end. */
  stop(): void;
}

/** Of bpftrace's own words, kept to explain a failure. */
const MAX_MESSAGES = 200;

export async function runPageLooks(options: PageLooksOptions): Promise<PageLooks> {
  const { program, onEvent } = options;
  const messages: string[] = [];
  const lines = new PageLookLines(options.range, options.decode, onEvent);
  const say = (text: string, filter: NoiseFilter): void => {
    // What was lost shows in the looks that are not whole.
    if (lostEvents(text) !== null || !filter.keeps(text)) return;
    messages.push(text);
    if (messages.length > MAX_MESSAGES) messages.shift();
  };
  const [outNoise, errNoise] = [new NoiseFilter(), new NoiseFilter()];
  const stdout = new LineSplitter((buffer, start, end) => {
    const text = Buffer.from(buffer.subarray(start, end)).toString('latin1');
    if (!lines.line(text)) say(text, outNoise);
  });
  const stderr = new LineSplitter((buffer, start, end) => {
    say(Buffer.from(buffer.subarray(start, end)).toString('utf8'), errNoise);
  });
  const { child, ending, stop } = await startBpftrace({
    bpftracePath: options.bpftracePath,
    program,
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
    if (ending.isKilled) return;
    const hasBegun = lines.parentPid === process.pid;
    if (hasBegun && (exit.code === 0 || ending.isStopping)) return;
    if (ending.isStopping && exit.signal === 'SIGINT') return;
    onEvent({
      kind: 'failed',
      error: hasBegun
        ? new OperatorError(
            'incomplete',
            `bpftrace was ended by ${exit.signal ?? `itself, with status ${String(exit.code)}`}`,
            'what it had delivered is kept',
            {
              cause: new Error(messages.join('\n')),
            },
          )
        : explainFailure(exit, messages, askMachine()),
    });
  });
  return {
    finished,
    stop,
  };
}
