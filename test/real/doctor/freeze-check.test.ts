// The program that reads kernel code, on every bpftrace at hand and this machine's kernel.

import { expect, test } from 'vitest';
import { runOnce } from '../../../src/bpftrace/run-once.ts';
import { checkFreeze } from '../../../src/doctor/freeze-check.ts';
import { kernelCodeProgram, parseKernelCode } from '../../../src/doctor/kernel-code-program.ts';
import { asKernelAddress } from '../../../src/model/units.ts';
import { hostArchitecture } from '../../../src/target/host-architecture.ts';
import { readKernelSymbols } from '../../../src/target/kallsyms.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { describeOnHost } from '../../support/require-host.ts';

const TIMEOUT_MS = 60_000;

describeOnHost('reading kernel code', ['root', 'bpftrace'], () => {
  test.each(bpftracesAtHand())('%s', async (bpftracePath) => {
    const code = parseKernelCode(await runOnce({ bpftracePath, program: kernelCodeProgram(), timeoutMs: TIMEOUT_MS }));
    const symbols = readKernelSymbols();
    for (const [name, { address, bytes }] of Object.entries(
      code ?? { nothing: { address: asKernelAddress(0n), bytes: new Uint8Array() } },
    )) {
      expect(symbols.symbolAt(address)?.name).toBe(name);
      expect(bytes.some((byte) => byte !== 0)).toBe(true);
    }
    const verdict = await checkFreeze({
      kernelRelease: '6.1.0',
      architecture: hostArchitecture(),
      runProgram: (program) => runOnce({ bpftracePath, program, timeoutMs: TIMEOUT_MS }),
      readSymbols: readKernelSymbols,
    });
    // A kernel that is shown vulnerable must not run these tests; one before 5.19 cannot be told.
    expect(['fixed', 'unknown']).toContain(verdict.kind);
  });
});
