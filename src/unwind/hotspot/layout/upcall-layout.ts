// UpcallStub, through which C calls Java by the foreign function interface (hotspot/share/code/codeBlob.hpp): where its frame keeps the
// anchor of the Java frames below. JDK 25 exports it.

import type { TableReader } from './table-reader.ts';

export interface UpcallLayout {
  /** In the stub: an int, from the sp of its frame to the frame's data. */
  readonly frameDataOffset: number;
  /** In the frame's data: a JavaFrameAnchor. */
  readonly anchor: number;
}

/** null: a VM without upcalls, or one that does not say where. */
export function upcallLayout(look: TableReader): UpcallLayout | null {
  return look.optional(() => ({
    frameDataOffset: look.field('UpcallStub', '_frame_data_offset'),
    anchor: look.field('UpcallStub::FrameData', 'jfa'),
  }));
}
