// Runs a capture program: bpftrace as a child process, its output → CaptureEvents, one callback each, 'stopped' always last. Owns
// the child from start to end; knows nothing of what samples mean. Parsing is in records.ts and sample-assembly.ts.

import type { ChildExit } from '../child/start-child.ts';
import type { CaptureEvent } from '../model/capture.ts';
import { OperatorError } from '../model/errors.ts';
import type { CaptureProgram, JvmThreadLocator } from '../model/program.ts';
import { asPid, asTid, type Tid } from '../model/units.ts';
import { locatorFits } from '../program/stack-bytes.ts';
import { type Bpftrace, type Ending, startBpftrace } from './start-bpftrace.ts';
import { explainFailure } from './explain-failure.ts';
import { feedWords } from './feed-words.ts';
import { JvmFeed } from './jvm-feed.ts';
import { LineSplitter } from './lines.ts';
import { askMachine, requireInitialPidNamespace } from './machine.ts';
import { lostEvents, NoiseFilter } from './noise.ts';
import type { RecordSink } from './record-sink.ts';
import { RecordParser } from './records.ts';
import { SampleAssembly } from './sample-assembly.ts';
import { WeighedSamples } from './weighed-samples.ts';

export interface CaptureOptions {
  readonly bpftracePath: string;
  readonly program: CaptureProgram;
  readonly onEvent: (event: CaptureEvent) => void;
}

export interface Capture {
  /** bpftrace's process id; null when it could not be started. */
  readonly bpftracePid: number | null;
  /** Asks bpftrace to end and settles when 'stopped' was delivered; by force when it hangs. Twice is fine. */
  stop(): Promise<void>;
  /** Settles when 'stopped' was delivered, however that came; never rejects. */
  readonly finished: Promise<void>;
  /** Tells the running program of a JVM. False: not confirmed, anchors of it will not be captured. */
  feedJvm(locator: JvmThreadLocator): Promise<boolean>;
}

/**
 * bpftrace reads its buffers when all probes are attached, so a sample or a heartbeat tells as much as the record that says so; that one may be among the
 * lost, or wait for minutes behind another CPU's, where a machine is too busy. So long after the first of these it is not waited for any more.
 */
const READY_AFTER_MS = 1000;
const NOT_TOLD = 'more waits or operations at once than are told apart: those without a time are counted as broken';
/** Of bpftrace's own words, kept to explain a failure. */
const MAX_MESSAGES = 200;

