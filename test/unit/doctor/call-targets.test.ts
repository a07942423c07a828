import { expect, test } from 'vitest';
import { findCalls } from '../../../src/doctor/call-targets.ts';
import { asKernelAddress } from '../../../src/model/units.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { callsByObjdump, sectionBytes, symbolsOf, withCompiled } from '../../support/machine-code.ts';

test('a call and a jump are found at any offset, forwards and backwards', () => {
  const code = Uint8Array.of(0x90, 0xe8, 0x10, 0, 0, 0, 0xe9, 0xf0, 0xff, 0xff, 0xff);
  expect(findCalls(code, asKernelAddress(0xffffffff81000000n))).toEqual([
    { offsetBytes: 1, target: 0xffffffff81000016n },
    { offsetBytes: 6, target: 0xffffffff80fffffbn },
  ]);
});

test('an instruction cut off by the end is none', () => {
  expect(findCalls(Uint8Array.of(0xe8, 0, 0, 0), asKernelAddress(0n))).toEqual([]);
  expect(findCalls(new Uint8Array(), asKernelAddress(0n))).toEqual([]);
});

test('a target beyond the end of the address space wraps', () => {
  const [site] = findCalls(Uint8Array.of(0xe8, 0xff, 0xff, 0xff, 0x7f), asKernelAddress(0xfffffffffffffff0n));
  expect(site?.target).toBe(0x7ffffff4n);
});

describeOnHost('compared with objdump', ['binutils', 'cc'], () => {
  test('no direct call or jump of a compiled program is missed', () => {
    withCompiled('freeze-functions.c', [], (path) => {
      const start = symbolsOf(path)[0]?.address ?? 0n;
      const code = sectionBytes(path, '.text');
      const expected = callsByObjdump(path, start, start + BigInt(code.length));
      const found = findCalls(code, asKernelAddress(start)).map(({ offsetBytes, target }) => ({
        at: start + BigInt(offsetBytes),
        target,
      }));
      expect(expected.length).toBeGreaterThanOrEqual(6);
      expect(found).toEqual(expect.arrayContaining(expected));
    });
  });
});
