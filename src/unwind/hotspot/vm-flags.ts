// Values of VM flags that matter to a reader of a profile (hotspot/share/runtime/flags/jvmFlag.hpp), read from the flag table.

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

export interface VmFlags {
  /** Off: lines of compiled leaf frames are those of the next safepoint. */
  readonly debugNonSafepoints: boolean;
  /** Flag names with values, as `-XX:+PrintFlagsFinal` names them; empty when the VM hides its table. */
  readonly shown: Readonly<Record<string, boolean>>;
}

/** Never throws: a flag that cannot be read is left out. */
export function readVmFlags(memory: MemoryView, layout: HotspotLayout): VmFlags {
  const shown: Record<string, boolean> = {};
  const at = layout.flags;
  if (at !== null) {
    try {
      const table = memory.word(at.table);
      const count = Math.min(memory.word(at.count), MAX_VM_FLAGS);
      const entries = memory.block(table, count * at.entrySizeBytes);
      for (let i = 0; i < count; i += 1) {
        const name = entries.word(i * at.entrySizeBytes + at.name);
        if (name === 0) continue;
        const flag = memory.cString(name);
        if (SHOWN.has(flag)) shown[flag] = memory.u8(entries.word(i * at.entrySizeBytes + at.address)) !== 0;
      }
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
    }
  }
  return { debugNonSafepoints: shown['DebugNonSafepoints'] ?? false, shown };
}