/** Starts bpftrace. Throws an OperatorError where that has no sense; what goes wrong from then on is an event. */
export async function startCapture(options: CaptureOptions): Promise<Capture> {
  requireInitialPidNamespace();
  const { onEvent, program } = options;
  const messages: string[] = [];
  let isReady = false;
  /** It has printed a sample or a heartbeat before it was asked to end. */
  let isSampling = false;
  let started: Bpftrace | null = null;
  let readyTimer: NodeJS.Timeout | undefined;
  let markReady: () => void = () => undefined;
  const feed = new JvmFeed(new Promise<void>((resolve) => (markReady = resolve)));

  let isWhole = true;
  let toldUnnoted = false;
  const say = (text: string, filter: NoiseFilter): void => {
    const lost = lostEvents(text);
    if (lost !== null) {
      isWhole = false;
      onEvent({ kind: 'lost', count: lost });
    } else if (filter.keeps(text)) {
      messages.push(text);
      if (messages.length > MAX_MESSAGES) messages.shift();
      onEvent({ kind: 'message', text });
    }
  };
  const readySoon = (): void => {
    if (isReady || started?.ending.isStopping === true) return;
    isSampling = true;
    readyTimer ??= setTimeout(() => {
      sink.ready();
    }, READY_AFTER_MS);
  };
  const [outNoise, errNoise] = [new NoiseFilter(), new NoiseFilter()];
  const broken = (tid: Tid | null): void => {
    isWhole = false;
    onEvent({ kind: 'broken-sample', tid });
  };
  const weighed =
    program.weighs === undefined
      ? null
      : new WeighedSamples(
          { sample: (sample) => onEvent({ kind: 'sample', sample }), broken },
          program.weighs === 'wall' ? { doing: 'blocked' } : {},
        );
  const amount = program.eachCounts;
  const assembly = new SampleAssembly(program, {
    sample: (sample, key) => {
      readySoon();
      if (weighed === null) onEvent({ kind: 'sample', sample: amount === undefined ? sample : { ...sample, amount } });
      else weighed.sample(sample, key);
    },
    broken,
  });
  const sink: RecordSink = {
    head: (head) => assembly.head(head),
    registers: (key, registers) => assembly.registers(key, registers),
    anchor: (key, thread, sp, pc, fp) => assembly.anchor(key, thread, sp, pc, fp),
    kernelStack: (key, addresses) => assembly.kernelStack(key, addresses),
    chunk: (key, address, bytes) => assembly.chunk(key, address, bytes),
    tail: (key, tid) => assembly.tail(key, tid),
    weight: (key, tid, amount, also) => weighed?.weight(key, tid, amount, also),
    share: (key, tid, amount, kind) => weighed?.share(key, tid, amount, kind),
    label: (key, tid, kind, text) => weighed?.label(key, tid, kind, text),
    // Nothing was lost on its way: the others' waits are what they seem.
    unnoted: (tid) => {
      if (!toldUnnoted) onEvent({ kind: 'message', text: NOT_TOLD });
      toldUnnoted = true;
      onEvent({ kind: 'broken-sample', tid: asTid(tid) });
    },
    fork: (parent, child) => onEvent({ kind: 'fork', parent: asPid(parent), child: asPid(child) }),
    exec: (pid) => onEvent({ kind: 'exec', pid: asPid(pid) }),
    exit: (pid) => onEvent({ kind: 'exit', pid: asPid(pid) }),
    jvmFed: (pid) => feed.confirmed(pid),
    ready: () => {
      if (isReady) return;
      isReady = true;
      markReady();
      onEvent({ kind: 'ready' });
    },
    budget: (every, skippedTicks) => onEvent({ kind: 'budget', every, skippedTicks }),
    heartbeat: (timeNs) => {
      readySoon();
      weighed?.heard(timeNs);
      onEvent({ kind: 'heartbeat', timeNs });
    },
    other: (text) => say(text, outNoise),
  };
  const parser = new RecordParser(sink);
  const stdout = new LineSplitter((buffer, start, end) => parser.line(buffer, start, end));
  const stderr = new LineSplitter((buffer, start, end) =>
    say(Buffer.from(buffer.subarray(start, end)).toString('utf8'), errNoise),
  );

  const { child, ending, stop } = (started = await startBpftrace({
    bpftracePath: options.bpftracePath,
    program,
    onStdout: (bytes) => stdout.push(bytes),
    onStderr: (bytes) => stderr.push(bytes),
  }));
  const finished = child.exited.then((exit) => {
    stdout.end();
    stderr.end();
    assembly.end();
    const areWaits = program.weighs === 'waits' || program.weighs === 'wall';
    // Without losses a wait that has no end goes on, and an operation has not ended; with them nobody knows.
    weighed?.end(!isWhole ? 'broken' : program.weighs === 'spans' ? 'nothing' : areWaits ? 'waiting' : 'broken');
    clearTimeout(readyTimer);
    // It died before its time was up: what it had delivered counts all the same.
    if (isSampling && !ending.isStopping) sink.ready();
    feed.close();
    markReady();
    const error = failureOf(exit, { isReady, ...ending, messages, probes: program.probes ?? [] });
    if (error !== null) onEvent({ kind: 'failed', error });
    onEvent({ kind: 'stopped' });
  });
  return {
    bpftracePid: child.pid,
    finished,
    feedJvm: (locator) => (locatorFits(locator) ? feed.feed(locator.pid, feedWords(locator)) : Promise.resolve(false)),
    stop: () => {
      clearTimeout(readyTimer);
      stop();
      return finished;
    },
  };
}

interface Course extends Ending {
  readonly isReady: boolean;
  readonly messages: readonly string[];
  /** As in {@link CaptureProgram}. */
  readonly probes: readonly string[];
}

/** null: it ended because we asked it to. */
function failureOf(exit: ChildExit, course: Course): OperatorError | null {
  // Before it has set up its handlers it dies of our signal.
  if (course.isReady && course.isKilled) {
    return new OperatorError(
      'incomplete',
      'bpftrace did not end when asked and was killed: samples that it still held are lost',
      'the machine may be too busy for it: sample less often (-F 49); what was delivered is kept',
    );
  }
  if (course.isReady && course.isCutOff) {
    return new OperatorError(
      'incomplete',
      'bpftrace printed without a pause and was interrupted in it: its last samples may be missing',
      'the machine may be too busy for it: sample less often (-F 49); what was delivered is kept',
    );
  }
  const byOurSignal = exit.signal === 'SIGINT' || exit.signal === 'SIGKILL';
  if (course.isStopping && (course.isReady || exit.code === 0 || byOurSignal)) return null;
  if (!course.isReady) return explainFailure(exit, course.messages, askMachine(), course.probes);
  const how = exit.signal === null ? `ended with status ${String(exit.code)}` : `was ended by ${exit.signal}`;
  return new OperatorError(
    'incomplete',
    `bpftrace ${how} while sampling`,
    'what was recorded until then is kept; -v shows what bpftrace said',
    {
      cause: new Error(course.messages.join('\n')),
    },
  );
}
