// What a program that walks in the kernel (templates/jstack-frames.bt) has to know of a JVM: where its code cache, interpreter and call stub lie, and
// the offsets of what it reads. By the VM's own tables, as everything else here.

import type { JvmThreadLocator, JvmWalkParameters } from '../../model/program.ts';
import type { TargetReader } from '../../model/target.ts';
import { MemoryFault } from '../memory-view.ts';
import type { HotspotProcess } from './hotspot-process.ts';

/** Segmented: three; what has more is not HotSpot as it is known. */
const MAX_HEAPS = 3;
/** The launcher's own code is at the bottom of each stack alike. */
const LIBRARY = /\.so(?:\.|$)/u;
/** Offsets from fp of the bytecode pointer (interpreted-frame.ts); the mirror came between with JDK 9, as the list of heaps did. */
const [BCP_BYTES, BCP_BYTES_WITHOUT_MIRROR] = [64, 56];

/** null: a VM whose places the walk cannot take, on this architecture, or one that is gone. */
export function walkParameters(
  reader: TargetReader,
  process: HotspotProcess,
  locator: JvmThreadLocator,
): JvmWalkParameters | null {
  if (reader.architecture === 'aarch64') return null;
  const { layout, libjvm } = process;
  const { anchor, codeBlob, heapBlock, nmethod } = layout;
  // Read as three words in a row.
  if (anchor.lastJavaPc !== anchor.lastJavaSp + 8 || anchor.lastJavaFp !== anchor.lastJavaSp + 16) return null;
  try {
    const heaps = [...process.code.heaps()].sort((a, b) => a.low - b.low);
    const [first, last] = [heaps[0], heaps.at(-1)];
    const mapped = (reader.maps() ?? []).filter(({ path, permissions }) => permissions.includes('x') && LIBRARY.test(path));
    const [codelet, lastCodelet] = [process.codelets[0], process.codelets.at(-1)];
    if (first === undefined || last === undefined || heaps.length > MAX_HEAPS || !mapped.some(({ path }) => path === libjvm.path))
      return null;
    if (codelet === undefined || lastCodelet === undefined) return null;
    if (heaps.some(({ log2SegmentSize }) => log2SegmentSize !== first.log2SegmentSize)) return null;
    return {
      locator,
      codeLow: first.low,
      codeHigh: last.reservedEnd,
      heapLows: heaps.map(({ low }) => low),
      segmentMaps: heaps.map(({ segmentMap }) => segmentMap),
      log2SegmentSize: first.log2SegmentSize,
      interpreterLow: codelet.start,
      interpreterHigh: lastCodelet.end,
      callStubReturn: process.callStubReturn,
      nativeLow: Math.min(...mapped.map(({ start }) => start)),
      nativeHigh: Math.max(...mapped.map(({ end }) => end)),
      frameSizeOffsetBytes: heapBlock.sizeBytes + codeBlob.frameSize,
      compileIdOffsetBytes: heapBlock.sizeBytes + nmethod.compileId,
      bcpBelowFpBytes: layout.heaps.kind === 'one' ? BCP_BYTES_WITHOUT_MIRROR : BCP_BYTES,
      wrapperAnchorOffsetBytes: layout.callWrapperAnchor + anchor.lastJavaSp,
    };
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}
