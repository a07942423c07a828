// The freeze check on the code of other kernels as they run there: read by bpftrace 0.17, judged as if their release were in the
// range. And its decoder against objdump on megabytes of real kernel code, which needs no guest, only its kernel.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findCalls } from '../../src/doctor/call-targets.ts';
import { asKernelAddress } from '../../src/model/units.ts';
import { GUEST_KERNELS, guestKernelFolder, runInGuest } from '../support/guest.ts';
import { withGuestProgram } from '../support/guest-program.ts';
import { callsByObjdump } from '../support/machine-code.ts';
import { describeOnHost } from '../support/require-host.ts';

/** Two runs of bpftrace and the start of Node, emulated: 20 s on an idle machine. */
const TIMEOUT_MS = 240_000;

/** Where x86-64 kernels start without address randomization, and where Debian's vmlinux keeps that (objdump -h: the .text section). */
const TEXT_ADDRESS = 0xffffffff81000000n;
const TEXT_FILE_OFFSET = 0x200000;
/** The middle of the code: newer kernels begin with megabytes of something else. */
const COMPARED_FROM = 6 << 20;
const COMPARED_BYTES = 2 << 20;

describeOnHost('the freeze check in guests', ['guest', 'bpftrace'], () => {
  test.each(GUEST_KERNELS)('%s: the fix is seen', async (kernel) => {
    await withGuestProgram('freeze-verdict', async (program) => {
      const { status, stdout, stderr } = await runInGuest(kernel, ['node', program], { timeoutMs: TIMEOUT_MS });
      expect(status, stderr).toBe(0);
      const fixed = { kind: 'fixed', by: 'nmi_uaccess_okay' };
      expect(JSON.parse(stdout)).toMatchObject({ asSuspicious: fixed, own: kernel === '6.1' ? fixed : { kind: 'not-affected' } });
    });
  });
});

describeOnHost('the decoder on kernels’ code', ['guest', 'binutils'], () => {
  test.each(GUEST_KERNELS)('%s: no direct call or jump that objdump sees is missed', (kernel) => {
    const path = join(guestKernelFolder(kernel), 'vmlinux');
    const start = TEXT_ADDRESS + BigInt(COMPARED_FROM);
    const stop = start + BigInt(COMPARED_BYTES);
    const code = readFileSync(path)
      .subarray(TEXT_FILE_OFFSET + COMPARED_FROM)
      .subarray(0, COMPARED_BYTES);
    const found = new Map(
      findCalls(code, asKernelAddress(start)).map(({ offsetBytes, target }) => [start + BigInt(offsetBytes), target]),
    );
    const expected = callsByObjdump(path, start, stop);
    const missed = expected.filter(({ at, target }) => found.get(at) !== target && at + 5n <= stop);
    expect(expected.length).toBeGreaterThan(10_000);
    expect(missed).toEqual([]);
  });
});
