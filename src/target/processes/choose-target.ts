// What the operator asked for (a PID, a NAME, or nothing) → the one process that means, the ones it may mean, or the error that says
// why there is none. Nothing means the only JVM; a NAME any program, JVMs before others.

import { OperatorError } from '../../model/errors.ts';
import type { JvmProcess, TargetChoice, TargetProcess } from '../../model/process.ts';
import type { ProfileTarget } from '../../model/request.ts';
import type { Pid } from '../../model/units.ts';
import { classifyProcess } from './classify-process.ts';
import { containerPidHint } from './container-pid-hint.ts';
import { describeJvm } from './describe-jvm.ts';
import { describePlain } from './describe-plain.ts';
import { listJvms, listProcesses, measureCpu } from './list-processes.ts';
import { matchByName, nearNames } from './match-by-name.ts';
import { userNames } from './process-owner.ts';
import { unfitProcessError } from './unfit-process.ts';

const NO_JVM_HINT = 'name another program (PID or NAME), take all (--all), or let jtrace start one: jtrace profile -- java …';

/** Finds the process to profile; throws an OperatorError when there is none that can be. */
export async function chooseTarget(
  target: Extract<ProfileTarget, { readonly kind: 'pid' | 'name' | 'only-jvm' }>,
): Promise<TargetChoice> {
  if (target.kind === 'pid') return { kind: 'one', process: processOfPid(target.pid) };
  const choice = target.kind === 'name' ? pickByName(target.name, listProcesses()) : pickOnlyJvm(listJvms());
  if (choice.kind === 'one') return { kind: 'one', process: processOfPid(choice.process.pid) };
  const processes = await measureCpu(choice.processes);
  // Those that were too many may have ended while their CPU was measured.
  const [only] = processes;
  return only !== undefined && processes.length === 1 ? { kind: 'one', process: only } : { ...choice, processes };
}

/** The choice among rows at hand, as the next: no look at any process. */
export function pickOnlyJvm(jvms: readonly JvmProcess[]): TargetChoice {
  const fit = jvms.filter((jvm) => jvm.vm !== 'openj9');
  const [first] = fit.length > 0 ? fit : jvms;
  if (first === undefined) throw new OperatorError('usage', 'no JVM runs on this machine', NO_JVM_HINT);
  if (fit.length <= 1) return { kind: 'one', process: first };
  return { kind: 'several', question: `${fit.length} JVMs run on this machine`, processes: fit };
}

export function pickByName(name: string, processes: readonly TargetProcess[]): TargetChoice {
  const matches = matchByName(name, processes);
  const [first] = matches;
  if (first !== undefined && matches.length === 1) return { kind: 'one', process: first };
  if (first !== undefined) {
    const what = matches.every(({ vm }) => vm !== 'none') ? 'JVMs' : 'processes';
    return { kind: 'several', question: `${matches.length} ${what} match '${name}'`, processes: matches };
  }
  const near = nearNames(name, processes);
  const hint =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : '`jtrace profile` without a name lists the JVMs of this machine';
  throw new OperatorError('usage', `no process matches '${name}'`, hint);
}

function processOfPid(pid: Pid): TargetProcess {
  const found = classifyProcess(pid);
  switch (found.kind) {
    case 'hotspot':
    case 'starting':
      return describeJvm(pid, found, userNames()) ?? gone(pid);
    case 'not-a-jvm':
    case 'native-image':
      return describePlain(pid, userNames()) ?? gone(pid);
    default:
      throw unfitProcessError(pid, found, containerPidHint(pid));
  }
}

function gone(pid: Pid): never {
  throw unfitProcessError(pid, { kind: 'gone' });
}
