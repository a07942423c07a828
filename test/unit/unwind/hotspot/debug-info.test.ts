import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CodeBlob, type NmethodHeader, readCodeBlob } from '../../../../src/unwind/hotspot/code-blob.ts';
import { DebugInfo } from '../../../../src/unwind/hotspot/debug-info.ts';
import { MAX_INLINE_DEPTH } from '../../../../src/unwind/limits.ts';
import { MemoryView } from '../../../../src/unwind/memory-view.ts';
import { SYNTHETIC_LAYOUT, SyntheticJvm, type SyntheticScope } from '../../../support/synthetic-jvm.ts';
import { encodeUnsigned5 } from '../../../support/unsigned5-encoder.ts';

interface Compiled {
  readonly jvm: SyntheticJvm;
  readonly begin: number;
  readonly blob: CodeBlob;
  readonly header: NmethodHeader;
  info(): DebugInfo;
}

function compiled(
  scopes: readonly { readonly at: number; readonly chain: readonly SyntheticScope[] }[],
  codeBytes = 64,
): Compiled {
  const jvm = new SyntheticJvm();
  const code = Array.from({ length: codeBytes }, () => 0x90);
  const begin = jvm.blob({ name: 'nmethod', code, frameSizeWords: 4, nmethod: { method: 0x1000, level: 4, scopes } });
  const memory = new MemoryView(jvm.memory);
  const blob = readCodeBlob(memory, SYNTHETIC_LAYOUT, begin - SYNTHETIC_LAYOUT.nmethod.sizeBytes);
  if (blob?.nmethod == null) throw new Error('no nmethod');
  const header = blob.nmethod;
  return { jvm, begin, blob, header, info: () => new DebugInfo(memory, SYNTHETIC_LAYOUT, blob, header) };
}

const A = { method: 0xa000, bci: 3 };
const B = { method: 0xb000, bci: 70_000 };
const ENTRY = { method: 0xc000, bci: -1 };

describe("HotSpot's rule", () => {
  const { begin, info } = compiled([
    { at: 8, chain: [A] },
    { at: 20, chain: [B, A, ENTRY] },
    { at: 40, chain: [A, A] },
  ]);
  const found = info();

  test('the first PcDesc at or above a pc, with its inlined callers', () => {
    for (const offset of [0, 7, 8]) expect(found.scopesAt(begin + offset)).toMatchObject({ scopes: [A], exact: offset === 8 });
    for (const offset of [9, 19, 20])
      expect(found.scopesAt(begin + offset)).toEqual({ kind: 'scopes', scopes: [B, A, ENTRY], exact: offset === 20 });
    expect(found.scopesAt(begin + 21)).toEqual({ kind: 'scopes', scopes: [A, A], exact: false });
  });

  test('behind the last one there is only the sentinel', () => {
    for (const offset of [41, 63, 64, 65, 1000]) expect(found.scopesAt(begin + offset)).toEqual({ kind: 'none' });
  });

  test('a return address has a PcDesc of its own', () => {
    expect([8, 20, 40].map((offset) => found.hasExact(begin + offset))).toEqual([true, true, true]);
    expect([0, 9, 39, 41, 64].map((offset) => found.hasExact(begin + offset))).toEqual([false, false, false, false, false]);
  });

  test('a PcDesc without scopes', () => {
    const stub = compiled([{ at: 8, chain: [] }]);
    expect(stub.info().scopesAt(stub.begin + 8)).toEqual({ kind: 'none' });
  });
});

