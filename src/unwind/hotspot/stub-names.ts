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

/** The call stub saves and restores at most all registers and 27 vectors (stubGenerator_x86_64.cpp, generate_call_stub): below 1 KB. */
const MAX_CALL_STUB_BYTES = 1024;
/** push rbp; mov rbp, rsp. */
const ENTER = Buffer.from([0x55, 0x48, 0x8b, 0xec]);
/** pop rbp; ret. */
const LEAVE = Buffer.from([0x5d, 0xc3]);

/**
 * `callStubReturn`: where Java returns to the call stub, the one stub that the VM's tables tell; without the list it alone has a name,
 * from its enter to its return.
 */
export function readStubNames(reader: TargetReader, libjvm: MappedLibrary, cache: CodeCache, callStubReturn: number): StubNames {
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
        stubs.push({ start, end, description: plainName(memory.cString(descriptor.word(OFFSETS.name))) });
      entry = descriptor.word(OFFSETS.next);
    }
  } catch (error) {
    if (!(error instanceof MemoryFault)) throw error;
  }
  if (stubs.length === 0) stubs.push(...callStub(reader, callStubReturn));
  stubs.sort((a, b) => a.start - b.start);
  return { at: (pc) => codeletAt(stubs, pc) };
}

/** `Stub Generator call_stub_stub` (JDK 26), `call_stub_stub (stub gen)` (27): `call_stub`, as before. */
function plainName(name: string): string {
  const match = /^(?:Stub Generator (.+)_stub|(.+)_stub \(stub gen\))$/.exec(name);
  return match?.[1] ?? match?.[2] ?? name;
}

/** Nothing where its code looks otherwise. */
function callStub(reader: TargetReader, callStubReturn: number): Codelet[] {
  const [before, after] = [Buffer.alloc(MAX_CALL_STUB_BYTES), Buffer.alloc(MAX_CALL_STUB_BYTES)];
  if (!reader.read(callStubReturn - MAX_CALL_STUB_BYTES, before) || !reader.read(callStubReturn, after)) return [];
  const [enter, leave] = [before.lastIndexOf(ENTER), after.indexOf(LEAVE)];
  if (enter < 0 || leave < 0) return [];
  const start = callStubReturn - MAX_CALL_STUB_BYTES + enter;
  return [{ start, end: callStubReturn + leave + LEAVE.length, description: 'call_stub' }];
}
