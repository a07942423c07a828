// `jtrace watch` on kernels with kernel probes: every JVM of twenty is seen by kprobe, and by fentry; a name in a page that nobody has touched, too.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type GuestKernel, runInGuest } from '../support/guest.ts';
import { withGuestProgram } from '../support/guest-program.ts';
import { bpftracesAtHand, javaHome } from '../support/host-tools.ts';
import { isRecord } from '../support/is-record.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';

const TIMEOUT_MS = 300_000;
/** Which bpftrace of those at hand: 0.17, 0.23, 0.27. */
const CASES: readonly (readonly [GuestKernel, string, number, number])[] = [
  ['6.1', 'kprobe', 20, 0],
  ['sid', 'fentry', 2, 2],
];

describeOnHost('jtrace watch in guests', ['guest', 'bpftrace', 'cc', 'jdk17'], () => {
  test.each(CASES)('%s: by %s', async (kernel, style, jvms, which) => {
    const [installed = ''] = bpftracesAtHand();
    const home = javaHome() ?? '';
    const folder = mkdtempSync(join(tmpdir(), 'jtrace-guest-watch-'));
    try {
      const [program, names] = [join(folder, 'open-unseen'), join(folder, 'names')];
      const { status: built } = spawnSync('cc', ['-O1', '-o', program, join(REPOSITORY, 'test/programs/open-unseen.c')]);
      expect(built).toBe(0);
      writeFileSync(
        names,
        Buffer.alloc(4096)
          .fill(`${realpathSync(join(home, 'lib/server/libjvm.so'))}\0`, 0, 1024)
          .fill(0, 1024),
      );
      await withGuestProgram('watch-jvms', async (watcher) => {
        const bpftrace = bpftracesAtHand()[which] ?? installed;
        const command = ['node', watcher, bpftrace, style, String(jvms), program, names, join(home, 'bin/java')];
        const { status, stdout, stderr } = await runInGuest(kernel, command, { timeoutMs: TIMEOUT_MS });
        expect(status, stderr.slice(-4000)).toBe(0);
        const said: unknown = JSON.parse(stdout);
        const all = isRecord(said) && Array.isArray(said['events']) ? said['events'].filter(isRecord) : [];
        const pids: readonly unknown[] = isRecord(said) && Array.isArray(said['pids']) ? (said['pids'] as unknown[]) : [];
        const of = (kind: string): unknown[] => all.filter((event) => event['kind'] === kind).map(({ pid }) => pid).sort(); // prettier-ignore
        expect(of('start')).toEqual([...pids].sort());
        expect(of('end')).toEqual([...pids].sort());
        // But the program that is no JVM.
        expect(of('ready')).toEqual([...pids.slice(0, -1)].sort());
        expect(all[0]).toMatchObject({ kind: 'watching', probe: style });
        expect(all.at(-1)).toMatchObject({ kind: 'summary', started: jvms + 1, bySweep: 0, ended: jvms + 1, lost: 0, gaps: 0 });
        expect(isRecord(said) ? said['code'] : null).toBe(0);
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
