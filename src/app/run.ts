// `jtrace run` from request to exit code: find the process, prepare the program, start it, let a COMMAND go when all probes are
// attached, end with whatever ends first, give what there is.

import { constants } from 'node:os';
import { findBpftrace } from '../bpftrace/find.ts';
import { hasKernelProbes, requireInitialPidNamespace } from '../bpftrace/machine.ts';
import { sweepLeftovers as sweepDeadCaptures } from '../bpftrace/sweep.ts';
import { EXIT, OperatorError } from '../model/errors.ts';
import type { TargetProcess } from '../model/process.ts';
import type { RunRequest } from '../model/run-request.ts';
import type { ScriptResult } from '../model/script-result.ts';
import type { RunEnd, WrittenFile } from '../model/summary.ts';
import type { RunControl, ScriptUi } from '../model/ui.ts';
import { scriptFormatOf } from '../outputs/script/script-formats.ts';
import { dialectFor } from '../program/dialects.ts';
import type { WalkEngine } from '../program/jstack.ts';
import { chooseTarget } from '../target/processes/choose-target.ts';
import { listJvms } from '../target/processes/list-processes.ts';
import { checkKernel } from './check-kernel.ts';
import { aborted, EndOfRun, type RunningCommand, type Sampled } from './end-of-run.ts';
import { launchCommand } from './launch-command.ts';
import { finishOutput, sweepLeftovers } from './output-files.ts';
import { heldUi } from './held-ui.ts';
import { classOffsetsOf, librariesOf } from './process-libraries.ts';
import { LoadedWatch } from './loaded-watch.ts';
import { type PreparedScript, prepareScript } from './prepare-script.ts';
import { RENDER_RESOURCES } from './render-resources.ts';
import { type ScriptSession, type ScriptStart, startScript } from './script-run.ts';
import { tellStacks } from './tell-stacks.ts';
import { describeEngine, refusedByKernel, walkEngines } from './walk-engines.ts';

/** Each takes some 50 ms; the others are met with their first stack. */
const MAX_JVMS_AT_START = 32;
/** Exit status of a command that a signal ended, as shells count. */
const SIGNAL_EXIT_BASE = 128;

