// What the parts of the layout ask the VM's tables with: a field that must be there, one that may be, and the first of several
// shapes whose fields are all there. Shapes have names and say which JDKs have them; no version number chooses one.

import type { VmTables } from '../vm-tables.ts';

/** The VM does not export `Type::field`. Caught where a shape is one of several, and by readLayout. */
export class Missing extends Error {}

/** One way in which JDKs have kept a part. */
export interface Shape<Part> {
  /** Which JDKs have it: for readers, nothing is decided by it. */
  readonly jdks: string;
  readonly read: (look: TableReader) => Part;
}

export class TableReader {
  readonly tables: VmTables;

  constructor(tables: VmTables) {
    this.tables = tables;
  }

  /** Offset of a field. Throws Missing. */
  field(type: string, name: string): number {
    return need(this.tables.offset(type, name), `${type}::${name}`);
  }

  /** Address of a static field. Throws Missing. */
  global(type: string, name: string): number {
    return need(this.tables.staticAddress(type, name), `${type}::${name}`);
  }

  /** Size of a type in bytes. Throws Missing. */
  size(type: string): number {
    return need(this.tables.typeSizeBytes(type), `sizeof(${type})`);
  }

  /** Throws Missing. */
  constant(name: string): number {
    return need(this.tables.intConstant(name), name);
  }

  /** What `read` gives, or null where the VM does not export all of it. */
  optional<Part>(read: () => Part): Part | null {
    try {
      return read();
    } catch (error) {
      if (error instanceof Missing) return null;
      throw error;
    }
  }

  /** The first shape that the VM's tables have all fields of. Throws the Missing of the first one when none fits. */
  firstOf<Part>(shapes: Readonly<Record<string, Shape<Part>>>): Part {
    let missing: Missing | null = null;
    for (const shape of Object.values(shapes)) {
      try {
        return shape.read(this);
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
        missing ??= error;
      }
    }
    throw missing ?? new Missing('no shape');
  }
}

function need(value: number | null, name: string): number {
  if (value === null) throw new Missing(name);
  return value;
}
