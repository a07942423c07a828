// One profiling run, once its capture program runs: samples in, the profile and its outputs out, and the reasons to end.

import { constants, release } from 'node:os';
import { EXIT, OperatorError } from '../model/errors.ts';
import type { JvmProcess, TargetProcess } from '../model/process.ts';
import type { JvmThreadLocator } from '../model/program.ts';
import type { Profile } from '../model/profile.ts';
import { MAX_SAMPLES } from '../model/recording-limits.ts';
import type { ProfileRequest } from '../model/request.ts';
import type { Recording } from '../model/recording.ts';
import type { RawSample } from '../model/sample.ts';
import type { RunEnd, RunFacts, TargetFacts } from '../model/summary.ts';
import type { Ui } from '../model/ui.ts';
import type { Pid } from '../model/units.ts';
import { visibleProfile } from '../outputs/hidden-frames.ts';
import { createProfileBuilder, type ProfileBuilder } from '../profile/profile-builder.ts';
import { recordingFacts } from '../profile/recording-facts.ts';
import { summarize } from '../profile/summarize.ts';
import { stillAsleep, threadSwitches, type ThreadSwitches } from '../target/processes/sleeping-threads.ts';
import { createRecorder, type Recorder } from '../target/recording/recorder.ts';
import { addSleepers, tellSleepers } from './add-sleepers.ts';
import type { CaptureSession, SessionSinks } from './capture-session.ts';
import { ContainedBugs } from './contained-bugs.ts';
import { profiledEvent } from './event-capture.ts';
import { isOfEvent } from './event-frames.ts';
import { aborted, EndOfRun, type Sampled } from './end-of-run.ts';
import type { ObservedProcesses } from './observed-processes.ts';
import { processesOf } from './processes-of-run.ts';
import { rateReduction, reductionWarning } from './rate-reduction.ts';
import { RunOutputs } from './run-outputs.ts';
import { SampleResolver } from './sample-resolver.ts';
import { SamplingClock } from './sampling-start.ts';
import { tellNoSamples } from './tell-no-samples.ts';
import { tellUnnamedCode } from './tell-unnamed-code.ts';
import { UnreadablePages } from './unreadable-pages.ts';

const PROGRESS_INTERVAL_MS = 250;
/** Room is left for what is on its way when sampling ends: far more than any machine delivers between two looks. */
const FULL_SAMPLES = MAX_SAMPLES - (1 << 20);
/** Each takes some 50 ms; the others are told to the running program when they are met. */
const MAX_JVMS_AT_START = 32;
/** Exit status of a command that a signal ended, as shells count. */
const SIGNAL_EXIT_BASE = 128;

/** What one run holds: processes, samples, outputs. */
export class ProfileRun {
  readonly knownJvms: JvmThreadLocator[] = [];
  readonly sinks: SessionSinks;
  readonly #request: ProfileRequest;
  readonly #ui: Ui;
  readonly #bugs: ContainedBugs;
  readonly #recorder: Recorder | null;
  readonly #processes: ObservedProcesses;
  readonly #event: ReturnType<typeof profiledEvent>;
  readonly #builder: ProfileBuilder;
  readonly #resolver: SampleResolver;
  readonly #outputs: RunOutputs;
  readonly #unreadable = new UnreadablePages();
  #session: CaptureSession | null = null;
  readonly #clock = new SamplingClock();
  readonly #end: EndOfRun;
  /** What was asked for, if it is no JVM. */
  #root: TargetFacts | null = null;
  #toldReduction = false;
  /** Of wall time: the chosen process's threads that slept when it began. */
  #sleptAtStart: ThreadSwitches | null = null;

