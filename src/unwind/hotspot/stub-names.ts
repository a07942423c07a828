// Names and extents of HotSpot's assembler stubs: the list StubCodeDesc::_list (hotspot/share/runtime/stubCodeGenerator.hpp). It is
// in no VM table, so its layout is checked by what it says; without .symtab stubs keep their blob's name, and where they begin is told
// by the calls that lead to them (called-stub.ts). Most are made at start-up; from JDK 21 on those of
// the compilers by their threads, a moment later: the list is looked at again with each batch of samples.

import type { MappedLibrary, TargetReader } from '../../model/target.ts';
import { FrozenMemory } from '../frozen-memory.ts';
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
  /** Stubs made since are known from here on. */
  beginBatch(): void;
}

/** Parts of the list that are looked at again: each thread that makes stubs has one that is not finished, and those are few. */
const MAX_RESTS = 16;
/** How often: a stub takes below 1 ms, but its thread may wait for a CPU. Of 100 batches a second, which are the most, five seconds. */
const MAX_ASKED = 500;

/** Entries that could not be read, or were not finished: from this one on, and before which they end. */
interface Rest {
  readonly from: number;
  readonly until: number;
  readonly asked: number;
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
  const symbol = reader.symbolNamed(libjvm, LIST_SYMBOL);
  const list = symbol === null ? null : new StubList(reader, cache, symbol + libjvm.bias);
  list?.read();
  const stubs = list === null || list.stubs.length === 0 ? callStub(reader, callStubReturn) : null;
  return {
    at: (pc) => codeletAt(stubs ?? list?.stubs ?? [], pc),
    beginBatch: () => list?.read(),
  };
}

/** The VM's list as far as it was read: new stubs come first. */
class StubList {
  /** Ascending by address. */
  readonly stubs: Codelet[] = [];
  readonly #reader: TargetReader;
  readonly #cache: CodeCache;
  /** Address of the variable that has the newest. */
  readonly #head: number;
  #newest = 0;
  #rests: readonly Rest[] = [];
  /** That may still be read in this batch. */
  #leftEntries = 0;

  constructor(reader: TargetReader, cache: CodeCache, head: number) {
    this.#reader = reader;
    this.#cache = cache;
    this.#head = head;
  }

  /** Adds what is new, or finished by now. Never throws for what the target is. */
  read(): void {
    const known = this.stubs.length;
    this.#leftEntries = MAX_CODELETS;
    const rests = [...this.#rests];
    const newest = this.#readNewest();
    if (newest !== this.#newest) rests.push({ from: newest, until: this.#newest, asked: 0 });
    this.#newest = newest;
    if (rests.length === 0) return;
    // Entries and their names lie side by side: hundreds of them in some dozen pages.
    const memory = new FrozenMemory(this.#reader);
    this.#rests = rests
      .flatMap((rest) => this.#readPart(memory, rest))
      .filter(({ asked }) => asked < MAX_ASKED)
      .slice(0, MAX_RESTS);
    if (this.stubs.length > known) this.stubs.sort((a, b) => a.start - b.start);
  }

  #readNewest(): number {
    try {
      return new MemoryView(this.#reader).word(this.#head);
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
      return this.#newest;
    }
  }

  /** What of it is to be read again. */
  #readPart(memory: MemoryView, { from, until, asked }: Rest): Rest[] {
    const again: Rest[] = [];
    let entry = from;
    try {
      for (; entry !== 0 && entry !== until && this.#leftEntries > 0; this.#leftEntries -= 1) {
        const { next, isFinished } = this.#readEntry(memory, entry);
        if (!isFinished && again.length < MAX_RESTS) again.push({ from: entry, until: next, asked: asked + 1 });
        entry = next;
      }
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
      again.push({ from: entry, until, asked: asked + 1 });
    }
    return again;
  }

  /** Throws MemoryFault, and has added nothing then. An entry is in the list while its stub is made: it has no end until then. */
  #readEntry(memory: MemoryView, entry: number): { readonly next: number; readonly isFinished: boolean } {
    const descriptor = memory.block(entry, OFFSETS.end + OFFSETS.index + 8);
    const shift = this.#cache.contains(descriptor.word(OFFSETS.begin)) ? 0 : OFFSETS.index;
    const [start, end] = [descriptor.word(OFFSETS.begin + shift), descriptor.word(OFFSETS.end + shift)];
    if (end > start && this.#cache.contains(start) && this.stubs.length < MAX_CODELETS)
      this.stubs.push({ start, end, description: plainName(memory.cString(descriptor.word(OFFSETS.name))) });
    return { next: descriptor.word(OFFSETS.next), isFinished: end !== 0 || !this.#cache.contains(start) };
  }
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
