// `jtrace residency PID --addr --watch`: looks again and again, tells what happened between two, keeps those that differ.

import { runPageLooks } from '../bpftrace/pages/run-page-looks.ts';
import { EXIT, type OperatorError } from '../model/errors.ts';
import type { PageChangeKind, PageRangeRequest, PageWatch, PageWatchEvent, RangeLook } from '../model/page-range.ts';
import type { PageLook } from '../model/page-look.ts';
import type { PageRun } from '../model/page-state.ts';
import type { RunControl } from '../model/ui.ts';
import { asAddress, PAGE_BYTES } from '../model/units.ts';
import { watchFormatOf } from '../outputs/residency/watch-formats.ts';
import { pageChanges } from '../residency/page-changes.ts';
import { decodeEntry } from '../residency/page-table-entry.ts';
import { shownRange } from '../residency/shown-range.ts';
import { isNumaBalancing } from '../target/pages/numa-balancing.ts';
import { readMappings } from '../target/pages/read-mappings.ts';
import { goneError, lookProgram } from './look-at-pages.ts';
import type { LookedProcess, PageRangeUi } from './looked-process.ts';
import { finishOutput, type Output, sweepLeftovers } from './output-files.ts';
import { startSnapshots } from './output-snapshots.ts';

/** Runs of pages of all looks that are kept: some 200 MB. More is told, not kept; what happens is shown all the same. */
const MOST_KEPT_RUNS = 1_000_000;

const MAPPINGS_AGE_MS = 1000;

/** Looks until the time is up, the process is gone or the operator stops it. */
export async function watchPages(
  request: PageRangeRequest,
  watch: NonNullable<PageRangeRequest['watch']>,
  looked: LookedProcess,
  ui: PageRangeUi,
  control: RunControl,
): Promise<number> {
  const { bpftrace, map, space } = looked;
  for (const path of request.outputs) sweepLeftovers(path);
  const kept = new KeptLooks(request, looked);
  const problem: { error: OperatorError | null } = { error: null };
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    looks.stop();
  };
  const looks = await runPageLooks({
    bpftracePath: bpftrace.path,
    program: lookProgram(bpftrace, map, space, request, watch.intervalMs),
    range: request,
    decode: decodeEntry,
    onEvent: (event) => {
      // The time is what is looked at, without bpftrace's start.
      if (event.kind === 'look' && watch.durationMs !== null) timer ??= setTimeout(stop, watch.durationMs);
      if (event.kind === 'look') for (const told of kept.look(event.look)) ui.event(told);
      else if (event.kind === 'fork') ui.event(kept.fork(event.timeNs, event.child));
      else if (event.kind === 'broken-look') kept.broken += 1;
      else if (event.kind === 'gone') kept.isGone = true;
      else problem.error = event.error;
    },
  });
  control.stop.addEventListener('abort', stop, { once: true });
  if (control.stop.aborted) stop();
  const files = (result: () => PageWatch): readonly Output[] =>
    request.outputs.map((path) => ({
      path,
      format: watchFormatOf(path)?.name ?? '',
      render: () => watchFormatOf(path)?.render(result()) ?? [],
    }));
  const soFar = (): PageWatch => kept.result('interrupted', []);
  const snapshots = startSnapshots(() => (kept.looked === 0 ? [] : files(soFar)));
  await looks.finished;
  clearTimeout(timer);
  snapshots.stop();
  control.stop.removeEventListener('abort', stop);
  const failure = problem.error;
  if (failure !== null && kept.looked === 0) throw failure;
  if (kept.isGone && kept.looked === 0) throw goneError(space.pid);
  const ended = failure !== null ? 'failed' : kept.isGone ? 'process-ended' : control.stop.aborted ? 'interrupted' : 'duration';
  const written = await Promise.all(files(() => kept.result(ended, [])).map((output) => finishOutput(output)));
  ui.watched(kept.result(ended, written));
  if (failure !== null) ui.problem(failure);
  const isWhole = failure === null && kept.broken === 0 && kept.unkept === 0 && written.every((file) => file.problem === null);
  return isWhole ? EXIT.ok : EXIT.incomplete;
}

