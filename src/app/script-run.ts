// One run of a user's program, from its start to its end: what it puts out goes to the Ui at once, its maps are kept as they were
// printed last, what was lost is counted.

import { isTooMuchForKernel } from '../bpftrace/explain-script-failure.ts';
import { runScript, type ScriptRun } from '../bpftrace/run-script.ts';
import type { BpftraceVersion } from '../model/dialect.ts';
import { OperatorError } from '../model/errors.ts';
import type { ScriptEvent } from '../model/script.ts';
import type { ScriptUi } from '../model/ui.ts';
import type { Pid } from '../model/units.ts';
import { createResultCollector, type ResultCollector } from '../outputs/script/collect-result.ts';
import { SENT_MAP } from '../program/jstack.ts';
import { type JstackCounts, JstackSession } from './jstack-session.ts';
import { JstackShown } from './jstack-shown.ts';
import type { LoadedWatch } from './loaded-watch.ts';
import { LEAST_MAP_ENTRIES, type PreparedScript } from './prepare-script.ts';
import { isWarning, RepeatedWarnings } from './repeated-warnings.ts';

export interface ScriptStart {
  readonly bpftracePath: string;
  readonly version: BpftraceVersion;
  readonly prepared: PreparedScript;
  readonly pid: Pid | null;
  readonly unsafe: boolean;
  /** Processes whose stacks will be asked for: looked at before their first. */
  readonly expected: readonly Pid[];
  /** Looks at what it loads; null: nobody asked. */
  readonly loaded: LoadedWatch | null;
}

/** A run, and what it has given until now. */
export interface ScriptSession {
  /** Settles when every probe is attached (true), or when it has ended without. */
  readonly ready: Promise<boolean>;
  /** Settles when all was delivered. */
  readonly finished: Promise<void>;
  /** What it has given so far. */
  readonly collected: Pick<ResultCollector, 'result'>;
  readonly lostEvents: number;
  /** What came with further keys was not counted. */
  readonly isMapFull: boolean;
  /** Output that was too long was left out. */
  readonly isCut: boolean;
  /** Of a program with `jstack`. */
  readonly jstack: JstackCounts | null;
  /** Why it broke off, in words of the user's program; null: it did not. */
  readonly failure: OperatorError | null;
  /** It did not start, as it is more than the kernel takes. */
  readonly isTooMuch: boolean;
  /** bpftrace's own: what the program gave to `exit()`; null: a signal ended it. */
  readonly exitCode: number | null;
  /** A COMMAND that is let go now. */
  watch(pid: Pid): void;
  stop(): Promise<void>;
}

interface EarlyMessage {
  readonly text: string;
  readonly isWarning: boolean;
}

/** Lines of bpftrace's words that are shown below a failure. */
const MAX_HINT_LINES = 12;

/** jtrace's own. */
const OWN_MAP = /^@__jt_/u;
/** Where nobody says otherwise (BPFTRACE_MAX_MAP_KEYS). */
const BPFTRACE_MAP_ENTRIES = 4096;
/** 0.17, at each event. */
const MAP_FULL = /Map full; can't update element/u;

/** A program may define what jtrace's text uses (`struct pt_regs`): no bug then, and for the user to see. */
const REPORT_IT =
  'unless the program defines a type of the kernel otherwise, please report it, with the program and the version of bpftrace';

