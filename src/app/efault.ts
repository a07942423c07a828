// `jtrace residency --efault` from request to exit code: find the process, find the direct map, run the program that tries the reads and walks
// the page tables beside them, let a COMMAND go when all probes are attached, end with whatever ends first, tell what there is.

import { findBpftrace, type FoundBpftrace } from '../bpftrace/find.ts';
import { requireInitialPidNamespace } from '../bpftrace/machine.ts';
import { requireReadable } from '../bpftrace/require-readable.ts';
import { sweepLeftovers } from '../bpftrace/sweep.ts';
import type { EfaultRequest } from '../model/efault-request.ts';
import type { EfaultUi } from '../model/efault-result.ts';
import { EXIT } from '../model/errors.ts';
import type { TargetProcess } from '../model/process.ts';
import type { BpftraceProgram } from '../model/program.ts';
import type { RunControl } from '../model/ui.ts';
import { asPid, type Pid } from '../model/units.ts';
import { dialectFor } from '../program/dialects.ts';
import { efaultProgram } from '../program/pages/efault.ts';
import { chooseTarget } from '../target/processes/choose-target.ts';
import { checkKernel } from './check-kernel.ts';
import { findDirectMap, type DirectMap } from './direct-map.ts';
import { EfaultSession } from './efault-session.ts';
import { launchCommand } from './launch-command.ts';

/** Looks until something ends it; the exit code is 0, or 1 where something is missing. Throws OperatorErrors. */
export async function runEfault(request: EfaultRequest, ui: EfaultUi, control: RunControl): Promise<number> {
  requireInitialPidNamespace();
  const bpftrace = await findBpftrace({ path: request.bpftracePath, searchPath: process.env['PATH'] });
  await requireReadable(bpftrace.path, request.probes);
  const chosen = await chooseProcess(request, ui);
  if (chosen === 'several') return EXIT.usage;
  await checkKernel(bpftrace, ui, request.acceptFreezeRisk);
  sweepLeftovers();
  const map = await findDirectMap(bpftrace.path);
  if (request.printProgram) {
    ui.program(programOf(request, bpftrace, map, chosen?.pid ?? PRINTED_PID, 'jt').text);
    return EXIT.ok;
  }
  const command = request.target.kind === 'command' ? await launchCommand(request.target, request.json ? 'stderr' : 'stdout') : null; // prettier-ignore
  try {
    const pid = command?.pid ?? chosen?.pid;
    if (pid === undefined) throw new Error('nobody to look at');
    const mark = `jt${crypto.randomUUID().replaceAll('-', '')}`;
    const program = programOf(request, bpftrace, map, pid, mark);
    const session = await EfaultSession.start({ request, bpftrace, program, mark, ui });
    const surroundings = {
      root: pid,
      rootStartTicks: chosen?.startTicks ?? null,
      command,
      control,
      bpftraceVersion: bpftrace.versionText,
    };
    const end = await session.toItsEnd(surroundings, request.durationMs);
    if (end === null) return EXIT.incomplete;
    return session.report(end);
  } catch (error) {
    command?.abandon();
    throw error;
  }
}

/** With --print-program a COMMAND is not started: no process has this number. */
const PRINTED_PID = asPid(0);

function programOf(
  request: EfaultRequest,
  { version }: FoundBpftrace,
  { base, paging }: DirectMap,
  pid: Pid,
  mark: string,
): BpftraceProgram {
  // prettier-ignore
  const isCommand = request.target.kind === 'command';
  return efaultProgram({ probes: request.probes, pid, isCommand, base, paging, mark, dialect: dialectFor(version) });
}

/** null: a COMMAND; 'several': the operator was asked to choose. */
async function chooseProcess({ target }: EfaultRequest, ui: EfaultUi): Promise<TargetProcess | null | 'several'> {
  if (target.kind === 'command') return null;
  const choice = await chooseTarget(target);
  if (choice.kind === 'one') return choice.process;
  ui.choose(choice);
  return 'several';
}
