// Where a program that runs in the kernel finds the name of a class: of a Klass, of an object by its header, of the object that an ObjectMonitor is for. Offsets and the
// decoding of class pointers, all of them constants while the JVM lives. Generational ZGC's references change their form as it collects: of them nothing is said.

import type { TargetReader } from '../../model/target.ts';
import { attachHotspot } from './hotspot-process.ts';
import { type ClassPointers, classPointersOf } from './heap-oops.ts';
import { readVmTables } from './vm-tables.ts';

export interface KlassNamePlaces {
  /** In Klass: its Symbol; in Symbol: the text, and its length in two bytes. */
  readonly name: number;
  readonly body: number;
  readonly length: number;
}

export interface ClassPlaces extends KlassNamePlaces {
  /** In an object. */
  readonly header: ClassPointers;
  /** In ObjectMonitor: an oop, or a handle, a pointer to one; null: not exported. */
  readonly monitorObject: { readonly at: number; readonly isHandle: boolean } | null;
}

/** Of a Klass alone, whatever the objects are like. null: no HotSpot, or one that has only started. */
export function klassNamePlaces(reader: TargetReader): KlassNamePlaces | null {
  const attached = attachHotspot(reader);
  if (attached.kind !== 'ready') return null;
  const { klassName, symbol } = attached.process.layout;
  return { name: klassName, body: symbol.body, length: symbol.length };
}

/** null: no HotSpot, one that has only started, or one that does not tell. */
export function classPlaces(reader: TargetReader): ClassPlaces | null {
  const attached = attachHotspot(reader);
  if (attached.kind !== 'ready') return null;
  const { layout, flags, memory, libjvm } = attached.process;
  const tables = readVmTables(reader, libjvm);
  if (layout.names === null || flags.heap === null || tables === null) return null;
  if (flags.heap.z && flags.heap.zGenerational && layout.names.colours !== null) return null;
  const header = classPointersOf(memory, layout.names, flags.heap);
  if (header === null) return null;
  const at = tables.offset('ObjectMonitor', '_object');
  return {
    name: layout.klassName,
    body: layout.symbol.body,
    length: layout.symbol.length,
    header,
    // Handles came to both with JDK 16.
    monitorObject: at === null ? null : { at, isHandle: layout.names.threadObj.isHandle },
  };
}
