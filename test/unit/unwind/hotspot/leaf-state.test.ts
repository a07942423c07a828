// Every pc of C2's stubs for calls of the VM, whose blobs do not say where their prologue ends, on both architectures.

import { expect, test } from 'vitest';
import { AARCH64 } from '../../../../src/unwind/arch/aarch64.ts';
import type { Architecture } from '../../../../src/unwind/arch/architecture.ts';
import { X86_64 } from '../../../../src/unwind/arch/x86-64.ts';
import { CodeCache } from '../../../../src/unwind/hotspot/code-cache.ts';
import { CodeIndex } from '../../../../src/unwind/hotspot/code-index.ts';
import { runtimeStubLeafState } from '../../../../src/unwind/hotspot/leaf-state.ts';
import { MemoryView } from '../../../../src/unwind/memory-view.ts';
import { SYNTHETIC_LAYOUT, SyntheticJvm } from '../../../support/synthetic-jvm.ts';

/** What is looked at around a pc. */
const PADDING = Array.from({ length: 128 }, () => 0);

function statesOf(architecture: Architecture, pieces: readonly string[], frameSizeWords: number): readonly string[] {
  const jvm = new SyntheticJvm();
  const bytes = pieces.map((hex) => [...Buffer.from(hex.replaceAll(' ', ''), 'hex')]);
  const begin = jvm.blob({ name: '_rethrow_Java', code: [...bytes.flat(), ...PADDING], frameSizeWords, frameComplete: -1 });
  const memory = new MemoryView(jvm.memory);
  const cache = new CodeCache(memory, SYNTHETIC_LAYOUT);
  cache.refresh();
  const index = new CodeIndex(memory, SYNTHETIC_LAYOUT, cache, architecture);
  const known = index.at(begin);
  if (known === null) throw new Error('no blob');
  return pieces.map((_, i) => {
    const state = runtimeStubLeafState(index, known, begin + bytes.slice(0, i).flat().length);
    if (state.kind === 'partial') return `partial ${state.returnAt}`;
    return state.kind === 'linked' ? `linked ${state.spOffset}` : state.kind;
  });
}

test('x86-64', () => {
  // sub rsp, 24; mov [rsp + 16], rbp; push [rsp + 24]; pop [rsp]; call; add rsp, 16; pop rbp; pop rdx; jmp r10
  const pieces = ['4881ec18000000', '48896c2410', '48ff742418', '488f0424', '41ffd2', '4883c410', '5d', '5a', '41ffe2'];
  expect(statesOf(X86_64, pieces, 4)).toEqual([
    ...['partial 0', 'partial 24', 'whole', 'whole', 'whole', 'partial 24', 'partial 8', 'partial 0', 'popped'],
  ]);
});

test('aarch64: also behind its prologue, where the frame pointer is the caller’s', () => {
  // nop; sub sp, sp, #32; stp x29, x30, [sp, #16]; mov x0, x1; blr x8; nop
  const pieces = ['1f2003d5', 'ff8300d1', 'fd7b01a9', 'e00301aa', '00013fd6', '1f2003d5'];
  expect(statesOf(AARCH64, pieces, 4)).toEqual(['linked 0', 'linked 0', 'linked 32', 'whole', 'whole', 'whole']);
});
