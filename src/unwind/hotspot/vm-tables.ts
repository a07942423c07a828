// HotSpot's tables about itself, by name: libjvm exports gHotSpotVMStructs, -Types, -IntConstants and -LongConstants for the
// serviceability agent (hotspot/share/runtime/vmStructs.cpp). Turns them into look-ups by type and field name. Leaves out what a
// field means: layout.ts does that. The tables are constant once libjvm is relocated; before that their pointers are null.

import type { MappedLibrary, TargetReader } from '../../model/target.ts';
import { asElfAddress } from '../../model/units.ts';
import { FrozenMemory } from '../frozen-memory.ts';
import { MemoryFault } from '../memory-view.ts';

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
  const memory = new FrozenMemory(reader);
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
  /** `known`: names by their pointers, where many entries share one. */
  const eachEntry = (
    column: Column,
    nameOffset: number,
    known: Map<number, string> | null,
    visit: (entry: number, name: string) => void,
  ): void => {
    for (let i = 0, entry = column.base; i < MAX_ENTRIES; i += 1, entry += column.stride) {
      const pointer = memory.word(entry + nameOffset);
      const name = known?.get(pointer) ?? text(pointer);
      if (name === null) return;
      known?.set(pointer, name);
      visit(entry, name);
    }
  };

  // Entries by name: what they say is read when it is asked for, which of most is never.
  const fields = new Map<string, Map<string, number>>();
  const typeNames = new Map<number, string>();
  const types = new Map<string, number>();
  const constants = new Map<string, number>();
  let at: Readonly<Record<'isStatic' | 'offset' | 'address' | 'size' | 'value', number>>;
  try {
    const structs = table('gHotSpotVMStructs', 'gHotSpotVMStructEntry');
    const [typeName, fieldName] = [structs.at('TypeName'), structs.at('FieldName')];
    eachEntry(structs, typeName, typeNames, (entry, type) => {
      let ofType = fields.get(type);
      if (ofType === undefined) fields.set(type, (ofType = new Map<string, number>()));
      ofType.set(text(memory.word(entry + fieldName)) ?? '', entry);
    });
    const typeColumn = table('gHotSpotVMTypes', 'gHotSpotVMTypeEntry');
    eachEntry(typeColumn, typeColumn.at('TypeName'), null, (entry, type) => types.set(type, entry));
    const ints = table('gHotSpotVMIntConstants', 'gHotSpotVMIntConstantEntry');
    eachEntry(ints, ints.at('Name'), null, (entry, name) => constants.set(name, entry));
    at = {
      isStatic: structs.at('IsStatic'),
      offset: structs.at('Offset'),
      address: structs.at('Address'),
      size: typeColumn.at('Size'),
      value: ints.at('Value'),
    };
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
  if (fields.size === 0 || types.size === 0) return null;
  const orNull = <Part>(read: () => Part): Part | null => {
    try {
      return read();
    } catch (error) {
      if (error instanceof MemoryFault) return null;
      throw error;
    }
  };
  let longs: Map<string, number> | null = null;
  let longValue = 0;
  const longConstants = (): Map<string, number> => {
    const found = new Map<string, number>();
    const column = table('gHotSpotVMLongConstants', 'gHotSpotVMLongConstantEntry');
    longValue = column.at('Value');
    eachEntry(column, column.at('Name'), null, (entry, constant) => found.set(constant, entry));
    return found;
  };
  /** `isStatic`: of which kind it must be. */
  const field = <Part>(type: string, name: string, isStatic: boolean, read: (entry: number) => Part): Part | null => {
    const entry = fields.get(type)?.get(name);
    return entry === undefined ? null : orNull(() => ((memory.i32(entry + at.isStatic) !== 0) === isStatic ? read(entry) : null));
  };
  const staticAddress = (type: string, name: string): number | null =>
    field(type, name, true, (entry) => memory.word(entry + at.address));
  return {
    offset: (type, name) => field(type, name, false, (entry) => memory.word(entry + at.offset)),
    staticAddress,
    fieldType(type, name) {
      const entry = fields.get(type)?.get(name);
      return entry === undefined
        ? null
        : orNull(() => text(memory.word(entry + global('gHotSpotVMStructEntryTypeStringOffset'))));
    },
    staticValue(type, name) {
      const address = staticAddress(type, name);
      return address === null ? null : orNull(() => memory.i32(address));
    },
    typeSizeBytes(type) {
      const entry = types.get(type);
      return entry === undefined ? null : orNull(() => memory.word(entry + at.size));
    },
    intConstant(name) {
      const entry = constants.get(name);
      if (entry !== undefined) return orNull(() => memory.i32(entry + at.value));
      // What fits no int stands in a table of its own, which is read when something of it is asked for.
      longs ??= orNull(longConstants) ?? new Map<string, number>();
      const long = longs.get(name);
      return long === undefined ? null : orNull(() => memory.word(long + longValue));
    },
  };
}