  /** `fullSamples`: for tests. */
  constructor(request: ProfileRequest, ui: Ui, fullSamples = FULL_SAMPLES) {
    this.#request = request;
    this.#event = profiledEvent(request);
    this.#builder = createProfileBuilder(this.#event?.unit ?? 'samples');
    this.#ui = ui;
    this.#bugs = new ContainedBugs(ui);
    this.#outputs = new RunOutputs(request.outputs, request);
    this.#end = new EndOfRun(() => this.#builder.current().samples.stack.length >= fullSamples || this.#outputs.isFull);
    const recorder = request.recordReads === null || request.printProgram ? null : createRecorder(request.recordReads);
    this.#recorder = recorder;
    const isWholeMachine = request.target.kind === 'all';
    this.#processes = processesOf(request, recorder, ui, (locator) => {
      if (this.#session === null) this.knownJvms.push(locator);
      else this.#session.feedJvm(locator);
    });
    this.#resolver = new SampleResolver(
      this.#processes,
      this.#builder,
      recorder === null ? null : (sample) => { recorder.sample(sample); }, // prettier-ignore
      (error) => {
        this.#bugs.tell('a stack', error);
      },
      isWholeMachine,
      request.event,
    );
    this.sinks = {
      sample: (sample: RawSample) => {
        this.#clock.sampled(sample.timeNs);
        if (!isOfEvent(request.event, sample.labels)) return;
        if (isWholeMachine) this.#bugs.guard(sample.pid, () => this.#processes.meet(sample));
        this.#bugs.guard(sample.pid, () => {
          this.#unreadable.see(sample);
        });
        this.#resolver.add(sample);
      },
      exec: (pid: Pid) => {
        this.#resolver.flush();
        this.#bugs.guard(pid, () => this.#processes.exec(pid));
      },
      exit: (pid: Pid) => {
        this.#resolver.flush();
        this.#bugs.guard(pid, () => this.#processes.exit(pid));
        this.#end.processExited(pid);
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
  openTarget(process: TargetProcess): void {
    const { pid } = process;
    if (process.vm === 'none') this.#root = plainFacts(pid, process.program, process.container);
    const { state } = this.#processes.open(pid);
    if (state.kind === 'unsupported') {
      const jdk = process.vm === 'none' ? '' : process.jdk;
      throw new OperatorError(
        'environment',
        `process ${String(pid)}${jdk === '' ? '' : ` (JDK ${jdk})`}: ${state.detail}`,
        'HotSpot of JDK 8 to 27 is walked, on x86-64 and aarch64',
      );
    }
    if (state.kind === 'gone')
      throw new OperatorError('usage', `process ${String(pid)} has ended`, '`jtrace profile` without a pid lists the JVMs');
  }

  /** Attaches to the JVMs there are, so that the program knows them from its start; those that cannot be are met as all others. */
  openMachine(jvms: readonly JvmProcess[]): void {
    for (const { pid } of jvms.slice(0, MAX_JVMS_AT_START)) {
      this.#bugs.guard(pid, () => {
        try {
          this.#processes.open(pid);
        } catch (error) {
          if (!(error instanceof OperatorError)) throw error;
        }
      });
    }
  }

  /** Samples until the duration, the target or the operator ends it; then writes and reports. */
  async sample(session: CaptureSession, sampled: Sampled): Promise<number> {
    this.#session = session;
    for (const locator of this.knownJvms.splice(0)) session.feedJvm(locator);
    const { command, control } = sampled;
    const { target } = this.#request;
    if (target.kind === 'command' && sampled.root !== null) this.#root = plainFacts(sampled.root, target.argv[0], '');
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
    if (this.#event?.name === 'wall' && sampled.root !== null) this.#sleptAtStart = threadSwitches(sampled.root);
    this.#clock.begin(readyMs, Date.now());
    const soFar = (profile: Profile, end: RunEnd): Recording =>
      this.#recording(profile, sampled, session, end, performance.now() - readyMs);
    const writing = this.#outputs.start(
      { copy: () => soFar(this.#builder.build(), 'duration'), growing: () => soFar(this.#builder.current(), 'failed') },
      (text) => { this.#ui.message('warning', text); }, // prettier-ignore
    );
    const timer = setInterval(() => { progress('sampling', readyMs); }, PROGRESS_INTERVAL_MS); // prettier-ignore
    void command?.resume();
    const end = await this.#end.first(session.finished, sampled, this.#request.durationMs);
    const endedMs = performance.now() - readyMs;
    clearInterval(timer);
    writing.stop();
    progress('finishing', readyMs);
    await session.stop();
    return this.#report(sampled, session, end, this.#clock.sampledMs(endedMs));
  }

  #recording(profile: Profile, sampled: Sampled, session: CaptureSession, end: RunEnd, durationMs: number): Recording {
    return {
      profile,
      facts: recordingFacts(profile, this.#clock.start, this.#runFacts(sampled, session, end, durationMs)),
    };
  }

  /** The JVMs; where there are none, what was asked for. */
  #targets(): readonly TargetFacts[] {
    const jvms = this.#processes.facts();
    return jvms.length > 0 || this.#root === null ? jvms : [this.#root];
  }

  #runFacts(sampled: Sampled, session: CaptureSession, end: RunEnd, durationMs: number): Omit<RunFacts, 'files'> {
    const event = this.#event;
    const rateHz = event === null ? this.#request.rateHz : 0;
    return {
      targets: this.#targets(),
      isWholeMachine: this.#request.target.kind === 'all',
      kernel: release(),
      bpftraceVersion: sampled.bpftraceVersion,
      rateHz,
      event: event === null ? null : { name: event.name, counts: event.counts },
      durationMs,
      end,
      lostEvents: session.counts.lostEvents,
      brokenSamples: session.counts.brokenSamples,
      reduction: rateReduction(session.counts, this.#resolver.counts.taken, rateHz),
    };
  }

  async #report(sampled: Sampled, session: CaptureSession, end: RunEnd, durationMs: number): Promise<number> {
    this.#resolver.flush();
    if (sampled.root !== null) this.#addSleepers(sampled.root, durationMs);
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
    tellUnnamedCode(recording.profile, this.#ui);
    this.#unreadable.tell(this.#ui);
    if (session.failure !== null) this.#ui.problem(session.failure);
    const isRecorded = this.#closeRecording();
    const incomplete = session.failure !== null || !isRecorded || files.some(({ problem }) => problem !== null);
    const own = this.#bugs.count > 0 ? EXIT.bug : incomplete ? EXIT.incomplete : EXIT.ok;
    if (sampled.command === null) return own;
    const { code, signal } = await sampled.command.exited;
    const status = signal === null ? (code ?? 0) : SIGNAL_EXIT_BASE + constants.signals[signal];
    return status === 0 ? own : status;
  }

  #addSleepers(pid: Pid, durationMs: number): void {
    const fromNs = this.#clock.start.ns;
    if (this.#sleptAtStart === null || fromNs === null) return;
    const threads = stillAsleep(pid, this.#sleptAtStart);
    tellSleepers(threads.length, this.#sleptAtStart.others, this.#ui);
    addSleepers(this.#builder, threads, {
      ...{ pid, fromNs, durationNs: durationMs * 1e6, kernel: this.#request.kernel },
      nameOf: (tid, comm) => this.#processes.threadName({ pid, tid, comm, mode: 'kernel' }),
    });
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

function plainFacts(pid: Pid, program: string, container: string): TargetFacts {
  return { pid, mainClass: '', program, jdkVersion: '', container, vmFlags: [] };
}
