// `jtrace residency` on a machine with two NUMA nodes: pages whose access a scan has taken away cannot be read by BPF though they are in memory, and
// scans are seen happening. The host need not have NUMA for it, nor scan.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runInGuest } from '../support/guest.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';
import { JTRACE } from '../support/run-jtrace.ts';

/** 45 s on an idle machine. */
const TIMEOUT_MS = 300_000;

/** Arguments: the program, jtrace. A thread keeps it multi-threaded, as the kernel wants it; another region is touched every two seconds. */
const SCRIPT = `
set -e
cd "$(mktemp -d)"; mkdir files; mkfifo orders
"$1" files < orders > said & program=$!
exec 7> orders
until grep -q ready said; do sleep 0.2; done
at=$(grep '^pageout ' said | cut -d' ' -f2)
mount -t debugfs none /sys/kernel/debug 2> /dev/null || true
numa=/sys/kernel/debug/sched/numa_balancing
echo 1 > /proc/sys/kernel/numa_balancing
echo 20 > $numa/scan_delay_ms; echo 50 > $numa/scan_period_min_ms; echo 100 > $numa/scan_period_max_ms
echo spin >&7
shift
"$@" residency $program --addr 0x$at,128k --watch -i 100ms --json > looks & watch=$!
for turn in $(seq 100); do
  sleep 2
  echo 'touch pageout' >&7
  grep -q numa-scan looks && grep -q access-given looks && break
done
kill -INT $watch; wait $watch
cat looks
kill -9 $program
`;

describeOnHost('NUMA balancing', ['guest', 'bpftrace', 'cc'], () => {
  test('6.1: a scan is seen, and what a touch does to it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jtrace-guest-residency-'));
    try {
      const program = join(folder, 'page-states');
      const { status: built } = spawnSync('cc', [
        '-O1',
        '-pthread',
        '-o',
        program,
        join(REPOSITORY, 'test/programs/page-states.c'),
      ]);
      expect(built).toBe(0);
      const command = ['bash', '-c', SCRIPT, 'numa', program, ...JTRACE];
      const { status, stdout, stderr } = await runInGuest('6.1', command, { timeoutMs: TIMEOUT_MS, machine: ['--numa', '2'] });
      expect(status, stdout + stderr).toBe(0);
      const events = stdout.trim().split('\n').map((line) => JSON.parse(line) as { kind: string; changes?: { kind: string; to: string }[] }); // prettier-ignore
      const changes = events.flatMap((event) => event.changes ?? []);
      expect(changes).toContainEqual(expect.objectContaining({ kind: 'numa-scan', to: 'protected' }));
      expect(changes).toContainEqual(expect.objectContaining({ kind: 'access-given', to: 'writable' }));
      expect(events.at(-1)).toMatchObject({ kind: 'end', ended: 'interrupted' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
