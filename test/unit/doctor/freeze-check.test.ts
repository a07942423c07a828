import { describe, expect, test, vi } from 'vitest';
import { checkFreeze, examineFreeze, warnOrRefuse } from '../../../src/doctor/freeze-check.ts';
import { kernelCodeProgram, parseKernelCode } from '../../../src/doctor/kernel-code-program.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { BpftraceProgram } from '../../../src/model/program.ts';

const readSymbols = () => ({ symbolAt: () => null });
const X86 = { architecture: 'x86-64' } as const;

describe('checkFreeze', () => {
  test('runs nothing on a kernel outside of the range', async () => {
    const runProgram = vi.fn<(program: BpftraceProgram) => Promise<readonly string[]>>();
    expect(await checkFreeze({ ...X86, kernelRelease: '6.12.1', runProgram, readSymbols })).toEqual({ kind: 'not-affected' });
    expect(runProgram).not.toHaveBeenCalled();
  });

  test('a program that fails or says too little is a reason not to know', async () => {
    const failing = () => Promise.reject(new OperatorError('environment', 'no BTF', 'hint'));
    expect(await checkFreeze({ ...X86, kernelRelease: '6.1.0', runProgram: failing, readSymbols })).toEqual({
      kind: 'unknown',
      reason: 'no BTF',
    });
    const silent = () =>
      Promise.resolve(['Attaching 1 probe...', 'word 0', 'code copy_from_user_nofault ffffffff81000000', 'word zz']);
    expect(await checkFreeze({ ...X86, kernelRelease: '6.1.0', runProgram: silent, readSymbols })).toMatchObject({
      kind: 'unknown',
    });
  });

  test('symbols that know nothing (kptr_restrict) are a reason not to know', async () => {
    const runProgram = () => Promise.resolve(wholeOutput());
    expect(await checkFreeze({ ...X86, kernelRelease: '6.1.0', runProgram, readSymbols })).toMatchObject({ kind: 'unknown' });
  });
});

describe('examineFreeze', () => {
  test('looks also outside of the range, and what it sees changes nothing there', async () => {
    const seen = await examineFreeze({
      ...X86,
      kernelRelease: '6.12.1',
      runProgram: () => Promise.resolve(wholeOutput()),
      readSymbols,
    });
    expect(seen).toMatchObject({ verdict: { kind: 'not-affected' }, evidence: { copyExtent: 'unreadable' }, notSeen: null });
    const failing = () => Promise.reject(new OperatorError('environment', 'no BTF', 'hint'));
    expect(await examineFreeze({ ...X86, kernelRelease: '6.12.1', runProgram: failing, readSymbols })).toEqual({
      verdict: { kind: 'not-affected' },
      evidence: null,
      notSeen: 'no BTF',
    });
  });
});

describe('on another processor', () => {
  test.each(['6.1.0', '6.12.1'])(
    '%s: nothing is run, no code is taken for x86-64, and it warns at most',
    async (kernelRelease) => {
      const runProgram = vi.fn<(program: BpftraceProgram) => Promise<readonly string[]>>();
      const seen = await examineFreeze({ kernelRelease, architecture: 'aarch64', runProgram, readSymbols });
      const reason = 'the check reads x86-64 code only';
      expect(seen).toEqual({
        verdict: kernelRelease === '6.1.0' ? { kind: 'unknown', reason } : { kind: 'not-affected' },
        evidence: null,
        notSeen: reason,
      });
      expect(runProgram).not.toHaveBeenCalled();
      expect(() => warnOrRefuse(seen.verdict, kernelRelease)).not.toThrow();
    },
  );
});

describe('warnOrRefuse', () => {
  test('is silent where all is well', () => {
    expect(warnOrRefuse({ kind: 'not-affected' }, '6.12.0')).toBeNull();
    expect(warnOrRefuse({ kind: 'fixed', by: 'nmi_uaccess_okay' }, '6.1.0')).toBeNull();
  });

  test('warns in one line where it cannot tell', () => {
    const text = warnOrRefuse({ kind: 'unknown', reason: 'no BTF' }, '6.0.0') ?? '';
    expect(text).toMatch(/6\.0\.0.*no BTF/);
    expect(text).not.toContain('\n');
  });

  test('refuses on a kernel that would freeze, unless that is accepted: then it warns', () => {
    expect(() => warnOrRefuse({ kind: 'vulnerable' }, '6.1.0')).toThrow(OperatorError);
    expect(warnOrRefuse({ kind: 'vulnerable' }, '6.1.0', true)).toMatch(/can freeze the machine.*--accept-freeze-risk/);
    expect(warnOrRefuse({ kind: 'fixed', by: 'nmi_uaccess_okay' }, '6.1.0', true)).toBeNull();
  });
});

test('the bytes of a function are its words, least significant byte first', () => {
  const code = parseKernelCode(wholeOutput());
  expect([...(code?.copy_from_user_nofault.bytes.subarray(0, 9) ?? [])]).toEqual([
    0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01, 0xef,
  ]);
  expect(code?.__check_object_size.address).toBe(0xffffffff81000000n);
});

test('the program reads only through kptr()', () => {
  const { text, unsafe } = kernelCodeProgram();
  expect(unsafe).toBe(false);
  expect(text.match(/\*\(uint64\*\)/g)).toHaveLength(2);
  expect(text.match(/\*\(uint64\*\)kptr\(/g)).toHaveLength(2);
  expect(text).not.toMatch(/uptr|str\(|buf\(|ustack|uaddr/);
});

/** What the program prints when every word of both functions is the same. */
function wholeOutput(): string[] {
  const sizes = [...kernelCodeProgram().text.matchAll(/ \+ (\d+)\)/g)].map(([, size]) => Number(size));
  const names = ['copy_from_user_nofault', '__check_object_size'];
  const word = 'word 123456789abcdef';
  return names.flatMap((name, index) => [`code ${name} ffffffff81000000`, ...Array<string>((sizes[index] ?? 0) / 8).fill(word)]);
}
