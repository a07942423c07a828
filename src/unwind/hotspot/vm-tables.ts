// HotSpot's tables about itself, by name: libjvm exports gHotSpotVMStructs, -Types, -IntConstants and -LongConstants for the
// serviceability agent (hotspot/share/runtime/vmStructs.cpp). Turns them into look-ups by type and field name. Leaves out what a
// field means: layout.ts does that. The tables are constant once libjvm is relocated; before that their pointers are null.

import type { MappedLibrary, TargetReader } from '../../model/target.ts';
import { asElfAddress } from '../../model/units.ts';
import { MemoryFault, MemoryView, pageCached } from '../memory-view.ts';

/** JDK 17 has 801 fields, 769 types, 398 int constants; the bound of facts/hotspot.md section 7 is 2^17 entries. */
const MAX_ENTRIES = 1 << 17;
/** JDK 8 to 27: at most 56 bytes an entry. */
const MAX_STRIDE_BYTES = 256;

export interface VmTables {
  /** Offset of a non-static field in its type; null when the VM does not export it. */
  offset(type: string, field: string): number | null;
  /** Address of a static field; null when the VM does not export it. */
  staticAddress(type: string, field: string): number | null;
  /** What the VM calls the field's type, e.g. `OopHandle`; null when the VM does not export the field. */
  fieldType(type: string, field: string): string | null;
  /** An `int` static field as it is now. */
  staticValue(type: string, field: string): number | null;
  typeSizeBytes(type: string): number | null;
  /** An `int` or, exactly below 2^53, an unsigned `long`. */
  intConstant(name: string): number | null;
}

interface Column {
  readonly stride: number;
  readonly at: (column: string) => number;
  readonly base: number;
}

/**
 * Reads the tables of the libjvm `library` mapped in `reader`'s process. null: no HotSpot tables in this library (OpenJ9), or
 * not relocated yet.
 */
export function readVmTables(reader: TargetReader, library: MappedLibrary): VmTables | null {
  const memory = new MemoryView(pageCached(reader));
  const global = (name: string): number => {
    const address = reader.symbolNamed(library, name);
    if (address === null) throw new MemoryFault(0);
    return memory.word(asElfAddress(address + library.bias));
  };
  const table = (name: string, entry: string): Column => {
    const stride = global(`${entry}ArrayStride`);
    if (stride === 0 || stride > MAX_STRIDE_BYTES) throw new MemoryFault(stride);
    return { base: global(name), stride, at: (column) => global(`${entry}${column}Offset`) };
  };
  const text = (pointer: number): string | null => (pointer === 0 ? null : memory.cString(pointer));
  const eachEntry = (column: Column, nameOffset: number, visit: (entry: number, name: string) => void): void => {
    for (let i = 0, entry = column.base; i < MAX_ENTRIES; i += 1, entry += column.stride) {
      const name = text(memory.word(entry + nameOffset));
      if (name === null) return;
      visit(entry, name);
    }
  };

  const entries = new Map<string, number>();
  const offsets = new Map<string, number>();
  const statics = new Map<string, number>();
  const sizes = new Map<string, number>();
  const constants = new Map<string, number>();
  try {
    const structs = table('gHotSpotVMStructs', 'gHotSpotVMStructEntry');
    const [typeName, fieldName, isStatic, offset, address] = ['TypeName', 'FieldName', 'IsStatic', 'Offset', 'Address'].map(
      structs.at,
    );
    if (
      typeName === undefined ||
      fieldName === undefined ||
      isStatic === undefined ||
      offset === undefined ||
      address === undefined
    )
      return null;
    eachEntry(structs, typeName, (entry, type) => {
      const key = `${type}::${text(memory.word(entry + fieldName)) ?? ''}`;
      entries.set(key, entry);
      if (memory.i32(entry + isStatic) === 0) offsets.set(key, memory.word(entry + offset));
      else statics.set(key, memory.word(entry + address));
    });
    const types = table('gHotSpotVMTypes', 'gHotSpotVMTypeEntry');
    const [typesName, size] = [types.at('TypeName'), types.at('Size')];
    eachEntry(types, typesName, (entry, type) => sizes.set(type, memory.word(entry + size)));
    const ints = table('gHotSpotVMIntConstants', 'gHotSpotVMIntConstantEntry');
    const [intsName, value] = [ints.at('Name'), ints.at('Value')];
    eachEntry(ints, intsName, (entry, name) => constants.set(name, memory.i32(entry + value)));
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
  if (offsets.size === 0 || sizes.size === 0) return null;
  const orNull = <Part>(read: () => Part): Part | null => {
    try {
      return read();
    } catch (error) {
      if (error instanceof MemoryFault) return null;
      throw error;
    }
  };
  let longs: Map<string, number> | null = null;
  const longConstants = (): Map<string, number> => {
    const found = new Map<string, number>();
    const column = table('gHotSpotVMLongConstants', 'gHotSpotVMLongConstantEntry');
    const [name, value] = [column.at('Name'), column.at('Value')];
    eachEntry(column, name, (entry, constant) => found.set(constant, memory.word(entry + value)));
    return found;
  };
  return {
    offset: (type, field) => offsets.get(`${type}::${field}`) ?? null,
    staticAddress: (type, field) => statics.get(`${type}::${field}`) ?? null,
    // Read when asked: few fields are told apart by it.
    fieldType(type, field) {
      const entry = entries.get(`${type}::${field}`);
      return entry === undefined
        ? null
        : orNull(() => text(memory.word(entry + global('gHotSpotVMStructEntryTypeStringOffset'))));
    },
    staticValue(type, field) {
      const address = statics.get(`${type}::${field}`);
      return address === undefined ? null : orNull(() => memory.i32(address));
    },
    typeSizeBytes: (type) => sizes.get(type) ?? null,
    intConstant(name) {
      // What fits no int stands in a table of its own, which is read when something of it is asked for.
      if (!constants.has(name)) longs ??= orNull(longConstants) ?? new Map<string, number>();
      return constants.get(name) ?? longs?.get(name) ?? null;
    },
  };
}
