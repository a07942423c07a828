// One profiling run, once its capture program runs: samples in, the profile and its outputs out, and the reasons to end.

import { constants, release } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { type CommandExit, isInForeground, type LaunchedCommand } from '../child/command.ts';
import { EXIT, OperatorError } from '../model/errors.ts';
import type { JvmThreadLocator } from '../model/program.ts';
import type { Profile } from '../model/profile.ts';
import { MAX_SAMPLES } from '../model/recording-limits.ts';
import type { ProfileRequest } from '../model/request.ts';
import type { Recording } from '../model/recording.ts';
import type { RunEnd, RunFacts } from '../model/summary.ts';
import type { RunControl, Ui } from '../model/ui.ts';
import type { Pid } from '../model/units.ts';
import { visibleProfile } from '../outputs/hidden-frames.ts';
import { createProfileBuilder, type ProfileBuilder } from '../profile/profile-builder.ts';
import { recordingFacts } from '../profile/recording-facts.ts';
import { summarize } from '../profile/summarize.ts';
import { readKernelSymbols } from '../target/kallsyms.ts';
import { withBatchPages } from '../target/batch-pages.ts';
import { LibraryBuilds } from '../target/library-builds.ts';
import { openTarget } from '../target/open-target.ts';
import { describeRunning } from '../target/processes/describe-jvm.ts';
import { hasEnded } from '../target/processes/has-ended.ts';
import { createRecorder, type Recorder } from '../target/recording/recorder.ts';
import type { CaptureSession, SessionSinks } from './capture-session.ts';
import { ObservedProcesses } from './observed-processes.ts';
import { rateReduction, reductionWarning } from './rate-reduction.ts';
import { createUserCache } from './user-cache/user-cache.ts';
import { RunOutputs } from './run-outputs.ts';
import { SampleResolver } from './sample-resolver.ts';
import { SamplingClock } from './sampling-start.ts';
import { tellNoSamples } from './tell-no-samples.ts';

const PROGRESS_INTERVAL_MS = 250;
/** Also the longest that a run outlives a target whose end bpftrace did not tell. */
const LOOK_FOR_END_MS = 500;
/** Room is left for what is on its way when sampling ends: far more than any machine delivers between two looks. */
/** Of what Node allows: the outputs must still be made of it. */
const FULL_HEAP_SHARE = 0.6;
const FULL_SAMPLES = MAX_SAMPLES - (1 << 20);
/** Exit status of a command that a signal ended, as shells count. */
const SIGNAL_EXIT_BASE = 128;

export interface RunningCommand extends LaunchedCommand {
  readonly exited: Promise<CommandExit>;
}

/** A run's surroundings. */
export interface Sampled {
  readonly root: Pid;
  /** With the pid, the identity of a chosen process; null: a command, whose end is waited for. */
  readonly rootStartTicks: number | null;
  readonly command: RunningCommand | null;
  readonly control: RunControl;
  readonly bpftraceVersion: string;
}

/** What one run holds: processes, samples, outputs. */
export class ProfileRun {
  readonly knownJvms: JvmThreadLocator[] = [];
  readonly sinks: SessionSinks;
  readonly #request: ProfileRequest;
  readonly #ui: Ui;
  readonly #recorder: Recorder | null;
  readonly #processes: ObservedProcesses;
  readonly #builder: ProfileBuilder = createProfileBuilder('samples');
  readonly #resolver: SampleResolver;
  readonly #outputs: RunOutputs;
  #session: CaptureSession | null = null;
  readonly #clock = new SamplingClock();
  #root: Pid | null = null;
  #onRootExit: () => void = () => undefined;
  #onFull: () => void = () => undefined;
  #bugs = 0;
  #toldReduction = false;

  readonly #fullSamples: number;

