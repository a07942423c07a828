// The kernel counts how often BPF programs run, and how long (kernel.bpf_stats_enabled), while somebody looks: for all programs of the machine, some
// 20 ns each run. Who turns it off again is a shell that outlives jtrace, however jtrace ends; it waits until no other jtrace counts.

import { startGuard } from '../child/start-guard.ts';

const SETTING = '/proc/sys/kernel/bpf_stats_enabled';
/** Its input ends when jtrace ends. Everybody who counts holds a shared lock; who turned it on waits to be the last. */
const GUARD = `
exec 9<"$1" || exit 1
flock -s 9
if [ "$(cat "$1")" = 0 ]; then echo 1 >"$1" || exit 1; mine=1; fi
echo on
cat >/dev/null
[ -z "$mine" ] || { flock -x 9; echo 0 >"$1"; }
`;

export interface RunCounting {
  /** false: the kernel (before 5.1) cannot, or may not be asked. */
  readonly isOn: boolean;
  end(): void;
}

export async function countRuns(setting = SETTING): Promise<RunCounting> {
  const guard = await startGuard('/bin/sh', ['-c', GUARD, 'jtrace-bpf-stats', setting]);
  return { isOn: guard.said === 'on', end: () => guard.release() };
}