/** What a watch has seen so far. */
class KeptLooks {
  readonly #request: PageRangeRequest;
  readonly #process: LookedProcess;
  readonly #looks: RangeLook[] = [];
  readonly #events: PageWatchEvent[] = [];
  readonly #isNumaBalancing = isNumaBalancing();
  #last: RangeLook | null = null;
  #runs: readonly PageRun[] = [];
  #mappingsMs = 0;
  #keptMs: number | null = null;
  #forks = 0;
  readonly #changedPages = new Map<PageChangeKind, number>();
  #firstNs: number | null = null;
  #lastMs = 0;
  #keptRuns = 0;
  looked = 0;
  broken = 0;
  unkept = 0;
  isGone = false;

  constructor(request: PageRangeRequest, looked: LookedProcess) {
    this.#request = request;
    this.#process = looked;
  }

  /** What happened since the look before. */
  look({ runs, beginNs }: PageLook): readonly PageWatchEvent[] {
    const timeMs = this.#timeMs(beginNs);
    this.looked += 1;
    this.#lastMs = timeMs;
    // Mappings are read where pages have changed, and now and then for those that nobody had touched.
    if (this.#last !== null && timeMs - this.#mappingsMs < MAPPINGS_AGE_MS && areSameRuns(this.#runs, runs)) return [];
    this.#mappingsMs = timeMs;
    this.#runs = runs;
    const { start, end } = this.#request;
    const { pid, isForkChild } = this.#process.space;
    const facts = { start, end, cache: [], parent: [], isForkChild, isNumaBalancing: this.#isNumaBalancing };
    const look = shownRange(runs, timeMs, { ...facts, mappings: readMappings(pid) ?? [] });
    const changes = this.#last === null ? [] : pageChanges(this.#last, look);
    const isFirst = this.#last === null;
    if (!isFirst && changes.length === 0) return [];
    this.#last = look;
    if (this.#keptRuns + look.runs.length <= MOST_KEPT_RUNS) {
      this.#keptRuns += look.runs.length;
      this.#looks.push(look);
    } else {
      this.#keptMs ??= timeMs;
      this.unkept += 1;
    }
    for (const { kind, start: from, end: to } of changes)
      this.#changedPages.set(kind, (this.#changedPages.get(kind) ?? 0) + (to - from) / PAGE_BYTES);
    return [isFirst ? { kind: 'begin', timeMs, look } : this.#tell({ kind: 'changes', timeMs, changes, look })];
  }

  fork(timeNs: number, child: Extract<PageWatchEvent, { readonly kind: 'fork' }>['child']): PageWatchEvent {
    this.#forks += 1;
    return this.#tell({ kind: 'fork', timeMs: this.#timeMs(timeNs), child });
  }

  result(ended: PageWatch['ended'], files: PageWatch['files']): PageWatch {
    const { space, label } = this.#process;
    const { start, end, watch } = this.#request;
    return {
      pid: space.pid,
      label,
      start: asAddress(start),
      end: asAddress(end),
      intervalMs: watch?.intervalMs ?? 0,
      looks: this.#looks,
      events: this.#events,
      changedPages: this.#changedPages,
      forks: this.#forks,
      last: this.#last,
      keptMs: this.#keptMs ?? this.#lastMs,
      looked: this.looked,
      broken: this.broken,
      unkept: this.unkept,
      durationMs: this.#lastMs,
      ended,
      files,
    };
  }

  #tell(event: PageWatchEvent): PageWatchEvent {
    // Events are told when they happen; kept are as many as looks are.
    if (this.unkept === 0 && this.#events.length < MOST_KEPT_RUNS) this.#events.push(event);
    return event;
  }

  #timeMs(timeNs: number): number {
    this.#firstNs ??= timeNs;
    return Math.max(0, (timeNs - this.#firstNs) / 1e6);
  }
}

function areSameRuns(before: readonly PageRun[], after: readonly PageRun[]): boolean {
  return before.length === after.length && after.every((run, index) => isSameRun(run, before[index]));
}

function isSameRun({ start, end, state }: PageRun, other: PageRun | undefined): boolean {
  if (other?.start !== start || other.end !== end || other.state.kind !== state.kind) return false;
  if (state.kind === 'none' || other.state.kind === 'none') return true;
  if (state.kind === 'readable' && other.state.kind === 'readable' && state.writable !== other.state.writable) return false;
  return state.pageBytes === other.state.pageBytes;
}
