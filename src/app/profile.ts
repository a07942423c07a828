// `jtrace profile` from request to exit code: choose the target, generate the program, run it, resolve while it streams, write.
// The stages meet here and in profile-run.ts, nowhere else.

import { cpus } from 'node:os';
import { findBpftrace } from '../bpftrace/find.ts';
import { requireInitialPidNamespace } from '../bpftrace/machine.ts';
import { requireProbes } from '../bpftrace/require-probes.ts';
import { sweepLeftovers as sweepDeadCaptures } from '../bpftrace/sweep.ts';
import type { Dialect } from '../model/dialect.ts';
import { EXIT } from '../model/errors.ts';
import type { TargetProcess } from '../model/process.ts';
import type { CaptureProgram, EventCapture, JvmThreadLocator } from '../model/program.ts';
import type { ProfileRequest } from '../model/request.ts';
import type { RunControl, Ui } from '../model/ui.ts';
import type { Pid } from '../model/units.ts';
import { dialectFor } from '../program/dialects.ts';
import { renderStackBytes, stackWindowBytes } from '../program/stack-bytes.ts';
import { hostArchitecture, kernelPageBytes } from '../target/host-architecture.ts';
import { chooseTarget } from '../target/processes/choose-target.ts';
import { listJvms } from '../target/processes/list-processes.ts';
import { readProcessStat } from '../target/processes/process-stat.ts';
import { startSession } from './capture-session.ts';
import { checkKernel } from './check-kernel.ts';
import { eventCapture } from './event-capture.ts';
import { launchCommand } from './launch-command.ts';
import { sweepLeftovers } from './output-files.ts';
import { ProfileRun } from './profile-run.ts';

/** By a signal (Ctrl-Z), by a debugger: proc_pid_stat(5). */
const STOPPED_STATES: ReadonlySet<string> = new Set(['T', 't']);

/** Runs one profile; the exit code is jtrace's, or the command's when one was started. Throws OperatorErrors. */
export async function runProfile(request: ProfileRequest, ui: Ui, control: RunControl): Promise<number> {
  // Before anything is looked for: in there it would not be found.
  requireInitialPidNamespace();
  const bpftrace = await findBpftrace({ path: request.bpftracePath, searchPath: process.env['PATH'] });
  const dialect = dialectFor(bpftrace.version);
  if (stackWindowBytes(request.stackBytes, dialect) < request.stackBytes)
    ui.message('note', `${bpftrace.versionText} can copy ${String(dialect.maxStackBytes / 1024)} KiB of stack, not more`);
  const chosen = await chooseProcess(request, ui);
  if (chosen === 'several') return EXIT.usage;
  const isWholeMachine = request.target.kind === 'all';
  const run = new ProfileRun(request, ui);
  try {
    if (chosen !== null) run.openTarget(chosen);
    if (chosen !== null && STOPPED_STATES.has(readProcessStat(chosen.pid)?.state ?? ''))
      ui.message(
        'warning',
        `process ${String(chosen.pid)} is stopped, and has no samples until it goes on: kill -CONT ${String(chosen.pid)}`,
      );
    if (isWholeMachine) run.openMachine(listJvms().filter(({ vm }) => vm === 'hotspot'));
    const event = eventCapture(request, chosen?.pid ?? null, (text) => { ui.message('note', text); }); // prettier-ignore
    if (request.printProgram) {
      ui.program(
        captureProgram(request, dialect, isWholeMachine ? 'all' : chosen === null ? [] : [chosen.pid], run.knownJvms, event).text,
      );
      return EXIT.ok;
    }
    await checkKernel(bpftrace, ui, request.acceptFreezeRisk);
    if (event !== null) await requireProbes(bpftrace.path, event.probes);
    sweepDeadCaptures();
    for (const path of request.outputs) sweepLeftovers(path);
    const command =
      request.target.kind === 'command'
        ? await launchCommand(request.target, request.outputs.includes('-') || request.json ? 'stderr' : 'stdout')
        : null;
    try {
      const root = command?.pid ?? chosen?.pid ?? null;
      if (root === null && !isWholeMachine) throw new Error('neither a process nor a command to profile');
      const program = captureProgram(request, dialect, root === null ? 'all' : [root], run.knownJvms, event);
      const session = await startSession(bpftrace.path, program, run.sinks);
      return await run.sample(session, {
        root,
        rootStartTicks: chosen?.startTicks ?? null,
        command,
        control,
        bpftraceVersion: bpftrace.versionText,
      });
    } catch (error) {
      command?.abandon();
      throw error;
    }
  } finally {
    run.close();
  }
}

/** The process a PID, a NAME or nothing means; null: a command will be started, or all are meant; 'several': the operator was asked to choose. */
async function chooseProcess(request: ProfileRequest, ui: Ui): Promise<TargetProcess | null | 'several'> {
  if (request.target.kind === 'command' || request.target.kind === 'all') return null;
  const choice = await chooseTarget(request.target);
  if (choice.kind === 'one') return choice.process;
  ui.choose(choice);
  return 'several';
}

function captureProgram(
  request: ProfileRequest,
  dialect: Dialect,
  pids: readonly Pid[] | 'all',
  jvms: readonly JvmThreadLocator[],
  event: EventCapture | null,
): CaptureProgram {
  const values = {
    pids,
    followChildren: request.target.kind === 'command',
    rateHz: request.rateHz,
    event,
    budget: request.budget,
    stackBytes: request.stackBytes,
    kernelStack: request.kernel,
    jvms,
    stopAtSample: false,
  };
  return renderStackBytes(values, dialect, {
    feederPid: process.pid,
    cpus: cpus().length,
    architecture: hostArchitecture(),
    kernelPageBytes: kernelPageBytes(),
  });
}
