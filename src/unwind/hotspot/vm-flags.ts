// Values of VM flags that matter to a reader of a profile or of the heap (hotspot/share/runtime/flags/jvmFlag.hpp), read from the flag
// table.

import { MAX_VM_FLAGS } from '../limits.ts';
import { MemoryFault, type MemoryView } from '../memory-view.ts';
import type { HotspotLayout } from './layout.ts';

/** Boolean flags shown in the summary; a table row each. */
const SHOWN: ReadonlySet<string> = new Set([
  'DebugNonSafepoints',
  'PreserveFramePointer',
  'TieredCompilation',
  'Inline',
  'UseCompressedOops',
]);

/** Boolean flags that say how the heap is kept. */
const OF_HEAP: ReadonlySet<string> = new Set([
  'UseCompressedOops',
  'UseCompressedClassPointers',
  'UseCompactObjectHeaders',
  'UseZGC',
  'ZGenerational',
  'UseShenandoahGC',
]);

/** The first four characters of each: of a thousand names most need not be read further. */
const beginningsOf = (names: ReadonlySet<string>): ReadonlySet<number> =>
  new Set([...names].map((name) => Buffer.from(name, 'latin1').readInt32LE(0)));

const WANTED: ReadonlySet<string> = new Set([...SHOWN, ...OF_HEAP]);
const BEGINNINGS = beginningsOf(WANTED);

/** How references and object headers are kept (heap-oops.ts). */
export interface HeapFlags {
  readonly compressedOops: boolean;
  readonly compressedClassPointers: boolean;
  readonly compactHeaders: boolean;
  readonly z: boolean;
  readonly zGenerational: boolean;
  readonly shenandoah: boolean;
}

export interface VmFlags {
  /** Off: lines of compiled leaf frames are those of the next safepoint. */
  readonly debugNonSafepoints: boolean;
  /** Flag names with values, as `-XX:+PrintFlagsFinal` names them; empty when the VM hides its table. */
  readonly shown: Readonly<Record<string, boolean>>;
  /** null: the VM hides its table. */
  readonly heap: HeapFlags | null;
}

/** Never throws: a flag that cannot be read is left out. */
export function readVmFlags(memory: MemoryView, layout: HotspotLayout): VmFlags {
  const values = readFlagValues(memory, layout, WANTED, BEGINNINGS);
  const shown = Object.fromEntries([...values].filter(([name]) => SHOWN.has(name)));
  return { debugNonSafepoints: shown['DebugNonSafepoints'] ?? false, shown, heap: heapFlags(values) };
}

/** Boolean flags by their names; one that this VM does not have, or that cannot be read, is left out. Never throws. */
export function readBooleanFlags(
  memory: MemoryView,
  layout: HotspotLayout,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, boolean> {
  return readFlagValues(memory, layout, wanted, beginningsOf(wanted));
}

function readFlagValues(
  memory: MemoryView,
  layout: HotspotLayout,
  wanted: ReadonlySet<string>,
  beginnings: ReadonlySet<number>,
): ReadonlyMap<string, boolean> {
  const values = new Map<string, boolean>();
  const at = layout.flags;
  if (at === null) return values;
  try {
    const table = memory.word(at.table);
    const count = Math.min(memory.word(at.count), MAX_VM_FLAGS);
    const entries = memory.block(table, count * at.entrySizeBytes);
    for (let i = 0; i < count; i += 1) {
      const name = entries.word(i * at.entrySizeBytes + at.name);
      if (name === 0 || !beginnings.has(memory.i32(name))) continue;
      const flag = memory.cString(name);
      if (wanted.has(flag)) values.set(flag, memory.u8(entries.word(i * at.entrySizeBytes + at.address)) !== 0);
    }
  } catch (error) {
    if (!(error instanceof MemoryFault)) throw error;
  }
  return values;
}

function heapFlags(flags: ReadonlyMap<string, boolean>): HeapFlags | null {
  const compressedOops = flags.get('UseCompressedOops');
  if (compressedOops === undefined) return null;
  return {
    compressedOops,
    // A JDK without the flag always compresses them.
    compressedClassPointers: flags.get('UseCompressedClassPointers') ?? true,
    compactHeaders: flags.get('UseCompactObjectHeaders') ?? false,
    z: flags.get('UseZGC') ?? false,
    // A choice in 21 to 23; before there is no such ZGC, later no other one.
    zGenerational: flags.get('ZGenerational') ?? true,
    shenandoah: flags.get('UseShenandoahGC') ?? false,
  };
}
