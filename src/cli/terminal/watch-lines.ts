// What a watch tells → lines for people, in columns: when, what, which process, its JDK, how long it took to be ready or lived, what it runs and
// where. A start is told when the VM is ready, so that it is one line; one that is not ready soon is told without. Names are escaped.

import type { Pid } from '../../model/units.ts';
import type { JvmFacts, WatchEvent } from '../../model/watch.ts';
import { cutEnd, cutMiddle, displayWidth, pad } from '../../outputs/display-width.ts';
import { escapeForTerminal, MAX_TERMINAL_CHARS } from '../../outputs/escape-terminal.ts';
import { formatCount, formatDuration } from './format-number.ts';
import { mainLabel } from './process-table.ts';

/** A start whose readiness is told by then is one line with it. */
const READY_PATIENCE_MS = 5000;
const WIDTHS = { time: 8, what: 7, pid: 7, jdk: 9, took: 10 } as const;
/** What is told of a JVM with a long name must still be read. */
const MIN_TEXT_COLUMNS = 14;
/** `docker 1f2e3d4c5b6a` fits. */
const MAX_CONTAINER_COLUMNS = 19;
const MIN_MAIN_COLUMNS = 12;

type Start = Extract<WatchEvent, { readonly kind: 'start' }>;
type Of<Kind extends WatchEvent['kind']> = Extract<WatchEvent, { readonly kind: Kind }>;

export class WatchLines {
  readonly #columns: () => number;
  /** Told by their ends again; of those that run only. */
  readonly #running = new Map<Pid, JvmFacts | null>();
  /** Not told yet; when they were heard of, by a clock that nobody sets. */
  readonly #starting = new Map<Pid, { readonly start: Start; readonly heardMs: number }>();
  readonly #nowMs: () => number;

  /** `nowMs`: for tests. */
  constructor(columns: () => number, nowMs: () => number = () => performance.now()) {
    this.#columns = columns;
    this.#nowMs = nowMs;
  }

  head(): string {
    return this.#row('TIME', 'WHAT', 'PID', 'JDK', 'TOOK', 'MAIN CLASS, CONTAINER');
  }

