// The state a walk carries from frame to frame.

/** A point of execution in one physical frame. */
export interface PhysicalFrame {
  readonly pc: number;
  /** HotSpot's unextended sp: what the frame itself left, before a callee extended it for its locals. */
  readonly sp: number;
  /** Value of the frame pointer register; means something only to frames that use it. */
  readonly fp: number;
  /** All registers by DWARF number as far as known, for the native frames that follow; undefined: none is. */
  readonly registers?: Float64Array | undefined;
  /** The sample's own pc; false: `pc` is a return address. */
  readonly isLeaf: boolean;
  /** The link register of a leaf, where the architecture has one. */
  readonly link?: number | undefined;
}

/** A Java frame as an anchor (JavaFrameAnchor) tells it. */
export interface AnchoredFrame {
  readonly sp: number;
  readonly fp: number;
  /** 0: the word below sp is it. */
  readonly pc: number;
}

/** A frame's caller: `pc` is the return address. */
export function callerFrame(pc: number, sp: number, fp: number): PhysicalFrame {
  return { pc, sp, fp, isLeaf: false };
}
