// One run of the program of src/program/pages/efault.ts: its lines and maps → the result. Losses are counted, what bpftrace says is for -v.

import { release } from 'node:os';
import { countOf, readEfaultLine } from '../bpftrace/efault-lines.ts';
import type { FoundBpftrace } from '../bpftrace/find.ts';
import { runScript, type ScriptRun } from '../bpftrace/run-script.ts';
import type { EfaultRequest } from '../model/efault-request.ts';
import { type EfaultResult, type EfaultUi, isWhole } from '../model/efault-result.ts';
import { EXIT, OperatorError } from '../model/errors.ts';
import type { BpftraceProgram } from '../model/program.ts';
import type { MapSnapshot, ScriptEvent } from '../model/script.ts';
import type { RunEnd } from '../model/summary.ts';
import { isNumaBalancing } from '../target/pages/numa-balancing.ts';
import { EfaultCounts } from './efault-counts.ts';
import { EfaultMappings } from './efault-mappings.ts';
import { aborted, EndOfRun, type Sampled } from './end-of-run.ts';

/** Of bpftrace, why it did not start. */
const MAX_REASONS = 4;

export interface EfaultStart {
  readonly request: EfaultRequest;
  readonly bpftrace: FoundBpftrace;
  readonly program: BpftraceProgram;
  readonly mark: string;
  readonly ui: EfaultUi;
}

export class EfaultSession {
  readonly #start: EfaultStart;
  readonly #counts: EfaultCounts;
  readonly #isNumaBalancing = isNumaBalancing();
  readonly #ready: Promise<boolean>;
  #settle: (isReady: boolean) => void = () => undefined;
  #run: ScriptRun | null = null;
  #failure: OperatorError | null = null;
  #lostEvents = 0;
  #untold = 0;
  #untoldAdvice = 0;
  #beganMs = 0;
  #endedMs = 0;

  private constructor(start: EfaultStart) {
    this.#start = start;
    const mappings = new EfaultMappings();
    this.#counts = new EfaultCounts({
      probes: start.request.probes,
      isNumaBalancing: this.#isNumaBalancing,
      mappingsOf: (read) => mappings.of(read),
    });
    this.#ready = new Promise((resolve) => (this.#settle = resolve));
  }

  static async start(start: EfaultStart): Promise<EfaultSession> {
    const { bpftrace, program, mark } = start;
    const session = new EfaultSession(start);
    session.#run = await runScript({
      bpftracePath: bpftrace.path,
      version: bpftrace.version,
      text: program.text,
      environment: program.environment,
      arguments: program.arguments,
      pid: null,
      unsafe: program.unsafe,
      readyMarker: `${mark} ready`,
      ownProbes: 0,
      hasIterators: false,
      own: { mark: `${mark} `, line: (text) => session.#line(text) },
      onEvent: (event) => session.#event(event),
    });
    return session;
  }

  /** What ended it; null: it never ran, as the operator ended it before. Throws what bpftrace failed with before it ran. */
  async toItsEnd(surroundings: Sampled, durationMs: number | null): Promise<RunEnd | null> {
    const run = this.#run;
    if (run === null) throw new Error('not started');
    const { command, control } = surroundings;
    if (!(await Promise.race([this.#ready, aborted(control.stop).then(() => false)]))) {
      await run.stop();
      command?.kill(this.#failure === null && control.stop.reason === 'SIGINT' ? 'SIGINT' : 'SIGKILL');
      if (this.#failure !== null) throw inItsWords(this.#failure);
      return null;
    }
    this.#beganMs = performance.now();
    void command?.resume();
    if (command === null && durationMs === null)
      this.#start.ui.message('note', 'every probe is attached; Ctrl-C stops and reports');
    const end = await new EndOfRun(() => false).first(run.finished, surroundings, durationMs);
    this.#endedMs = performance.now();
    await run.stop();
    return end;
  }

  /** Tells all there is; gives the exit code. */
  report(end: RunEnd): number {
    const { ui, bpftrace } = this.#start;
    const rows = this.#counts.rows();
    // Too many in a second, or lost on the way without a word.
    const untold = rows.reduce((sum, { failed, causes }) => causes.reduce((left, { count }) => left - count, sum + failed), 0);
    const result: EfaultResult = {
      version: 1,
      rows,
      durationMs: this.#endedMs - this.#beganMs,
      end,
      kernel: release(),
      bpftraceVersion: bpftrace.versionText,
      isNumaBalancing: this.#isNumaBalancing,
      untold,
      untoldAdvice: this.#untoldAdvice,
      lostEvents: this.#lostEvents,
    };
    ui.result(result);
    if (this.#lostEvents > 0)
      ui.message('warning', `${String(this.#lostEvents)} events were lost: causes are missing, the counts of reads are not`);
    if (untold > 0) {
      const why = this.#untold > 0 ? 'too many in a second' : 'bpftrace lost them';
      ui.message(
        'warning',
        `${String(untold)} failing reads were not told one by one (${why}): they are counted, without their cause`,
      );
    }
    if (this.#untoldAdvice > 0)
      ui.message('warning', `${String(this.#untoldAdvice)} calls of madvise came too fast: pages given back by them may be called never touched`); // prettier-ignore
    if (this.#failure !== null) ui.problem(this.#failure);
    return isWhole(result, this.#failure) ? EXIT.ok : EXIT.incomplete;
  }

  #line(text: string): void {
    const line = readEfaultLine(text);
    if (line === null) this.#start.ui.message('detail', `a line of the program is not understood: ${text}`);
    else this.#counts.line(line);
  }

  #event(event: ScriptEvent): void {
    switch (event.kind) {
      case 'ready':
        this.#settle(true);
        return;
      case 'map':
        this.#map(event.map);
        return;
      case 'lost':
        this.#lostEvents += event.count;
        return;
      case 'message':
        this.#start.ui.message('detail', event.text);
        return;
      case 'failed':
        this.#failure = event.error;
        return;
      case 'stopped':
        this.#settle(false);
        return;
      case 'text':
      case 'value':
        return;
      default:
        event satisfies never;
    }
  }

  #map(map: MapSnapshot): void {
    if (map.name === '@__jt_read') this.#counts.counted(map);
    else if (map.name === '@__jt_untold') this.#untold = countOf(map);
    else if (map.name === '@__jt_unadvised') this.#untoldAdvice = countOf(map);
  }
}

/** What bpftrace gives as its reason is the hint, where there is none: the probes are the operator's. */
function inItsWords(error: OperatorError): OperatorError {
  const words = error.cause instanceof Error ? error.cause.message.split('\n') : [];
  const reasons = words.filter((line) => line.includes('ERROR: ')).slice(0, MAX_REASONS);
  if (error.hint !== '' && error.kind !== 'usage') return error;
  return new OperatorError('environment', error.message, [error.hint, ...reasons].filter((line) => line !== '').join('\n'), {
    cause: error.cause,
  });
}
