// References and object headers in the Java heap, in every mode HotSpot keeps them: narrow and whole oops, ZGC's coloured ones, narrow
// and whole class pointers, compact headers, objects that Shenandoah has moved (hotspot/share/oops/oop.inline.hpp, markWord.hpp,
// arrayOop.hpp, gc/z/zAddress.hpp, gc/shenandoah/shenandoahForwarding.inline.hpp). Proves nothing: a collector may be moving all of it.
// ZGC's reference that was not touched since its last relocation began is not followed: its object may have moved, where to is in no
// exported table, and of what lies at the old place the beginning may be the object's still and the rest another one's.

import { MemoryFault, type MemoryView } from '../memory-view.ts';
import type { NarrowBase, NamesLayout } from './layout/names-layout.ts';
import type { HeapFlags } from './vm-flags.ts';

/** How a field of an object refers to another one. */
type References =
  | { readonly kind: 'narrow'; readonly base: number; readonly shift: number }
  | { readonly kind: 'whole' }
  /** ZGC's up to JDK 23: addresses, for their colours are mapped. The address of its mask of colours that may be stale. */
  | { readonly kind: 'mapped'; readonly bad: number }
  /** Generational ZGC: colours in the low bits. The addresses of its good and bad masks, and of the shift. */
  | { readonly kind: 'coloured'; readonly good: number; readonly bad: number; readonly shift: number };

/** Where an object's header has its class. */
export type ClassPointers =
  | { readonly kind: 'narrow'; readonly at: number; readonly base: number; readonly shift: number }
  | { readonly kind: 'whole'; readonly at: number }
  /** In the upper half of the mark word, from bit `from` of that half on. */
  | { readonly kind: 'compact'; readonly from: number; readonly base: number; readonly shift: number };

interface TypeArray {
  readonly elementType: 'byte' | 'char';
  readonly length: number;
  /** Address of the first element. */
  readonly elements: number;
}

/** Low two bits of a mark word of an object that has moved (markWord::marked_value). */
const MOVED = 3;
const LOCK_BITS_MASK = 3;
/** A narrow reference is 32 bits, an object aligned to 8 bytes or, by option, up to 256. */
const MAX_SHIFT = 32;
/** `Klass::_layout_helper`: tag, header size, element type, log2 of the element's size (klass.hpp). */
const TYPE_ARRAY_TAG = 3;
const ELEMENT_TYPES: ReadonlyMap<number, TypeArray['elementType']> = new Map([
  [5, 'char'],
  [8, 'byte'],
]);
const WORD_BYTES = 8;
const NARROW_BYTES = 4;

export class HeapOops {
  readonly #memory: MemoryView;
  readonly #layout: NamesLayout;
  readonly #references: References;
  readonly #classes: ClassPointers;
  readonly #followsMoved: boolean;

  private constructor(
    memory: MemoryView,
    layout: NamesLayout,
    references: References,
    classes: ClassPointers,
    followsMoved: boolean,
  ) {
    this.#memory = memory;
    this.#layout = layout;
    this.#references = references;
    this.#classes = classes;
    this.#followsMoved = followsMoved;
  }

  /** null: the VM does not tell how it keeps them. Throws MemoryFault. */
  static of(memory: MemoryView, layout: NamesLayout, flags: HeapFlags): HeapOops | null {
    const references = referencesOf(memory, layout, flags);
    const classes = classPointersOf(memory, layout, flags);
    return references === null || classes === null ? null : new HeapOops(memory, layout, references, classes, flags.shenandoah);
  }

  /** What a field of an object refers to. Throws MemoryFault, for null too. */
  field(address: number): number {
    const refs = this.#references;
    if (refs.kind !== 'narrow') return this.root(address);
    const narrow = this.#memory.u32(address);
    return this.#object(narrow === 0 ? 0 : narrow * 2 ** refs.shift + refs.base);
  }

  /** What a reference outside the heap refers to: whole in every mode. Throws MemoryFault, for null too. */
  root(address: number): number {
    const refs = this.#references;
    return this.#object(refs.kind === 'coloured' ? this.#uncoloured(address, refs) : this.#fresh(address));
  }

