// How UNSIGNED5 numbers are written (hotspot/share/utilities/unsigned5.hpp, code/compressedStream.hpp).

import { Missing, type TableReader } from './table-reader.ts';

export interface StreamLayout {
  /** What every byte of a number has more than its digit: 0, or 1 from JDK 20 on (JDK-8292758), which keeps 0 for ends. */
  readonly excludedLow: 0 | 1;
}

/** First JDK whose bytes exclude 0. */
const FIRST_EXCLUDING = 20;

/**
 * The tables say nothing of it, but what else changed before and after does: Thread's pending exception went in 18, ConstMethod's flags
 * became a class in 21. Between them the VM's own number decides. Throws Missing.
 */
export function streamLayout(look: TableReader): StreamLayout {
  const { tables } = look;
  if (tables.offset('ConstMethod', '_flags._flags') !== null) return { excludedLow: 1 };
  if (tables.offset('JavaThread', '_pending_async_exception') !== null) return { excludedLow: 0 };
  const major = tables.staticValue('Abstract_VM_Version', '_vm_major_version');
  // No guess: with the other one every scope and line would be wrong.
  if (major === null) throw new Missing('Abstract_VM_Version::_vm_major_version');
  return { excludedLow: major >= FIRST_EXCLUDING ? 1 : 0 };
}
