// The freeze check on the code of other kernels as they run there: read by bpftrace 0.17, judged as if their release were in the
// range. And its decoder against objdump on megabytes of real kernel code, which needs no guest, only its kernel.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { callText, fieldUse } from '../../src/doctor/instruction-text.ts';
import { decodeAll } from '../../src/doctor/kernel-function.ts';
import { asKernelAddress } from '../../src/model/units.ts';
import { ALL_GUEST_KERNELS, GUEST_KERNELS, guestKernelFolder, runInGuest } from '../support/guest.ts';
import { withGuestProgram } from '../support/guest-program.ts';
import { isRecord } from '../support/is-record.ts';
import { instructionsByObjdump } from '../support/machine-code.ts';
import { describeOnHost } from '../support/require-host.ts';

/** Two runs of bpftrace and the start of Node, emulated: 20 s on an idle machine. */
const TIMEOUT_MS = 240_000;

/** Where x86-64 kernels start without address randomization, and where Debian's vmlinux keeps that (objdump -h: the .text section). */
const TEXT_ADDRESS = 0xffffffff81000000n;
const TEXT_FILE_OFFSET = 0x200000;
/** The middle of the code: newer kernels begin with megabytes of something else. */
const COMPARED_FROM = 6 << 20;
const COMPARED_BYTES = 2 << 20;
/** objdump takes one that is cut by the end for prefixes and bytes. */
const LONGEST_BYTES = 15n;
const NO_SYMBOLS = { symbolAt: () => null };

describeOnHost('the freeze check in guests', ['guest', 'bpftrace'], () => {
  // 6.1 is in the range: jtrace doctor says it below.
  test.each(GUEST_KERNELS.filter((kernel) => kernel !== '6.1'))('%s: the fix is seen', async (kernel) => {
    await withGuestProgram('freeze-verdict', async (program) => {
      const { status, stdout, stderr } = await runInGuest(kernel, ['node', program], { timeoutMs: TIMEOUT_MS });
      expect(status, stderr).toBe(0);
      const fixed = { kind: 'fixed', by: 'nmi_uaccess_okay' };
      expect(JSON.parse(stdout)).toMatchObject({ asSuspicious: fixed, own: { kind: 'not-affected' } });
    });
  });
});

describeOnHost('jtrace doctor in guests', ['guest', 'bpftrace'], () => {
  test.each([
    // 0.17 cannot read the type information of 5.10, so neither fentry nor jtrace's own program works there; 0.23 can.
    ['6.1', { status: 0, fentry: 'ok', sampling: 'ok', verdict: 'fixed', instruction: 'call nmi_uaccess_okay' }],
    ['5.10', { status: 3, fentry: 'limited', sampling: 'missing', verdict: 'not-affected', instruction: null }],
  ] as const)('%s: each probe is tried, and the freeze judged', async (kernel, expected) => {
    const command = ['node', 'bin/jtrace.js', 'doctor', '--json', '--evidence'];
    const { status, stdout, stderr } = await runInGuest(kernel, command, { timeoutMs: TIMEOUT_MS });
    const report: unknown = JSON.parse(stdout);
    if (!isRecord(report) || !Array.isArray(report['checks'])) throw new Error(stderr);
    const outcomes = new Map(report['checks'].filter(isRecord).map((check) => [check['id'], check['outcome']]));
    expect(['begin', 'kprobes', 'uprobes', 'fentry', 'sampling'].map((name) => outcomes.get(`bpftrace.${name}`))).toEqual(['ok', 'ok', 'ok', expected.fentry, expected.sampling]); // prettier-ignore
    expect(status).toBe(expected.status);
    expect(report['freeze']).toMatchObject({
      verdict: expected.verdict,
      evidence: [{ instruction: expected.instruction === null ? null : { text: expected.instruction } }, {}, { instruction: { text: expect.stringMatching(/^addl \$0x1,0x/) as unknown } }, {}, {}],
    }); // prettier-ignore
  });
});

/** All that the decoder does not know of what 5.10 to 7.x have there: strings from and to ports. */
const NOT_KNOWN = /^rep (ins|outs)[bwl] /;

describeOnHost('the decoder on kernels’ code', ['guest', 'binutils'], () => {
  test.each(ALL_GUEST_KERNELS)('%s: instructions begin, end and read as objdump says', (kernel) => {
    const path = join(guestKernelFolder(kernel), 'vmlinux');
    const start = TEXT_ADDRESS + BigInt(COMPARED_FROM);
    const stop = start + BigInt(COMPARED_BYTES);
    const code = readFileSync(path)
      .subarray(TEXT_FILE_OFFSET + COMPARED_FROM)
      .subarray(0, COMPARED_BYTES);
    const expected = instructionsByObjdump(path, start, stop).filter(({ at }) => at + LONGEST_BYTES <= stop);
    const [calls, fields] = [new Set<string>(), new Set<string>()];
    const wrong = expected.filter(({ at, length, text }) => {
      const offset = Number(at - start);
      // Only what lies there: an instruction has 15 bytes at most.
      const [placed] = decodeAll({ address: asKernelAddress(at), bytes: code.subarray(offset, offset + length) });
      if (placed?.bytes.length !== length) return !NOT_KNOWN.test(text);
      const call = callText(placed, NO_SYMBOLS);
      const field = fieldUse(placed)?.text ?? null;
      if (call !== null) calls.add(text);
      if (field !== null) fields.add(text);
      // Short jumps are none.
      const isCall = /^(call|jmp) 0x/.test(text) && length >= 5;
      return (call ?? field ?? text) !== text || isCall !== (call !== null);
    });
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(expected.length).toBeGreaterThan(300_000);
    expect(calls.size).toBeGreaterThan(5_000);
    expect(fields.size).toBeGreaterThan(1_000);
  });
});
