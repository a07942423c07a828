// Where a JVM keeps why it collects: two of its performance counters, texts at addresses that stay (hotspot/share/runtime/perfMemory.hpp, perfData.hpp).
// A JVM with -XX:-UsePerfData has none.

import type { MappedLibrary, TargetReader } from '../../model/target.ts';
import { type Block, MemoryFault, MemoryView } from '../memory-view.ts';
import { readVmTables } from './vm-tables.ts';

export interface GcCausePlace {
  readonly cause: number;
  readonly lastCause: number;
}

/** PerfDataPrologue: used bytes, where entries begin, how many. */
const PROLOGUE = { bytes: 32, used: 8, entryOffset: 24, entries: 28 } as const;
/** PerfDataEntry. */
const ENTRY = { bytes: 20, length: 0, name: 4, data: 16 } as const;
/** PerfDataMemorySize is 32 KiB by default; -XX: may raise it. */
const MAX_BYTES = 1 << 20;

/** null: there are none. */
export function gcCausePlace(reader: TargetReader, libjvm: MappedLibrary): GcCausePlace | null {
  const start = readVmTables(reader, libjvm)?.staticAddress('PerfMemory', '_start') ?? null;
  if (start === null) return null;
  const memory = new MemoryView(reader);
  try {
    const base = memory.word(start);
    if (base === 0) return null;
    const prologue = memory.block(base, PROLOGUE.bytes);
    const used = prologue.u32(PROLOGUE.used);
    if (used > MAX_BYTES) return null;
    const places = entries(memory.block(base, used), prologue.u32(PROLOGUE.entryOffset), prologue.u32(PROLOGUE.entries));
    const [cause, lastCause] = [places.get('sun.gc.cause'), places.get('sun.gc.lastCause')];
    return cause === undefined || lastCause === undefined ? null : { cause: base + cause, lastCause: base + lastCause };
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}

/** Names → where their values lie, from the block's begin. */
function entries(block: Block, first: number, count: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (let i = 0, at = first; i < count && at + ENTRY.bytes <= block.bytes.length; i += 1) {
    const length = block.u32(at + ENTRY.length);
    if (length < ENTRY.bytes) break;
    const name = at + block.u32(at + ENTRY.name);
    const end = block.bytes.indexOf(0, name);
    if (end >= name) found.set(Buffer.from(block.bytes.subarray(name, end)).toString('latin1'), at + block.u32(at + ENTRY.data));
    at += length;
  }
  return found;
}
