// Whether bpftrace's own `-p` is given to a program that is confined to a process: what each version makes of it differs.

import type { Dialect } from '../model/dialect.ts';
import { type AttachPoint, providersOf } from '../script/attach-point.ts';
import type { ScriptProgram } from '../script/program-structure.ts';

/** Minor version; those up to 0.27 were not tried. */
const LAST_WITH_USDT_ONCE = 23;
/** Minor version, as above. */
const LAST_WITH_TRACEPOINTS_OF_ALL = 23;
/** Minor version whose `-p` confines uprobes: 0.17 does not, 0.23 and 0.27 do; those between were not tried. */
const FIRST_WITH_CONFINED_UPROBES = 23;

export interface PidOption {
  /** Whether bpftrace itself is to confine the probes (`-p`). */
  readonly usesPidOption: boolean;
  /** Whether other processes, too, stop at its functions (uprobes, USDT): only a condition leaves them out. */
  readonly othersStop: boolean;
}

interface Confined {
  readonly dialect: Dialect;
  /** null: to no process. */
  readonly pid: number | null;
  readonly followChildren: boolean;
  /** It has `jstack`. */
  readonly isWalked: boolean;
}

export function pidOption(program: ScriptProgram, { dialect, followChildren, isWalked, pid }: Confined): PidOption {
  const usesPidOption = !followChildren && !isAttachedTwice(program, dialect) && !(isWalked && isDeafened(dialect));
  const isConfinedByIt = usesPidOption && dialect.version.minor >= FIRST_WITH_CONFINED_UPROBES;
  const stops = program.probes.some(({ attachPoints }) => attachPoints.some(stopsAtFunctions));
  return { usesPidOption, othersStop: pid !== null && !isConfinedByIt && stops };
}

function stopsAtFunctions(point: AttachPoint): boolean {
  return providersOf(point).some((provider) => ['uprobe', 'uretprobe', 'usdt'].includes(provider));
}

/** With `-p`, 0.27 attaches a USDT probe twice, and all counts double (0.17 and 0.23: once). Each probe is confined by its condition, too. */
function isAttachedTwice({ probes }: ScriptProgram, { version }: Dialect): boolean {
  return (
    version.minor > LAST_WITH_USDT_ONCE &&
    probes.some(({ attachPoints }) => attachPoints.some((point) => providersOf(point).includes('usdt')))
  );
}

/** With `-p`, 0.27 attaches tracepoints to that process alone: the one that hears jtrace, too (0.17 and 0.23: to all). */
function isDeafened({ version }: Dialect): boolean {
  return version.minor > LAST_WITH_TRACEPOINTS_OF_ALL;
}
