// The verdict on real kernels' code (recorded: test/fixtures/kernel-code, each with how), and on the defect itself, which no kernel
// at hand has: test/programs/freeze-functions.c compiled with and without the fixes.

import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gatherEvidence } from '../../../src/doctor/freeze-evidence.ts';
import { type FreezeVerdict, judgeFreeze, mayFreeze } from '../../../src/doctor/freeze-verdict.ts';
import type { KernelCode } from '../../../src/doctor/kernel-function.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { compiledCode } from './compiled-code.ts';
import { KERNEL_CODE_FIXTURES, recordedCode } from './recorded-code.ts';

describe('releases', () => {
  test.each(['5.19.0', '5.19', '6.0.12', '6.1.0-56-amd64', '6.2.0-39-generic', 'who-knows'])('%s is looked at', (release) => {
    expect(mayFreeze(release)).toBe(true);
  });
  test.each(['4.19.0', '5.10.0-30-amd64', '5.18.19', '5.2.0', '6.3.0', '6.12.107+deb13-amd64', '6.19.0', '7.2.13', '10.1.0'])(
    '%s is not',
    (release) => {
      expect(mayFreeze(release)).toBe(false);
    },
  );
});

describe('code of real kernels', () => {
  const expected: Readonly<Record<string, FreezeVerdict>> = {
    '5.10-before-the-defect.json': { kind: 'unknown', reason: '__check_object_size() does not call find_vmap_area() directly' },
    '6.1-fixed.json': { kind: 'fixed', by: 'nmi_uaccess_okay' },
    '6.12-fixed.json': { kind: 'fixed', by: 'nmi_uaccess_okay' },
    '6.18-fixed.json': { kind: 'fixed', by: 'nmi_uaccess_okay' },
    '7.2-fixed.json': { kind: 'fixed', by: 'nmi_uaccess_okay' },
  };

  test('every recording is judged', () => {
    expect(readdirSync(KERNEL_CODE_FIXTURES).sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.entries(expected))('%s', (name, verdict) => {
    expect(judgeRecording(name, () => undefined)).toEqual(verdict);
  });

  test.each(['6.1-fixed.json', '6.12-fixed.json', '6.18-fixed.json', '7.2-fixed.json'])(
    '%s: the second half of the fix is seen by itself',
    (name) => {
      expect(judgeRecording(name, removeCall)).toEqual({ kind: 'fixed', by: 'pagefault_disabled' });
    },
  );
});

describeOnHost('the defect, compiled', ['binutils', 'cc'], () => {
  test.each([
    [[], { kind: 'vulnerable' }],
    [['NMI_OKAY'], { kind: 'fixed', by: 'nmi_uaccess_okay' }],
    [['TEST_DISABLED'], { kind: 'fixed', by: 'pagefault_disabled' }],
    [['NMI_OKAY', 'TEST_DISABLED'], { kind: 'fixed', by: 'nmi_uaccess_okay' }],
    [['NO_VMAP_AREA'], { kind: 'unknown', reason: '__check_object_size() does not call find_vmap_area() directly' }],
  ] as const)('with %j', (defines, verdict) => {
    expect(judgeCompiled(defines, 1024)).toEqual(verdict);
  });

  test('what the verdict rests on, as text: the steps of the defect, and no fix', () => {
    const seen = gatherEvidence(compiledCode([], 1024));
    expect(seen).toMatchObject({
      copyExtent: 'whole',
      checkExtent: 'whole',
      callsNmiUaccessOkay: null,
      readsPagefaultDisabled: null,
      callsCheckObjectSize: { text: 'call __check_object_size' },
      callsFindVmapArea: { text: 'call find_vmap_area' },
    });
    expect(seen.countsPagefaultDisabled.map(({ text }) => text)).toEqual([expect.stringMatching(/^addl \$0x1,0x1418\(%r\w+\)$/)]);
  });

  test('code that was not read to its end proves nothing', () => {
    expect(judgeCompiled([], 64)).toEqual({
      kind: 'unknown',
      reason: 'copy_from_user_nofault() is longer than what was read of it',
    });
  });

  test('code that could not be read (zeros) proves nothing', () => {
    expect(judgeCompiled([], 1024, (bytes) => bytes.fill(0)).kind).toBe('unknown');
  });

  test('no single changed byte makes the fixed code vulnerable', () => {
    const whole = compiledCode(['NMI_OKAY', 'TEST_DISABLED'], 1024);
    fc.assert(
      fc.property(fc.nat({ max: 1023 }), fc.nat({ max: 255 }), fc.boolean(), (at, value, inCopy) => {
        const changed = (code: KernelCode): KernelCode => ({
          ...code,
          bytes: code.bytes.map((byte, index) => (index === at ? value : byte)),
        });
        const evidence = inCopy
          ? { ...whole, copyFromUserNofault: changed(whole.copyFromUserNofault) }
          : { ...whole, checkObjectSize: changed(whole.checkObjectSize) };
        expect(judgeFreeze(gatherEvidence(evidence)).kind).not.toBe('vulnerable');
      }),
      { numRuns: 2000, examples: [[45, 128, true]] }, // the end of a call becomes what looks like `incl`
    );
  });
});

function judgeCompiled(
  defines: readonly string[],
  readBytes: number,
  change: (bytes: Uint8Array) => void = () => undefined,
): FreezeVerdict {
  const evidence = compiledCode(defines, readBytes);
  change(evidence.copyFromUserNofault.bytes);
  change(evidence.checkObjectSize.bytes);
  return judgeFreeze(gatherEvidence(evidence));
}

/** Judges a recording after `change` has seen its copy_from_user_nofault and the address of nmi_uaccess_okay. */
function judgeRecording(name: string, change: (code: KernelCode, nmiUaccessOkay: bigint) => void): FreezeVerdict {
  const { lines, ...code } = recordedCode(name);
  change(code.copyFromUserNofault, lines.find((line) => line.name === 'nmi_uaccess_okay')?.address ?? 0n);
  return judgeFreeze(gatherEvidence(code));
}

/** Overwrites the call to a function by no-operations. */
function removeCall(code: KernelCode, target: bigint): void {
  for (let at = 0; at + 5 <= code.bytes.length; at++) {
    const displacement = Number(BigInt.asIntN(64, target - (code.address + BigInt(at + 5))));
    const expected = new Uint8Array(5);
    new DataView(expected.buffer).setUint8(0, 0xe8);
    new DataView(expected.buffer).setInt32(1, displacement, true);
    if (expected.every((byte, index) => code.bytes[at + index] === byte)) code.bytes.fill(0x90, at, at + 5);
  }
}
