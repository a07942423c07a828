// A number that is no JVM here → the line that says which JVM of a container has it as its own number: what `ps` or `jps` told
// the operator inside. Only numbers of the host name processes to jtrace: they are unique, a container's are not.

import { readdirSync } from 'node:fs';
import { asPid, type Pid } from '../../model/units.ts';
import { classifyProcess } from './classify-process.ts';
import { containerOf } from './container-of.ts';
import { pidInside } from './namespace-ids.ts';

/** Number 1 is the JVM of every second container: more would not be read. */
const MAX_SHOWN = 3;

/** `in docker 1f2e3d4c5b6a process 7 is PID 4711 here`; null: in none. */
export function containerPidHint(number: Pid): string | null {
  const found: Pid[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^[1-9]\d*$/.test(name)) continue;
    const pid = asPid(Number(name));
    if (pid === number || pidInside(pid) !== number || classifyProcess(pid).kind !== 'hotspot') continue;
    found.push(pid);
    if (found.length > MAX_SHOWN) break;
  }
  if (found.length === 0) return null;
  const shown = found
    .slice(0, MAX_SHOWN)
    .map((pid) => `in ${containerOf(pid) || 'another pid namespace'} process ${number} is PID ${pid} here`);
  return `${shown.join('; ')}${found.length > MAX_SHOWN ? '; and more' : ''}`;
}