/** Runs one program; the exit code is what it gave to `exit()`, else the command's, else jtrace's. Throws OperatorErrors. */
export async function runUserScript(request: RunRequest, ui: ScriptUi, control: RunControl): Promise<number> {
  // Pids are those of the machine.
  if (request.target.kind !== 'everyone') requireInitialPidNamespace();
  const bpftrace = await findBpftrace({ path: request.bpftracePath, searchPath: process.env['PATH'] });
  const dialect = dialectFor(bpftrace.version);
  const { version } = dialect;
  const chosen = await chooseProcess(request, ui);
  if (chosen === 'several') return EXIT.usage;
  const isCommand = request.target.kind === 'command';
  const library = librariesOf(chosen?.pid ?? null);
  const [engine] = walkEngines(request.engine);
  const prepare = (pid: TargetProcess['pid'] | null, walk: WalkEngine): PreparedScript =>
    prepareScript(request.source, {
      dialect,
      pid,
      followChildren: isCommand,
      unsafe: request.unsafe,
      engine: walk,
      isLive: ui.isLive,
      stringBytes: request.needs?.stringBytes ?? null,
      library,
      classOffsets: () => classOffsetsOf(chosen?.pid ?? null),
    });
  if (request.printProgram) {
    ui.program(prepare(chosen?.pid ?? null, engine).text);
    return EXIT.ok;
  }
  if (request.needs?.kernelProbes === true && !hasKernelProbes())
    throw new OperatorError(
      'environment',
      `${request.source.name} needs kernel probes, and this kernel has none (CONFIG_KPROBES)`,
      'tracepoints are there all the same: jtrace list shows what other scripts need',
    );
  await checkKernel(bpftrace, ui, request.acceptFreezeRisk);
  sweepDeadCaptures();
  for (const path of request.outputs) sweepLeftovers(path);
  const command =
    request.target.kind === 'command'
      ? await launchCommand(request.target, request.outputs.includes('-') || request.json ? 'stderr' : 'stdout')
      : null;
  let loaded: LoadedWatch | null = null;
  try {
    const pid = command?.pid ?? chosen?.pid ?? null;
    // A COMMAND is still a shell that waits: nothing of its own is there to attach to, and its children are wanted, too (-p of 0.27 leaves them out).
    const attachedTo = chosen?.pid ?? null;
    const prepared = prepare(pid, engine);
    if (prepared.jstack !== null) requireWalks();
    const expected = chosen !== null ? [chosen.pid] : isCommand || prepared.jstack === null ? [] : listJvms().filter(({ vm }) => vm === 'hotspot').map((jvm) => jvm.pid).slice(0, MAX_JVMS_AT_START); // prettier-ignore
    ui.begin(prepared.mapFacts);
    if (prepared.othersStop)
      ui.message(
        'note',
        'other processes that run the same functions stop there, too, and are not counted: ' +
          (isCommand
            ? 'a COMMAND and what it starts are told by a condition'
            : `bpftrace ${bpftrace.versionText.replace(/^bpftrace v?/u, '')} confines these probes by a condition only`),
      );
    loaded = request.showLoaded ? await LoadedWatch.start() : null;
    if (loaded?.countsRuns === false)
      ui.message('warning', 'this kernel does not count how often programs run (kernel.bpf_stats_enabled)');
    const startMs = performance.now();
    const start = { bpftracePath: bpftrace.path, version, prepared, pid: attachedTo, unsafe: request.unsafe, expected, loaded };
    const session = await startOneOf(start, (walk) => prepare(pid, walk), request, ui, control);
    const surroundings: Sampled = {
      root: pid,
      rootStartTicks: chosen?.startTicks ?? null,
      command,
      control,
      bpftraceVersion: bpftrace.versionText,
    };
    const isHeapFull = (await toItsEnd(session, surroundings, request)) === 'full';
    if (isHeapFull) ui.message('warning', 'jtrace has no room for more stacks and ended the program; run it again to go on');
    const facts = { source: request.source, mapFacts: prepared.mapFacts, durationMs: performance.now() - startMs, bpftraceVersion: bpftrace.versionText }; // prettier-ignore
    const objects = loaded?.end() ?? null;
    return await report(session, session.collected.result(facts), isHeapFull, command, request, ui, () => {
      if (objects !== null) ui.loaded(objects);
      else if (loaded !== null) ui.message('warning', 'nothing was loaded, or it ended before it could be looked at');
    });
  } catch (error) {
    command?.abandon();
    throw error;
  } finally {
    loaded?.end();
  }
}

/** What a program with `jstack` needs of the machine. */
function requireWalks(): void {
  // Who is met is looked up by its number.
  requireInitialPidNamespace();
  if (process.arch !== 'x64')
    throw new OperatorError(
      'environment',
      `jstack is for x86-64, and this machine is ${process.arch}`,
      "bpftrace's own ustack is there",
    );
}

/** The process that a PID or NAME means; null: none was given; 'several': the operator was asked to choose. */
async function chooseProcess({ target }: RunRequest, ui: ScriptUi): Promise<TargetProcess | null | 'several'> {
  if (target.kind === 'command' || target.kind === 'everyone') return null;
  const choice = await chooseTarget(target);
  if (choice.kind === 'one') return choice.process;
  ui.choose(choice);
  return 'several';
}

