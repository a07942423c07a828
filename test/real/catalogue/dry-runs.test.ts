// `jtrace run NAME` loads and attaches every script of the catalogue on every bpftrace at hand, and ends it at once: what jtrace adds to a script
// is in none of the tests that give it to bpftrace alone. Those whose own test runs jtrace are left out, each by name and with the reason.

import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readScript, scriptNames } from '../../../src/catalogue/catalogue.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { type JtraceResult, runJtrace, startJtrace } from '../../support/run-jtrace.ts';
import { COUNTED_IN } from './counted-in.ts';

const [INSTALLED = ''] = bpftracesAtHand();
const HAS_KPROBES = existsSync('/sys/bus/event_source/devices/kprobe');
/** What must be given. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = { 'kernel-function-latency': ['--function', 'vfs_read'] };

const NEED_KPROBES = scriptNames().filter((name) => readScript(name).header.needs.features.includes('kprobes'));
const RUN_ELSEWHERE = COUNTED_IN.filter(({ through }) => through === 'jtrace');
const DRY_RUN = scriptNames().filter(
  (name) => !RUN_ELSEWHERE.some(({ script }) => script === name) && (HAS_KPROBES || !NEED_KPROBES.includes(name)),
);

async function attachAndEnd(bpftrace: string, script: string): Promise<JtraceResult> {
  const jtrace = startJtrace(['run', script, ...(PARAMETERS[script] ?? []), '--bpftrace', bpftrace, '--json']);
  try {
    await jtrace.said(/ attached/);
    jtrace.child.kill('SIGINT');
    return await jtrace.ended;
  } finally {
    await jtrace.stop();
  }
}

describeOnHost('dry runs of scripts', ['root', 'bpftrace', 'mariadb', 'postgres'], () => {
  describe.each(DRY_RUN)('%s', (script) => {
    const bpftraces = bpftracesAtHand();
    let ends: readonly PromiseSettledResult<JtraceResult>[] = [];
    // At once: starting is the processors' work as much as waiting for the kernel.
    beforeAll(async () => {
      ends = await Promise.allSettled(bpftraces.map((bpftrace) => attachAndEnd(bpftrace, script)));
    });
    test.each(bpftraces)('is loaded, attached and ended, on %s', (bpftrace) => {
      const end = ends[bpftraces.indexOf(bpftrace)];
      if (end?.status !== 'fulfilled') throw end?.reason ?? new Error('it was not run');
      expect(end.value.status, end.value.stderr).toBe(0);
      for (const line of end.value.stdout.trim().split('\n')) expect(() => JSON.parse(line) as unknown, line).not.toThrow();
    });
  });

  test.each(RUN_ELSEWHERE)('$script: no dry run, $file runs it by jtrace on every bpftrace', ({ script }) => {
    expect(DRY_RUN).not.toContain(script);
  });

  test.runIf(!HAS_KPROBES).each(NEED_KPROBES)(
    '%s: no dry run, this kernel has no kernel probes; jtrace says so',
    async (script) => {
      const { status, stderr } = await runJtrace(['run', script, ...(PARAMETERS[script] ?? []), '--bpftrace', INSTALLED]);
      expect(status).toBe(3);
      expect(stderr).toMatch(new RegExp(`^jtrace: ${script} needs kernel probes, and this kernel has none`));
    },
  );
});
