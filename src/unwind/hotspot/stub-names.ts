// Names and extents of HotSpot's assembler stubs: the list StubCodeDesc::_list (hotspot/share/runtime/stubCodeGenerator.hpp). It is
// in no VM table, so its layout is checked by what it says; without .symtab stubs keep their blob's name, and where they begin is told
// by the calls that lead to them (called-stub.ts). Made at start-up.

import type { MappedLibrary, TargetReader } from '../../model/target.ts';
import { MAX_CODELETS } from '../limits.ts';
import { MemoryFault, MemoryView } from '../memory-view.ts';
import type { CodeCache } from './code-cache.ts';
import { codeletAt, type Codelet } from './codelets.ts';

const LIST_SYMBOL = '_ZN12StubCodeDesc5_listE';
/** Fields of StubCodeDesc from JDK 9 on: next, group, name, begin, end. JDK 8 has a number before begin: everything behind is later. */
const OFFSETS = { next: 0, name: 16, begin: 24, end: 32, index: 8 } as const;

export interface StubNames {
  /** The stub that covers `pc`, with where it begins. */
  at(pc: number): Codelet | null;
}

export function readStubNames(reader: TargetReader, libjvm: MappedLibrary, cache: CodeCache): StubNames {
  const stubs: Codelet[] = [];
  try {
    const list = reader.symbolNamed(libjvm, LIST_SYMBOL);
    const memory = new MemoryView(reader);
    let entry = list === null ? 0 : memory.word(list + libjvm.bias);
    for (let i = 0; entry !== 0 && i < MAX_CODELETS; i += 1) {
      const descriptor = memory.block(entry, OFFSETS.end + OFFSETS.index + 8);
      const shift = cache.contains(descriptor.word(OFFSETS.begin)) ? 0 : OFFSETS.index;
      const [start, end] = [descriptor.word(OFFSETS.begin + shift), descriptor.word(OFFSETS.end + shift)];
      if (end > start && cache.contains(start))
        stubs.push({ start, end, description: memory.cString(descriptor.word(OFFSETS.name)) });
      entry = descriptor.word(OFFSETS.next);
    }
  } catch (error) {
    if (!(error instanceof MemoryFault)) throw error;
  }
  stubs.sort((a, b) => a.start - b.start);
  return { at: (pc) => codeletAt(stubs, pc) };
}