  event(event: WatchEvent): readonly string[] {
    switch (event.kind) {
      case 'running':
        this.#running.set(event.pid, event.jvm);
        return [this.#jvmRow(event, '', event.jvm)];
      case 'start':
        this.#running.set(event.pid, event.jvm);
        this.#starting.set(event.pid, { start: event, heardMs: this.#nowMs() });
        return [];
      case 'ready':
        return this.#ready(event);
      case 'end':
        return this.#end(event);
      case 'gap':
        return [this.#note(event, `nobody listened for ${formatDuration(event.timeMs - event.fromMs)}: ${event.reason}`)];
      case 'lost':
        return [this.#note(event, `${formatCount(event.count)} events of bpftrace were lost`)];
      case 'profile':
        return this.#profile(event);
      case 'summary':
        return [...this.#flush(0), summaryLine(event)];
      case 'watching':
        return [];
      default:
        return event satisfies never;
    }
  }

  /** Starts that have waited long enough for their VM. */
  tick(): readonly string[] {
    return this.#flush(READY_PATIENCE_MS);
  }

  #flush(patienceMs: number): readonly string[] {
    const due = [...this.#starting.values()].filter(({ heardMs }) => this.#nowMs() - heardMs >= patienceMs);
    return due.map(({ start }) => this.#start(start, '?'));
  }

  #start(start: Start, took: string): string {
    this.#starting.delete(start.pid);
    return this.#jvmRow(start, took, start.jvm);
  }

  #ready(event: Of<'ready'>): readonly string[] {
    const took = event.readyMs === null ? '?' : formatDuration(event.readyMs);
    const start = this.#starting.get(event.pid)?.start;
    if (start !== undefined) return [this.#start(start, took)];
    if (event.readyMs === null) return [];
    return [this.#jvmRow(event, took, this.#running.get(event.pid) ?? null)];
  }

  #end(event: Of<'end'>): readonly string[] {
    const facts = this.#running.get(event.pid) ?? null;
    this.#running.delete(event.pid);
    const start = this.#starting.get(event.pid)?.start;
    const how = [
      ...(event.how === 'exec' ? ['runs another program'] : []),
      ...(event.wasReady === false ? ['before it was ready'] : []),
    ];
    const ended = this.#jvmRow(event, formatDuration(event.livedMs), facts, how.join(', '));
    return start === undefined ? [ended] : [this.#start(start, event.wasReady === false ? '-' : '?'), ended];
  }

  #profile(event: Of<'profile'>): readonly string[] {
    const files = 'files' in event ? event.files.map((file) => escapeForTerminal(file)).join(' ') : '';
    switch (event.state) {
      case 'waiting':
        return [];
      case 'started':
        return [];
      case 'written': {
        const problem = event.problem === null ? '' : ` (${escapeForTerminal(event.problem)})`;
        return [this.#note(event, `${files}${problem}`, String(event.pid))];
      }
      case 'ended':
        return [this.#note(event, 'none: the JVM ended before its turn', String(event.pid))];
      case 'stopped':
        return [this.#note(event, 'none: the watch ended before its turn', String(event.pid))];
      case 'failed':
      case 'dropped':
        return [this.#note(event, `none: ${escapeForTerminal(event.problem)}`, String(event.pid))];
      default:
        return event satisfies never;
    }
  }

  /** Not cut: it may be a path. */
  #note({ kind, timeMs }: WatchEvent, text: string, pid = ''): string {
    return `${pad(clock(timeMs), WIDTHS.time, 'left')} ${pad(kind, WIDTHS.what, 'left')} ${pad(pid, WIDTHS.pid, 'left')} ${text}`;
  }

  #jvmRow(event: Of<'running' | 'start' | 'ready' | 'end'>, took: string, facts: JvmFacts | null, note = ''): string {
    const jdk = facts === null ? '' : facts.vm === 'openj9' ? 'OpenJ9' : facts.jdk === '' ? '?' : facts.jdk;
    const shownJdk = event.kind === 'end' ? '' : cutEnd(escapeForTerminal(jdk), WIDTHS.jdk);
    return this.#row(clock(event.timeMs), event.kind, String(event.pid), shownJdk, took, this.#text(facts, note));
  }

  #text(facts: JvmFacts | null, note: string): string {
    const room = this.#textColumns();
    const behind = note === '' ? '' : `  (${note})`;
    const container = facts === null ? '' : cutEnd(escapeForTerminal(facts.container), MAX_CONTAINER_COLUMNS);
    const main = facts === null ? '(gone)' : labelOf(facts);
    const others = room - displayWidth(behind);
    // On a narrow terminal the name counts more.
    const withContainer = container === '' || others - displayWidth(container) < MIN_MAIN_COLUMNS + 2 ? '' : `  ${container}`;
    const left = Math.max(MIN_MAIN_COLUMNS, others - displayWidth(withContainer));
    return `${cutMiddle(main, left)}${withContainer}${behind}`;
  }

  #textColumns(): number {
    const others = Object.values(WIDTHS).reduce((sum, width) => sum + width + 1, 0);
    return Math.max(MIN_TEXT_COLUMNS, this.#columns() - others);
  }

  #row(time: string, what: string, pid: string, jdk: string, took: string, text: string): string {
    return [
      pad(time, WIDTHS.time, 'left'),
      pad(what, WIDTHS.what, 'left'),
      pad(pid, WIDTHS.pid, 'left'),
      pad(jdk, WIDTHS.jdk, 'left'),
      pad(took, WIDTHS.took, 'right'),
      text,
    ].join(' ');
  }
}

/** What it runs; where that has no name, what it was called with: `java -version`. */
function labelOf({ main, args }: JvmFacts): string {
  if (main.kind !== 'unknown') return escapeForTerminal(mainLabel(main));
  return escapeForTerminal(['java', ...args].join(' ').slice(0, 4 * MAX_TERMINAL_CHARS));
}

function summaryLine({ started, bySweep, ended, running, lost, gaps, profiles, failedProfiles }: Of<'summary'>): string {
  const parts = [
    `${formatCount(started)} ${started === 1 ? 'JVM' : 'JVMs'} started${bySweep === 0 ? '' : ` (${formatCount(bySweep)} found late)`}`,
    `${formatCount(ended)} ended`,
    `${formatCount(running)} ${running === 1 ? 'runs' : 'run'}`,
    ...(lost === 0 ? [] : [`${formatCount(lost)} events lost`]),
    ...(gaps === 0 ? [] : [`${formatCount(gaps)} ${gaps === 1 ? 'gap' : 'gaps'}`]),
    ...(profiles + failedProfiles === 0 ? [] : [`${formatCount(profiles)} profiled`]),
    ...(failedProfiles === 0 ? [] : [`${formatCount(failedProfiles)} not profiled`]),
  ];
  return `${parts.join(', ')}.`;
}

/** The operator's own time of day. */
function clock(timeMs: number): string {
  const time = new Date(timeMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
