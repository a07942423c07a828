// Uretprobes that kill a JVM. A uretprobe puts the address of the kernel's trampoline ([uprobes], 0x7fffffffe000) where the function's return address was; the VM's own walks of the stack
// (collector, deoptimization) look there, trip over it, and the JVM dies. Measured on JDK 11 to 27: OptoRuntime::new_*, Runtime1::new_instance and Deoptimization::uncommon_trap
// crash at once or soon; the functions of the list below did not. What was not tried is not allowed.

import { providersOf } from './attach-point.ts';
import type { AttachPoint } from './attach-point.ts';
import { globsOverlap, hasWildcard, literalStart } from './glob.ts';
import type { ScriptProgram } from './program-structure.ts';

export interface DeadlyUretprobe {
  readonly start: number;
  readonly attachPoint: string;
  readonly name: string;
  readonly reason: string;
}

const SURVIVED_NAMES = ['Unsafe_Park', 'JVM_FillInStackTrace'];
/** Of mangled names: the length before the last part closes it, so what follows are its arguments. */
const SURVIVED_PREFIXES = ['_ZN13ObjectMonitor6EnterI', '_ZN13ObjectMonitor26enter_with_contention_mark', '_ZN2os6malloc'];
/** Parts of a function that are jumped to: no return address lies where a uretprobe would put its own. JDK 21's libjvm has one of EnterI. */
const SPLIT_OFF = ['*.cold', '*.cold.?', '*.cold.??'];

const TRAMPOLINE =
  "a uretprobe puts the address of the kernel's trampoline in the place of the return address; the VM's own walks of the stack find it there, and the JVM dies";
const JUMPED_TO =
  'it fits parts of functions (.cold) that are jumped to: a uretprobe overwrites what lies on their stack, and the JVM dies; end the name with its arguments';

/** What of a program's attach points would do that, in the order of the text. */
export function deadlyUretprobes(program: ScriptProgram, isLibjvm: (path: string) => boolean): DeadlyUretprobe[] {
  const found: DeadlyUretprobe[] = [];
  for (const point of program.probes.flatMap(({ attachPoints }) => attachPoints)) {
    if (!providersOf(point).includes('uretprobe') || !canBeLibjvm(targetOf(point), isLibjvm)) continue;
    const name = functionOf(point);
    const reason = reasonAgainst(name);
    if (reason !== null) found.push({ start: point.start, attachPoint: point.text, name, reason });
  }
  return found;
}

/** `uretprobe:TARGET:FUNCTION`, `uretprobe:TARGET:cpp:FUNCTION`. */
function targetOf(point: AttachPoint): string {
  return point.parts[1] ?? '';
}

function functionOf(point: AttachPoint): string {
  return point.parts.slice(2).join(':');
}

function canBeLibjvm(target: string, isLibjvm: (path: string) => boolean): boolean {
  // A positional parameter may be anything.
  if (/\$\d/.test(target)) return true;
  const file = target.slice(target.lastIndexOf('/') + 1);
  return file === 'libjvm' || globsOverlap(file, 'libjvm.so*') || isLibjvm(target);
}

/** Why a function, or what a wildcard fits, may not be probed; null: it may. */
function reasonAgainst(name: string): string | null {
  if (!hasWildcard(name) && SURVIVED_NAMES.includes(name)) return null;
  if (!SURVIVED_PREFIXES.some((prefix) => literalStart(name).startsWith(prefix))) return TRAMPOLINE;
  return SPLIT_OFF.some((parts) => globsOverlap(name, parts)) ? JUMPED_TO : null;
}
