// The catalogue on kernels with kernel probes: the scripts that need them count what is known, exactly, on each kernel by a bpftrace of its time.

import { expect, test } from 'vitest';
import { ALL_GUEST_KERNELS, type GuestKernel, runInGuest } from '../support/guest.ts';
import { withGuestProgram } from '../support/guest-program.ts';
import { bpftracesAtHand } from '../support/host-tools.ts';
import { isRecord } from '../support/is-record.ts';
import { describeOnHost } from '../support/require-host.ts';
import { buildKnownEvents } from '../support/script-run.ts';

/** Half a minute to a minute and a half on a busy machine. */
const TIMEOUT_MS = 420_000;
/** Which bpftrace of those at hand: 0.17, 0.23, 0.27. Debian 11's own is too old. */
const BPFTRACE_OF: Readonly<Record<GuestKernel, number>> = { '5.10': 0, '6.1': 0, '6.12': 1, sid: 2 };
const OPERATIONS = ['vfs_write', 'vfs_read', 'vfs_open', 'vfs_rename', 'vfs_unlink', 'vfs_getattr_nosec', 'vfs_fsync_range'];
/** Part of its caller's code there, so that fsync() does not call it. */
const WITHOUT_FSYNC: readonly GuestKernel[] = ['sid'];

describeOnHost('scripts in guests', ['guest', 'bpftrace', 'cc'], () => {
  test.each(ALL_GUEST_KERNELS)('%s: functions of the kernel are timed and counted', async (kernel) => {
    const [installed = ''] = bpftracesAtHand();
    const bpftrace = bpftracesAtHand()[BPFTRACE_OF[kernel]] ?? installed;
    const known = buildKnownEvents();
    await withGuestProgram('run-scripts', async (program) => {
      const command = ['node', program, known, bpftrace];
      const { status, stdout, stderr } = await runInGuest(kernel, command, { timeoutMs: TIMEOUT_MS });
      expect(status, stderr.slice(-4000)).toBe(0);
      const said: unknown = JSON.parse(stdout);
      if (!isRecord(said)) throw new Error(stdout);
      const count = Number(said['count']);
      const latency = mapOf(said['latency'], '@latency_ns')['jt-sleeps'];
      const buckets = (Array.isArray(latency) ? latency : []).filter(isRecord).map(({ min, count: inIt }) => [Number(min), Number(inIt)] as const); // prettier-ignore
      expect(buckets.reduce((sum, [, inIt]) => sum + inIt, 0)).toBe(count);
      // 20 ms, and no less.
      for (const [min, inIt] of buckets) if (inIt > 0) expect(min).toBeGreaterThanOrEqual(2 ** 24);
      expect(mapOf(said['latency'], '@total_ns')['jt-sleeps']).toBeGreaterThanOrEqual(20_000_000 * count);
      const seen = OPERATIONS.filter((name) => name !== 'vfs_fsync_range' || !WITHOUT_FSYNC.includes(kernel));
      const counted = Object.fromEntries(seen.map((name) => [`jt-vfs,${name}`, count]));
      expect(mapOf(said['operations'], '@operations')).toEqual(counted);
    });
  });
});

function mapOf(maps: unknown, name: string): Readonly<Record<string, unknown>> {
  const map = isRecord(maps) ? maps[name] : null;
  return isRecord(map) ? map : {};
}
