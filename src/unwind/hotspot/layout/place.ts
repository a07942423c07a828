// How a structure of the VM tells where something lies. One JDK keeps a pointer, another an offset from the structure itself, a third
// one from a block that a pointer of the structure leads to: each is a base and some offsets that are added.

import type { Block } from '../../memory-view.ts';

export interface Place {
  /** Offset of the pointer counted from; null: from the structure's own address. */
  readonly base: number | null;
  readonly plus: readonly OffsetField[];
}

/** A field of the structure that holds a number of bytes. */
export interface OffsetField {
  readonly at: number;
  readonly sizeBytes: 2 | 4;
}

/** A field that is the pointer itself. */
export function pointerAt(at: number): Place {
  return { base: at, plus: [] };
}

/** Offsets from the structure's own address. */
export function fromItself(...plus: readonly OffsetField[]): Place {
  return { base: null, plus };
}

/** Offsets from where the pointer at `base` leads. */
export function fromPointer(base: number, ...plus: readonly OffsetField[]): Place {
  return { base, plus };
}

/** `int` and `u4`. */
export function i32At(at: number): OffsetField {
  return { at, sizeBytes: 4 };
}

export function u16At(at: number): OffsetField {
  return { at, sizeBytes: 2 };
}

/** The address a place of the structure in `block` means. Throws MemoryFault for fields outside it. */
export function resolvePlace(block: Block, place: Place): number {
  let address = place.base === null ? block.address : block.word(place.base);
  for (const { at, sizeBytes } of place.plus) address += sizeBytes === 4 ? block.i32(at) : block.u16(at);
  return address;
}
