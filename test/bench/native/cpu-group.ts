// CPU time of a program with all that it starts, waited for or not (perf's addr2line is not): a control group of its own, whose cpu.stat the
// kernel keeps without any controller switched on (cgroups, version 2).

import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

export interface CpuGroup {
  /** Before a command and its arguments: starts it inside. */
  readonly starter: readonly string[];
  /** User and system, until now. */
  seconds(): number;
  /** All that was started inside has ended. */
  remove(): void;
}

let made = 0;

export function makeCpuGroup(): CpuGroup {
  made += 1;
  const folder = join(
    mountPoint(readFileSync('/proc/self/mounts', 'utf8')),
    `jtrace-bench-${String(process.pid)}-${String(made)}`,
  );
  mkdirSync(folder);
  return {
    starter: ['/bin/sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', folder],
    seconds: () => parseCpuStat(readFileSync(join(folder, 'cpu.stat'), 'utf8')),
    remove() {
      try {
        rmdirSync(folder);
      } catch {
        // Something inside is just ending; an empty group costs nothing.
      }
    },
  };
}

export function mountPoint(mounts: string): string {
  const found = mounts.split('\n').find((line) => line.split(' ')[2] === 'cgroup2');
  if (found === undefined) throw new Error('CPU time is counted by control groups of version 2, and none are mounted');
  return found.split(' ')[1] ?? '';
}

export function parseCpuStat(text: string): number {
  return Number(/^usage_usec (\d+)$/m.exec(text)?.[1] ?? NaN) / 1e6;
}