test('other data behind the sentinel (JDK 24 and later) is no debug information', () => {
  const { jvm, begin, blob, header } = compiled([{ at: 8, chain: [A] }, { at: 20, chain: [B] }]); // prettier-ignore
  const { scopesPcs } = header;
  const rows = [[0x0101_03ff, 0x0201_0101], [5, 7], [30, 0], [0x0101_03ff, 1]]; // prettier-ignore
  const garbage = Buffer.alloc(16 * rows.length);
  rows.forEach(([pcOffset = 0, scope = 0], i) => {
    garbage.writeInt32LE(pcOffset, 16 * i);
    garbage.writeInt32LE(scope, 16 * i + 4);
  });
  jvm.memory.write(scopesPcs.end, garbage);
  const longer = { ...header, scopesPcs: { ...scopesPcs, end: scopesPcs.end + garbage.length } };
  const found = new DebugInfo(new MemoryView(jvm.memory), SYNTHETIC_LAYOUT, blob, longer);
  for (const offset of [0, 8]) expect(found.scopesAt(begin + offset)).toMatchObject({ scopes: [A] });
  for (const offset of [9, 20]) expect(found.scopesAt(begin + offset)).toMatchObject({ scopes: [B] });
  for (const offset of [21, 64, 65, 1000]) expect(found.scopesAt(begin + offset)).toEqual({ kind: 'none' });
});

describe('hostile tables', () => {
  /** An nmethod whose scopes data are `bytes`, entered at `start`. */
  function withScopes(bytes: readonly number[], start: number): Compiled {
    // Room for the bytes: a chain as long as they are.
    const room = Array.from({ length: Math.ceil(bytes.length / 3) + 1 }, () => A);
    const made = compiled([{ at: 8, chain: room }]);
    made.jvm.memory.write(made.header.scopesData.begin, bytes);
    made.jvm.memory.i32(made.header.scopesPcs.begin + SYNTHETIC_LAYOUT.nmethod.pcDescSizeBytes + 4, start);
    return made;
  }

  test('a scope that is its own sender, or has a later one, is the last', () => {
    const itself = withScopes([0, ...encodeUnsigned5(1), 1, 4], 1);
    expect(itself.info().scopesAt(itself.begin + 8)).toMatchObject({ scopes: [A] });
    const cycle = withScopes([0, 4, 1, 4, 1, 1, 4], 4);
    const chain = cycle.info().scopesAt(cycle.begin + 8);
    expect(chain.kind === 'scopes' && chain.scopes.length).toBe(2);
  });

  test('offsets outside the data, and methods outside the table', () => {
    for (const start of [-5, 1 << 20, -(2 ** 31), 2 ** 31 - 1]) {
      const made = withScopes([0, 0, 1, 4], start);
      expect(made.info().scopesAt(made.begin + 8)).toEqual({ kind: 'none' });
    }
    const far = withScopes([0, 0, ...encodeUnsigned5(60_000), 4], 1);
    expect(far.info().scopesAt(far.begin + 8)).toMatchObject({ scopes: [{ method: 0, bci: 3 }] });
  });

  test('a chain of thousands is cut', () => {
    const made = compiled([{ at: 8, chain: Array.from({ length: 3000 }, () => A) }]);
    const chain = made.info().scopesAt(made.begin + 8);
    expect(chain.kind === 'scopes' && chain.scopes.length).toBe(MAX_INLINE_DEPTH);
  });

  test('any scopes data, any start, any order of PcDescs: an answer, in bounds', () => {
    const step = fc.record({ bytes: fc.uint8Array({ maxLength: 60 }), start: fc.integer({ min: -3, max: 70 }), pcs: fc.array(fc.integer(), { maxLength: 3 }), pc: fc.nat(80) }); // prettier-ignore
    fc.assert(
      fc.property(step, ({ bytes, start, pcs, pc }) => {
        const made = withScopes([...bytes], start);
        pcs.forEach((at, i) =>
          made.jvm.memory.i32(made.header.scopesPcs.begin + (i % 3) * SYNTHETIC_LAYOUT.nmethod.pcDescSizeBytes, at),
        );
        const result = made.info().scopesAt(made.begin + pc);
        if (result.kind === 'none') return;
        expect(result.scopes.length).toBeLessThanOrEqual(MAX_INLINE_DEPTH);
        for (const { method, bci } of result.scopes) {
          expect([0, A.method]).toContain(method);
          expect(bci).toBeGreaterThanOrEqual(-1);
        }
      }),
      { numRuns: 60 },
    );
  });
});
