// A process → what it is called where whole machines are looked at: `postgres`, `java org.acme.Main`, `nginx [docker 1f2e3d4c5b6a]`. Without
// its pid, so that thousands of short processes of one program are one name. All text is the target's (hostile).

import { isContainerLabel, type JvmProcess } from '../../model/process.ts';
import type { Pid } from '../../model/units.ts';
import { containerOf } from './container-of.ts';
import { readProc } from './read-proc.ts';

/** TASK_COMM_LEN is 16; kernel threads show up to 64. */
const MAX_COMM_BYTES = 256;

interface ProcessLabel {
  readonly name: string;
  /** `docker 1f2e3d4c5b6a`, also behind the name; '': none, or a service, which is no part of what a program is. */
  readonly container: string;
}

/** null: it is gone. `jvm`: its row, where it is known to be one. */
export function processLabel(pid: Pid, jvm: JvmProcess | null): ProcessLabel | null {
  const comm = jvm === null ? commOf(pid) : `java ${mainName(jvm)}`.trimEnd();
  if (comm === null || comm === '') return null;
  const name = pid === process.pid ? 'jtrace' : comm;
  const container = jvm?.container ?? containerOf(pid);
  return isContainerLabel(container) ? { name: `${name} [${container}]`, container } : { name, container: '' };
}

/** Of the main thread, which is the process's; threads may have others. */
function commOf(pid: Pid): string | null {
  return readProc(`/proc/${pid}/comm`, MAX_COMM_BYTES)?.toString('utf8').replace(/\n$/, '') ?? null;
}

function mainName({ main }: JvmProcess): string {
  return main.kind === 'jar' || main.kind === 'source' ? main.name.slice(main.name.lastIndexOf('/') + 1) : main.name;
}

/** `kworker/u8:2-events` and its kin are one name: what stands behind the slash tells CPU and pool, and is the thread's to say. */
export function kernelThreadLabel(comm: string): string {
  const slash = comm.indexOf('/', 1);
  return `[${slash < 0 ? comm : comm.slice(0, slash)}]`;
}