  /**
   * Whether a reference, as an address, may be older than its object's last move: as far as it says so. To be asked once it was read, for the
   * mask of stale colours may change meanwhile (within a batch of samples both are of pages copied once, which may lie some milliseconds apart). Its
   * bits lie above the 32nd. Throws MemoryFault.
   */
  isStale(address: number): boolean {
    const refs = this.#references;
    return refs.kind === 'mapped' && (Math.floor(address / 2 ** MAX_SHIFT) & this.#memory.u32(refs.bad + NARROW_BYTES)) !== 0;
  }

  /** The Klass of an object. Throws MemoryFault. */
  klass(oop: number): number {
    const at = this.#classes;
    switch (at.kind) {
      case 'narrow':
        return this.#memory.u32(oop + at.at) * 2 ** at.shift + at.base;
      case 'whole':
        return this.#memory.word(oop + at.at);
      case 'compact':
        return (this.#memory.u32(oop + NARROW_BYTES) >>> at.from) * 2 ** at.shift + at.base;
      default:
        return at satisfies never;
    }
  }

  /** An array of bytes or chars; null: the object is none. Throws MemoryFault. */
  typeArray(oop: number): TypeArray | null {
    const helper = this.#memory.i32(this.klass(oop) + this.#layout.layoutHelper);
    const elementType = ELEMENT_TYPES.get((helper >>> 8) & 0xff);
    if (helper >>> 30 !== TYPE_ARRAY_TAG || elementType === undefined) return null;
    const at = this.#classes;
    const headerBytes = at.kind === 'compact' ? WORD_BYTES : at.at + (at.kind === 'narrow' ? NARROW_BYTES : WORD_BYTES);
    return { elementType, length: this.#memory.u32(oop + headerBytes), elements: oop + ((helper >>> 16) & 0xff) };
  }

  /** The object at an address, or where it has moved to. */
  #object(address: number): number {
    if (address === 0) throw new MemoryFault(0);
    const mark = this.#memory.u32(address);
    if ((mark & LOCK_BITS_MASK) !== MOVED) return address;
    if (!this.#followsMoved) throw new MemoryFault(address);
    const moved = this.#memory.word(address) - MOVED;
    // Shenandoah's evacuation failed: it stays where it is.
    return moved === 0 ? address : moved;
  }

  /** A reference that is an address; throws for one that may be older than its object's last move. */
  #fresh(slot: number): number {
    const address = this.#memory.word(slot);
    if (this.isStale(address)) throw new MemoryFault(slot);
    return address;
  }

  /**
   * The address lies above the lowest of the colour bits that say when it was right last; those above it are zero, being the address's
   * own low bits (zAddress.inline.hpp, ZPointer::uncolor_unsafe). Where the shift is fixed (aarch64), it is the VM's.
   */
  #uncoloured(slot: number, refs: Extract<References, { kind: 'coloured' }>): number {
    // The reference first, and at once: the masks may change meanwhile, as in isStale.
    const reference = this.#memory.glance(slot, WORD_BYTES);
    const { low, high } = { low: reference.u32(0), high: reference.u32(NARROW_BYTES) };
    const good = this.#memory.u32(refs.good);
    const bad = this.#memory.u32(refs.bad);
    const goodShift = this.#memory.u32(refs.shift);
    const own = low & (good | bad);
    const isFixed = 2 ** (goodShift - 1) !== good;
    const shift = isFixed ? goodShift : Math.log2(own & -own) + 1;
    if (low === 0 && high === 0) return 0;
    if (own === 0 || (own & bad) !== 0 || shift <= 0 || shift >= MAX_SHIFT) throw new MemoryFault(slot);
    return high * 2 ** (MAX_SHIFT - shift) + (low >>> shift);
  }
}

function referencesOf(memory: MemoryView, layout: NamesLayout, flags: HeapFlags): References | null {
  if (flags.compressedOops) return decoded(memory, layout.narrowOop);
  if (!flags.z) return { kind: 'whole' };
  const { colours, mappedColours } = layout;
  const variable = (place: { readonly instance: number }, offset: number): number =>
    memory.word(memory.word(place.instance) + offset);
  if (flags.zGenerational && colours !== null) {
    const at = (offset: number): number => variable(colours, offset);
    return { kind: 'coloured', good: at(colours.good), bad: at(colours.bad), shift: at(colours.shift) };
  }
  return mappedColours === null ? null : { kind: 'mapped', bad: variable(mappedColours, mappedColours.bad) };
}

/** null: the VM does not tell. Throws MemoryFault. */
export function classPointersOf(memory: MemoryView, layout: NamesLayout, flags: HeapFlags): ClassPointers | null {
  const { oopKlass } = layout;
  if (!flags.compactHeaders && !flags.compressedClassPointers) return { kind: 'whole', at: oopKlass };
  const narrow = decoded(memory, layout.narrowKlass);
  if (narrow === null) return null;
  const { base, shift } = narrow;
  if (!flags.compactHeaders) return { kind: 'narrow', at: oopKlass, base, shift };
  return layout.markKlassShift === null ? null : { kind: 'compact', from: layout.markKlassShift - MAX_SHIFT, base, shift };
}

function decoded(memory: MemoryView, at: NarrowBase): Extract<References, { kind: 'narrow' }> | null {
  const [base, shift] = [memory.word(at.base), memory.u32(at.shift)];
  return shift < MAX_SHIFT ? { kind: 'narrow', base, shift } : null;
}
