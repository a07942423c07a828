import { expect, test } from 'vitest';
import { X86_64 } from '../../../../src/unwind/arch/x86-64.ts';
import { CodeCache } from '../../../../src/unwind/hotspot/code-cache.ts';
import { CodeIndex } from '../../../../src/unwind/hotspot/code-index.ts';
import { ENTRY_BYTES } from '../../../../src/unwind/limits.ts';
import { MemoryView } from '../../../../src/unwind/memory-view.ts';
import { SYNTHETIC_LAYOUT, SyntheticJvm } from '../../../support/synthetic-jvm.ts';

function indexOf(jvm: SyntheticJvm, maxHeldBytes?: number): CodeIndex {
  const memory = new MemoryView(jvm.memory);
  const cache = new CodeCache(memory, SYNTHETIC_LAYOUT);
  expect(cache.refresh()).toBe(true);
  return new CodeIndex(memory, SYNTHETIC_LAYOUT, cache, X86_64, maxHeldBytes);
}
const nops = (count: number): number[] => new Array<number>(count).fill(0x90);

test('a blob that is no method is another one when only its name is: a buffer of a compiler, and the stub that took its place', () => {
  const jvm = new SyntheticJvm();
  const pc = jvm.blob({ name: 'CodeBuffer:A', code: nops(64), frameSizeWords: 0 });
  const index = indexOf(jvm);
  expect(index.at(pc)?.blob).toMatchObject({ name: 'CodeBuffer:A', kind: 'frameless-stub' });
  const { codeBlob } = SYNTHETIC_LAYOUT;
  jvm.memory.word(pc - codeBlob.sizeBytes + codeBlob.name, jvm.memory.text('Interpreter'));
  index.beginBatch();
  expect(index.at(pc)?.blob).toMatchObject({ name: 'Interpreter', kind: 'interpreter' });
});

test('what is worked out about the pcs of a blob is bounded: a hostile stack has one in every word', () => {
  const jvm = new SyntheticJvm();
  const method = jvm.method({ className: 'A', name: 'run' });
  const code = nops(1000);
  const pc = jvm.blob({ name: 'nmethod', code, frameSizeWords: 2, nmethod: { method, level: 4, scopes: [{ at: 999, chain: [{ method, bci: 1 }] }] } }); // prettier-ignore
  const index = indexOf(jvm, 100 * ENTRY_BYTES);
  let [most, forgotten] = [0, 0];
  let before = index.at(pc);
  for (let i = 0; i < code.length; i += 1) {
    const known = index.at(pc + i);
    if (known === null) throw new Error('no blob');
    if (known !== before) forgotten += 1;
    before = known;
    expect(index.scopesAt(known, pc + i).kind).toBe('scopes');
    most = Math.max(most, known.scopes.size);
  }
  expect(most).toBeLessThanOrEqual(100);
  expect(forgotten).toBeGreaterThan(5);
});

test('a freed block keeps its header while its end is given away: what was remembered of it is no longer there', () => {
  const jvm = new SyntheticJvm();
  const pc = jvm.blob({ name: 'CodeBuffer:A', code: nops(64), frameSizeWords: 0 });
  const index = indexOf(jvm);
  expect(index.at(pc)).not.toBeNull();
  const { codeBlob, heapBlock } = SYNTHETIC_LAYOUT;
  jvm.memory.write(pc - codeBlob.sizeBytes - heapBlock.sizeBytes + heapBlock.used, [0]);
  index.beginBatch();
  expect(index.at(pc)).toBeNull();
});