/** With the first walk that the kernel takes; what the others had put out is forgotten. */
async function startOneOf(
  start: ScriptStart,
  prepare: (engine: WalkEngine) => PreparedScript,
  request: RunRequest,
  ui: ScriptUi,
  control: RunControl,
): Promise<ScriptSession> {
  if (start.prepared.jstack === null) return startScript(start, ui);
  let failure: OperatorError | null = null;
  let held = heldUi(ui);
  for (const engine of walkEngines(request.engine)) {
    held = heldUi(ui);
    const prepared = failure === null ? start.prepared : prepare(engine);
    const session = await startScript({ ...start, prepared }, held.ui);
    await Promise.race([session.ready, aborted(control.stop)]);
    if (!session.isTooMuch) {
      ui.message(
        failure === null && request.engine !== 'bytes' ? 'detail' : 'note',
        `jstack: ${describeEngine(engine, failure !== null)}`,
      );
      held.release();
      return session;
    }
    await session.stop();
    ({ failure } = session);
  }
  if (failure === null) throw new Error('no engine was tried');
  // The failure is a line of its own (--json).
  held.release();
  throw refusedByKernel(request.engine, failure);
}

/** What ended it; null: it never ran. */
async function toItsEnd(session: ScriptSession, surroundings: Sampled, { durationMs }: RunRequest): Promise<RunEnd | null> {
  const { command, control } = surroundings;
  if (!(await Promise.race([session.ready, aborted(control.stop).then(() => false)]))) {
    await session.stop();
    // Never let run, and ended as the operator asked for it: a shell counts 130 after Ctrl-C.
    command?.kill(session.failure === null && control.stop.reason === 'SIGINT' ? 'SIGINT' : 'SIGKILL');
    if (session.failure !== null) throw session.failure;
    return null;
  }
  if (command !== null) session.watch(command.pid);
  void command?.resume();
  const end = await new EndOfRun(() => false).first(session.finished, surroundings, durationMs);
  await session.stop();
  return end;
}

async function report(
  session: ScriptSession,
  result: ScriptResult,
  isHeapFull: boolean,
  command: RunningCommand | null,
  request: RunRequest,
  ui: ScriptUi,
  tellLoaded: () => void,
): Promise<number> {
  const { failure, lostEvents } = session;
  const files: WrittenFile[] = [];
  let isAllWritten = true;
  for (const path of request.outputs) {
    const format = scriptFormatOf(path);
    if (format === null) throw new Error(`no format for ${path}`);
    const problem = format.problem(result);
    if (problem !== null) {
      ui.message('warning', `${path} is not written: ${problem}`);
      isAllWritten = false;
    } else files.push(await finishOutput({ path, format: format.name, render: () => format.render(result, RENDER_RESOURCES) }));
  }
  for (const { path, problem } of files) {
    if (problem !== null) ui.message('warning', `${path} could not be written: ${problem}`);
    else if (path !== '-') ui.message('note', `wrote ${path}`);
  }
  if (lostEvents > 0)
    ui.message(
      'warning',
      `${lostEvents.toLocaleString('en-US')} events were lost: bpftrace could not keep up; ${session.jstack === null ? 'lines are missing' : 'lines may be missing, stacks are sent again'}, what is counted in maps is not`,
    );
  if (session.jstack !== null) tellStacks(session.jstack, ui);
  if (failure !== null) ui.problem(failure);
  tellLoaded();
  const isCounted = failure === null && lostEvents === 0 && !session.isMapFull && (session.jstack?.missed.size ?? 0) === 0;
  const isAllHere = isCounted && !session.isCut && !isHeapFull;
  const incomplete = !isAllHere || !isAllWritten || files.some(({ problem }) => problem !== null);
  const status = command === null ? 0 : await statusOf(command);
  const own = failure === null ? (session.exitCode ?? 0) : 0;
  const jtraces = (session.jstack?.bugs ?? 0) > 0 ? EXIT.bug : incomplete ? EXIT.incomplete : EXIT.ok;
  const code = own !== 0 ? own : status !== 0 ? status : jtraces;
  ui.end(result, code);
  return code;
}

/** As a shell counts. */
async function statusOf(command: RunningCommand): Promise<number> {
  const { code, signal } = await command.exited;
  return signal === null ? (code ?? 0) : SIGNAL_EXIT_BASE + constants.signals[signal];
}
