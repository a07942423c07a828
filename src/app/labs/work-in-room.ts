// Work in a room of this machine's: what it needs is looked for, the lock is taken, and whatever is changed or started ends with it.

import { fileURLToPath } from 'node:url';
import { findBpftrace, type FoundBpftrace } from '../../bpftrace/find.ts';
import type { LabRoom } from '../../labs/room.ts';
import { missingNeeds } from '../../labs/needs.ts';
import { OperatorError } from '../../model/errors.ts';
import type { LabNeed, StepText } from '../../model/lab.ts';
import type { LabUi } from '../../model/lab-ui.ts';
import { dialectFor } from '../../program/dialects.ts';
import { fileProblem } from '../../model/file-problems.ts';
import { Ledger, type MachineChange } from './ledger.ts';
import { makeFolder, undoChange } from './machine-changes.ts';
import { machineHas } from './machine-has.ts';
import { RealRoom } from './real-room.ts';

const LAUNCHER = fileURLToPath(new URL('../../../bin/jtrace.js', import.meta.url));

export interface RoomRequest {
  /** Besides root and bpftrace. */
  readonly needs: readonly LabNeed[];
  readonly bpftracePath: string | null;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Throws OperatorErrors: of what is missing, of another lab that runs, of `stop`, and those of the work. The version text of the bpftrace used is given with
 * what came of the work.
 */
export async function workInRoom<Result>(
  request: RoomRequest,
  ui: LabUi,
  stop: AbortSignal,
  onStep: (key: string) => Promise<StepText>,
  work: (room: LabRoom) => Promise<Result>,
): Promise<{ readonly result: Result; readonly bpftraceVersion: string }> {
  const bpftrace = await requireNeeds(request);
  const ledger = Ledger.open(undoChange, (change, problem) => {
    ui.note(
      `a lab was killed before: ${inWords(change)} ${problem === null ? 'is put back' : `could not be put back: ${fileProblem(problem)}`}`,
    );
  });
  // A second Ctrl-C exits at once.
  const undoAtExit = (): void => void ledger.close(undoChange);
  process.once('exit', undoAtExit);
  let room: RealRoom | null = null;
  try {
    room = new RealRoom({
      ui,
      ledger,
      folder: makeFolder(ledger),
      bpftrace,
      dialect: dialectFor(bpftrace.version),
      ownCommand: [process.execPath, LAUNCHER],
      bpftraceOption: request.bpftracePath === null ? [] : ['--bpftrace', request.bpftracePath],
      environment: request.environment,
      stop,
      onStep,
    });
    const result = await work(room);
    stop.throwIfAborted();
    return { result, bpftraceVersion: bpftrace.versionText };
  } catch (error) {
    if (stop.aborted)
      throw new OperatorError('incomplete', 'the lab was broken off', 'what it changed is put back; begin again when you like');
    throw error;
  } finally {
    await room?.close();
    process.off('exit', undoAtExit);
    for (const { change, problem } of ledger.close(undoChange))
      ui.note(`${inWords(change)} could not be put back, and is tried again by the next lab: ${fileProblem(problem)}`);
  }
}

function inWords(change: MachineChange): string {
  return change.kind === 'swap' ? `swap space in ${change.path}` : change.path;
}

/** Throws an OperatorError that names all that is missing. */
async function requireNeeds({ needs, bpftracePath, environment }: RoomRequest): Promise<FoundBpftrace> {
  let found: FoundBpftrace | null = null;
  let problem: true | string = true;
  try {
    found = await findBpftrace({ path: bpftracePath, searchPath: environment['PATH'] });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    problem = error.message;
  }
  const missing = missingNeeds([...new Set(['root', 'bpftrace', ...needs] as const)], machineHas(environment, problem));
  if (missing.length > 0 || found === null) {
    throw new OperatorError(
      'environment',
      `this lab cannot run here: ${missing.map(({ because }) => because).join('; ')}`,
      [...new Set(missing.map(({ remedy }) => remedy))].join('; '),
    );
  }
  return found;
}