/** Starts it. */
export async function startScript(start: ScriptStart, ui: ScriptUi): Promise<ScriptSession> {
  const { prepared } = start;
  const collected = createResultCollector();
  /** Said before it was ready: they are the words of a failure, if it fails. */
  let early: EarlyMessage[] | null = [];
  let [lostEvents, exitCode]: [number, number | null] = [0, null];
  let failure: OperatorError | null = null;
  let isTooMuch = false;
  let settle: (isReady: boolean) => void = () => undefined;
  const ready = new Promise<boolean>((resolve) => (settle = resolve));
  const warnings = new RepeatedWarnings();
  const tellMessage = ({ text, isWarning: warns }: EarlyMessage): void => {
    for (const line of text.split('\n')) ui.message(warns ? 'warning' : 'note', line);
  };
  const tellEarly = (): void => {
    for (const message of early ?? []) tellMessage(message);
    early = null;
  };
  const environment = givingWay(prepared, process.env);
  const mostEntries = mapSize(prepared, environment);
  const stacks = prepared.jstack === null ? null : new JstackSession(prepared.jstack.windowBytes, mostEntries, ui);
  const shown = prepared.jstack === null || stacks === null ? null : new JstackShown(prepared.jstack, prepared.mapFacts, stacks);
  for (const pid of stacks === null ? [] : start.expected) stacks?.expect(pid);
  let [isFullTold, isCut] = [false, false];
  const tellFull = (): void => {
    if (!isFullTold) ui.message('warning', 'a map is full: what comes with further keys is not counted');
    isFullTold = true;
  };
  let held: ScriptEvent | null = null;
  const letGo = (): void => {
    const event = held;
    held = null;
    if (event !== null) deliver(event);
  };
  const onEvent = (given: ScriptEvent): void => {
    // 0.23 and 0.27 say nothing.
    const isFull =
      given.kind === 'map' && given.map.entries.length >= (prepared.declaredMapEntries.get(given.map.name) ?? mostEntries);
    if (given.kind === 'map' && given.map.name === SENT_MAP) {
      stacks?.sent(given.map, !isFull);
      return;
    }
    if (given.kind === 'map' && OWN_MAP.test(given.map.name)) return;
    if (isFull) tellFull();
    if (given.kind === 'message' && MAP_FULL.test(given.text)) {
      // Those of jtrace's own make do with what they hold.
      if (prepared.translate(given.text) !== '') tellFull();
      return;
    }
    if (given.kind === 'message' && given.isProgram !== true && !warnings.isNew(given.text)) return;
    if (given.kind === 'failed' || given.kind === 'stopped')
      for (const text of warnings.end()) deliver({ kind: 'message', text });
    if (given.kind === 'ready' && stacks !== null) {
      // Events that come before the program knows of its JVMs have stacks that it cannot tell apart.
      held = given;
      void stacks.ready().then(letGo);
    } else {
      if (given.kind === 'failed' || given.kind === 'stopped') letGo();
      deliver(given);
    }
  };
  const deliver = (given: ScriptEvent): void => {
    const event = inWords(shown === null ? given : inShown(given, shown), prepared);
    if (event === null) return;
    collected.add(event);
    ui.script(event);
    switch (event.kind) {
      case 'ready':
        tellEarly();
        // 0.17 goes on where a program has no such USDT probe.
        if (event.probes === 0) ui.message('warning', 'no probe of the program is attached: there is nothing that they name');
        else ui.message('note', `${String(event.probes)} ${event.probes === 1 ? 'probe' : 'probes'} attached`);
        settle(true);
        return;
      case 'map':
      case 'text':
      case 'value':
        return;
      case 'lost':
        lostEvents += event.count;
        stacks?.lost();
        return;
      case 'message': {
        if (event.isLoss === true) isCut = true;
        const message = { text: event.text, isWarning: event.isLoss ?? (given.kind === 'message' && isWarning(given.text)) };
        if (early === null) tellMessage(message);
        else early.push(message);
        return;
      }
      case 'failed':
        failure = inWordsOfTheUser(event.error, prepared);
        isTooMuch = isTooMuchForKernel(event.error);
        return;
      case 'stopped':
        stacks?.end();
        exitCode = event.exitCode;
        if (failure === null) tellEarly();
        settle(false);
        return;
      default:
        event satisfies never;
    }
  };
  const run: ScriptRun = await runScript({
    bpftracePath: start.bpftracePath,
    version: start.version,
    text: prepared.text,
    environment,
    arguments: prepared.arguments,
    pid: prepared.usesPidOption ? start.pid : null,
    unsafe: start.unsafe,
    readyMarker: prepared.readyMarker,
    ownProbes: prepared.ownProbes,
    hasIterators: prepared.hasIterators,
    own:
      stacks === null || prepared.jstack === null
        ? null
        : { mark: `${prepared.jstack.mark} `, line: (text) => stacks.line(text) },
    onEvent,
  });
  start.loaded?.watch(run.bpftracePid);
  return {
    ready,
    finished: run.finished,
    collected,
    get jstack() {
      return stacks?.counts ?? null;
    },
    get isMapFull() {
      return isFullTold;
    },
    get isCut() {
      return isCut;
    },
    get lostEvents() {
      return lostEvents;
    },
    get failure() {
      return failure;
    },
    get isTooMuch() {
      return isTooMuch;
    },
    get exitCode() {
      return exitCode;
    },
    watch: (pid) => stacks?.watch(pid),
    stop: () => {
      start.loaded?.look();
      return run.stop();
    },
  };
}

/** How many entries a map of the program's holds. */
function mapSize(
  { configuredMapEntries, mapSizeVariable }: PreparedScript,
  environment: Readonly<Record<string, string>>,
): number {
  const set = Number(environment[mapSizeVariable] ?? process.env[mapSizeVariable] ?? configuredMapEntries);
  return set > 0 ? set : BPFTRACE_MAP_ENTRIES;
}

/** What the user has set stays, but for maps that would not hold what walks must know. */
function givingWay(prepared: PreparedScript, users: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const { environment, mapSizeVariable, jstack } = prepared;
  const own = Object.fromEntries(Object.entries(environment).filter(([name]) => users[name] === undefined));
  const isTooSmall = jstack !== null && Number(users[mapSizeVariable] ?? LEAST_MAP_ENTRIES) < LEAST_MAP_ENTRIES;
  return isTooSmall ? { ...own, [mapSizeVariable]: String(LEAST_MAP_ENTRIES) } : own;
}

/** bpftrace's words in those of the user's program. */
function inWords(event: ScriptEvent | null, prepared: PreparedScript): ScriptEvent | null {
  if (event?.kind !== 'message') return event;
  const text = prepared.translate(event.text);
  return text === '' ? null : { ...event, text };
}

/** null: nothing of the user's. */
function inShown(event: ScriptEvent, shown: JstackShown): ScriptEvent | null {
  if (event.kind === 'text') return { kind: 'text', text: shown.text(event.text) };
  if (event.kind === 'value') return { kind: 'value', value: shown.value(event.value) };
  if (event.kind !== 'map') return event;
  const map = shown.map(event.map);
  return map === null ? null : { kind: 'map', map };
}

/** What bpftrace said of the program is what the user must see: it is the hint. */
function inWordsOfTheUser(error: OperatorError, prepared: PreparedScript): OperatorError {
  const cause = error.cause instanceof Error ? prepared.translate(error.cause.message) : '';
  if (cause === '') return error;
  const lines = cause.split('\n');
  const shown = lines.length > MAX_HINT_LINES ? [...lines.slice(0, MAX_HINT_LINES), '…'] : lines;
  const hint = [...(error.hint === '' ? [] : [error.hint]), ...shown].join('\n');
  if (error.kind === 'usage' && error.cause instanceof Error && prepared.isOwnFault(error.cause.message))
    return new OperatorError('bug', 'bpftrace does not take what jtrace added to the program', `${hint}\n${REPORT_IT}`);
  return new OperatorError(error.kind, error.message, hint);
}
