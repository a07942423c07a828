// What the operator asked for (a PID, a NAME, or nothing) → the one JVM that means, the ones it may mean, or the error that says
// why there is none. The rows come from list-jvms.ts; nothing is matched but JVMs.

import { OperatorError } from '../../model/errors.ts';
import type { JvmProcess, TargetChoice } from '../../model/process.ts';
import type { ProfileTarget } from '../../model/request.ts';
import type { Pid } from '../../model/units.ts';
import { classifyProcess } from './classify-process.ts';
import { containerPidHint } from './container-pid-hint.ts';
import { describeJvm } from './describe-jvm.ts';
import { listJvms, measureCpu } from './list-jvms.ts';
import { matchByName, nearNames } from './match-by-name.ts';
import { userNames } from './process-owner.ts';
import { unfitProcessError } from './unfit-process.ts';

const COMMAND_HINT = 'start one, or let jtrace start it: jtrace profile -- java …';

/** Finds the process to profile; throws an OperatorError when there is none that can be. */
export async function chooseTarget(target: Exclude<ProfileTarget, { readonly kind: 'command' }>): Promise<TargetChoice> {
  if (target.kind === 'pid') return { kind: 'one', jvm: jvmOfPid(target.pid) };
  const choice = pickJvm(target, listJvms());
  if (choice.kind === 'one') return { kind: 'one', jvm: jvmOfPid(choice.jvm.pid) };
  const jvms = await measureCpu(choice.jvms);
  // Those that were too many may have ended while their CPU was measured.
  const [only] = jvms;
  return only !== undefined && jvms.length === 1 ? { kind: 'one', jvm: only } : { ...choice, jvms };
}

/** The choice among rows at hand: no look at any process. */
export function pickJvm(
  target: { readonly kind: 'name'; readonly name: string } | { readonly kind: 'only-jvm' },
  jvms: readonly JvmProcess[],
): TargetChoice {
  if (target.kind === 'name') return pickByName(target.name, jvms);
  const fit = jvms.filter((jvm) => jvm.vm !== 'openj9');
  const [first] = fit.length > 0 ? fit : jvms;
  if (first === undefined) throw new OperatorError('usage', 'no JVM runs on this machine', COMMAND_HINT);
  if (fit.length <= 1) return { kind: 'one', jvm: first };
  return { kind: 'several', question: `${fit.length} JVMs run on this machine`, jvms: fit };
}

function pickByName(name: string, jvms: readonly JvmProcess[]): TargetChoice {
  const matches = matchByName(name, jvms);
  const [first] = matches;
  if (first !== undefined && matches.length === 1) return { kind: 'one', jvm: first };
  if (first !== undefined) return { kind: 'several', question: `${matches.length} JVMs match '${name}'`, jvms: matches };
  const near = nearNames(name, jvms);
  throw new OperatorError('usage', `no JVM matches '${name}'`, missHint(near, jvms.length));
}

function missHint(near: readonly string[], jvmCount: number): string {
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  return jvmCount === 0
    ? `no JVM runs on this machine: ${COMMAND_HINT}`
    : '`jtrace profile` without a name lists the JVMs of this machine';
}

function jvmOfPid(pid: Pid): JvmProcess {
  const found = classifyProcess(pid);
  if (found.kind !== 'hotspot' && found.kind !== 'starting') throw unfitProcessError(pid, found, containerPidHint(pid));
  const jvm = describeJvm(pid, found, userNames());
  if (jvm === null) throw unfitProcessError(pid, { kind: 'gone' });
  return jvm;
}