  /** `fullSamples`: for tests. */
  constructor(request: ProfileRequest, ui: Ui, fullSamples = FULL_SAMPLES) {
    this.#fullSamples = fullSamples;
    this.#request = request;
    this.#ui = ui;
    this.#outputs = new RunOutputs(request.outputs, request);
    const recorder = request.recordReads === null || request.printProgram ? null : createRecorder(request.recordReads);
    this.#recorder = recorder;
    const kernel = readKernelSymbols();
    const builds = new LibraryBuilds(createUserCache({ environment: process.env }));
    this.#processes = new ObservedProcesses(
      {
        // Recorded are the reads themselves, for others to replay.
        open: (pid) => recorder?.target(openTarget(pid, builds)) ?? withBatchPages(openTarget(pid, builds)),
        kernel: recorder?.kernel(kernel) ?? kernel,
        describe: describeRunning,
        reread: request.reread,
        onUnreadable: (error) => ui.message('warning', `${error.message}: its stacks are unfinished`),
      },
      (locator) => {
        if (this.#session === null) this.knownJvms.push(locator);
        else this.#session.feedJvm(locator);
      },
    );
    this.#resolver = new SampleResolver(
      this.#processes,
      this.#builder,
      recorder === null ? null : (sample) => { recorder.sample(sample); }, // prettier-ignore
      (error) => {
        this.#bugs += 1;
        if (this.#bugs === 1)
          ui.message('warning', `a bug of jtrace cost a stack: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
      },
    );
    this.sinks = {
      sample: this.#resolver.add.bind(this.#resolver),
      exec: (pid: Pid) => {
        this.#resolver.flush();
        this.#processes.exec(pid);
      },
      exit: (pid: Pid) => {
        this.#resolver.flush();
        this.#processes.exit(pid);
        if (pid === this.#root) this.#onRootExit();
      },
      fork: () => undefined,
      budget: (every: number) => {
        this.#tellReduction(every);
      },
      message: (text: string) => {
        ui.message('detail', `bpftrace: ${text}`);
      },
      heartbeat: (timeNs: number) => {
        this.#clock.heard(timeNs, performance.now());
      },
    };
  }

  /** Attaches to a chosen process before anything runs: what cannot be profiled is refused here. */
  openTarget(pid: Pid): void {
    const { state } = this.#processes.open(pid);
    if (state.kind === 'unsupported') {
      const jdk = describeRunning(pid)?.jdk ?? '';
      throw new OperatorError(
        'environment',
        `process ${String(pid)}${jdk === '' ? '' : ` (JDK ${jdk})`}: ${state.detail}`,
        'this version walks HotSpot of JDK 17 on x86-64',
      );
    }
    if (state.kind === 'gone')
      throw new OperatorError('usage', `process ${String(pid)} has ended`, '`jtrace profile` without a pid lists the JVMs');
  }

  /** Samples until the duration, the target or the operator ends it; then writes and reports. */
  async sample(session: CaptureSession, sampled: Sampled): Promise<number> {
    this.#session = session;
    this.#root = sampled.root;
    for (const locator of this.knownJvms.splice(0)) session.feedJvm(locator);
    const { command, control } = sampled;
    const startMs = performance.now();
    const counts = this.#resolver.counts;
    const progress = (phase: 'starting' | 'sampling' | 'finishing', sinceMs: number): void => {
      const elapsedMs = performance.now() - sinceMs;
      const lost = session.counts.lostEvents + session.counts.brokenSamples;
      this.#ui.progress({
        phase,
        elapsedMs,
        totalMs: this.#request.durationMs,
        samples: counts.samples,
        lost,
        unfinished: counts.unfinished,
      });
    };
    progress('starting', startMs);
    if (!(await Promise.race([session.ready, aborted(control.stop).then(() => false)]))) {
      await session.stop();
      // Never let run, and ended as the operator asked for it: a shell counts 130 after Ctrl-C.
      command?.kill(session.failure === null && control.stop.reason === 'SIGINT' ? 'SIGINT' : 'SIGKILL');
      if (session.failure !== null) throw session.failure;
      return this.#report(sampled, session, 'interrupted', 0);
    }
    const readyMs = performance.now();
    this.#clock.begin(readyMs, Date.now());
    const soFar = (profile: Profile, end: RunEnd): Recording =>
      this.#recording(profile, sampled, session, end, performance.now() - readyMs);
    const writing = this.#outputs.start(
      { copy: () => soFar(this.#builder.build(), 'duration'), growing: () => soFar(this.#builder.current(), 'failed') },
      (text) => { this.#ui.message('warning', text); }, // prettier-ignore
    );
    const timer = setInterval(() => { progress('sampling', readyMs); }, PROGRESS_INTERVAL_MS); // prettier-ignore
    void command?.resume();
    const end = await this.#untilEnd(session, sampled);
    const durationMs = performance.now() - readyMs;
    clearInterval(timer);
    writing.stop();
    progress('finishing', readyMs);
    await session.stop();
    return this.#report(sampled, session, end, durationMs);
  }

  #recording(profile: Profile, sampled: Sampled, session: CaptureSession, end: RunEnd, durationMs: number): Recording {
    return {
      profile,
      facts: recordingFacts(profile, this.#clock.start, this.#runFacts(sampled, session, end, durationMs)),
    };
  }

  async #untilEnd(session: CaptureSession, { root, rootStartTicks, command, control }: Sampled): Promise<RunEnd> {
    const ends: Promise<RunEnd>[] = [session.finished.then(() => 'failed')];
    const look = setInterval(() => {
      if (this.#isFull()) this.#onFull();
      // The event of its end is missed when it came before the probes were attached, or was lost.
      if (rootStartTicks !== null && hasEnded(root, rootStartTicks)) this.#onRootExit();
    }, LOOK_FOR_END_MS);
    ends.push(new Promise((resolve) => (this.#onFull = () => { resolve('full'); }))); // prettier-ignore
    if (command === null) {
      ends.push(new Promise((resolve) => (this.#onRootExit = () => { resolve('target-exited'); }))); // prettier-ignore
      ends.push(aborted(control.stop).then(() => 'interrupted'));
    } else {
      ends.push(command.exited.then(() => 'target-exited'));
      // Ctrl-C is the command's: the terminal sent it to the whole group. What came to jtrace alone is passed on; then it is waited for.
      void aborted(control.stop).then(() => {
        if (control.stop.reason !== 'SIGINT' || !isInForeground())
          command.kill(control.stop.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
      });
    }
    const { durationMs } = this.#request;
    if (durationMs !== null) ends.push(new Promise((resolve) => { setTimeout(() => { resolve('duration'); }, durationMs).unref(); })); // prettier-ignore
    return Promise.race(ends).finally(() => { clearInterval(look); }); // prettier-ignore
  }

  #isFull(): boolean {
    const { used_heap_size: usedBytes, heap_size_limit: mostBytes } = getHeapStatistics();
    return (
      usedBytes > FULL_HEAP_SHARE * mostBytes ||
      this.#builder.current().samples.stack.length >= this.#fullSamples ||
      this.#outputs.isFull
    );
  }

  #runFacts(sampled: Sampled, session: CaptureSession, end: RunEnd, durationMs: number): Omit<RunFacts, 'files'> {
    return {
      targets: this.#processes.facts(),
      kernel: release(),
      bpftraceVersion: sampled.bpftraceVersion,
      rateHz: this.#request.rateHz,
      durationMs,
      end,
      lostEvents: session.counts.lostEvents,
      brokenSamples: session.counts.brokenSamples,
      reduction: rateReduction(session.counts, this.#resolver.counts.taken, this.#request.rateHz),
    };
  }

  async #report(sampled: Sampled, session: CaptureSession, end: RunEnd, durationMs: number): Promise<number> {
    this.#resolver.flush();
    // Not copied: the session has ended, nothing changes any more.
    const recording = this.#recording(this.#builder.current(), sampled, session, end, durationMs);
    if (end === 'full') {
      const samples = recording.profile.samples.stack.length.toLocaleString('en-US');
      this.#ui.message('warning', `the recording is full: ${samples} samples; run jtrace again to go on`);
    }
    const files = await this.#outputs.finish(recording);
    const facts = { ...this.#runFacts(sampled, session, end, durationMs), isOwnRun: true, files };
    this.#ui.summary(summarize(recording.profile, facts, this.#request.top, visibleProfile(recording.profile, this.#request)));
    tellNoSamples(recording, this.#ui);
    if (session.failure !== null) this.#ui.problem(session.failure);
    const isRecorded = this.#closeRecording();
    const incomplete = session.failure !== null || !isRecorded || files.some(({ problem }) => problem !== null);
    const own = this.#bugs > 0 ? EXIT.bug : incomplete ? EXIT.incomplete : EXIT.ok;
    if (sampled.command === null) return own;
    const { code, signal } = await sampled.command.exited;
    const status = signal === null ? (code ?? 0) : SIGNAL_EXIT_BASE + constants.signals[signal];
    return status === 0 ? own : status;
  }

  /** Once: how it went on is told by the summary. */
  #tellReduction(every: number): void {
    if (every === 1 || this.#toldReduction) return;
    this.#toldReduction = true;
    this.#ui.message('warning', reductionWarning(this.#request, every));
  }

  /** A recording that failed is one more output that failed, and takes nothing else with it. */
  #closeRecording(): boolean {
    try {
      this.#recorder?.close();
      return true;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      this.#ui.problem(error);
      return false;
    }
  }

  close(): void {
    this.#processes.close();
  }
}

/** Settles when the signal is aborted; never rejects. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => { resolve(); }, { once: true }); // prettier-ignore
  });
}
