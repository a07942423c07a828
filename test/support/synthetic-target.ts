// A process made of bytes: memory that tests write, mappings and symbols that tests name, behind the same TargetReader that live
// processes answer. What was never written is not mapped, byte by byte, so holes can be of any size.

import type { MappedLibrary, Mapping, NativeSymbol, TargetReader } from '../../src/model/target.ts';
import type { UnwindRule } from '../../src/model/unwind-rule.ts';
import { asAddress, asElfAddress, asPid } from '../../src/model/units.ts';

const PAGE_BYTES = 4096;

interface Page {
  readonly bytes: Uint8Array;
  readonly there: Uint8Array;
}

/** Memory that is there where something was written. */
export class SyntheticMemory {
  readonly #pages = new Map<number, Page>();
  #next: number;
  /** How many reads were asked for: walks are bounded in these. */
  reads = 0;

  /** `arena`: where {@link allocate} begins. */
  constructor(arena = 0x5000_0000) {
    this.#next = arena;
  }

  /** A fresh address of `sizeBytes` zeros. */
  allocate(sizeBytes: number, alignment = 8): number {
    const address = Math.ceil(this.#next / alignment) * alignment;
    this.#next = address + sizeBytes;
    this.write(address, new Uint8Array(sizeBytes));
    return address;
  }

  write(address: number, bytes: ArrayLike<number>): void {
    for (let i = 0; i < bytes.length; i += 1) {
      const page = this.#page(address + i);
      const at = (address + i) % PAGE_BYTES;
      page.bytes[at] = bytes[i] ?? 0;
      page.there[at] = 1;
    }
  }

  /** Makes memory unreadable again. */
  remove(address: number, sizeBytes: number): void {
    for (let i = 0; i < sizeBytes; i += 1) this.#page(address + i).there[(address + i) % PAGE_BYTES] = 0;
  }

  word(address: number, value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
    this.write(address, bytes);
  }

  i32(address: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value | 0);
    this.write(address, bytes);
  }

  u16(address: number, value: number): void {
    this.write(address, [value & 0xff, (value >> 8) & 0xff]);
  }

  /** A NUL-terminated string, somewhere. */
  text(value: string): number {
    const bytes = Buffer.from(`${value}\0`, 'latin1');
    // Strings are read in pieces of 64 bytes: memory is there up to the end of a page, as in life.
    const address = this.allocate(bytes.length + 64, 1);
    this.write(address, bytes);
    return address;
  }

  read(address: number, into: Uint8Array): boolean {
    this.reads += 1;
    for (let i = 0; i < into.length; i += 1) {
      const page = this.#pages.get(Math.floor((address + i) / PAGE_BYTES));
      const at = (address + i) % PAGE_BYTES;
      if (page?.there[at] !== 1) {
        into.fill(0);
        return false;
      }
      into[i] = page.bytes[at] ?? 0;
    }
    return true;
  }

  #page(address: number): Page {
    const number = Math.floor(address / PAGE_BYTES);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = { bytes: new Uint8Array(PAGE_BYTES), there: new Uint8Array(PAGE_BYTES) };
      this.#pages.set(number, page);
    }
    return page;
  }
}

/** A function of a synthetic library: its code is at `start` in memory. */
export interface SyntheticFunction {
  readonly name: string;
  readonly start: number;
  readonly sizeBytes: number;
}

export interface SyntheticTarget extends TargetReader {
  readonly memory: SyntheticMemory;
  /** Ends the process: memory and mappings are gone. */
  exit(): void;
}

/** A process with one library that holds `functions`, mapped executable from `start` to `end`. */
export function syntheticTarget(
  memory: SyntheticMemory,
  library: {
    readonly path: string;
    readonly start: number;
    readonly end: number;
    readonly functions: readonly SyntheticFunction[];
    /** Its call frame information; by default there is none. */
    readonly rules?: (address: number) => UnwindRule | null;
  },
): SyntheticTarget {
  let isAlive = true;
  const mapping: Mapping = {
    start: asAddress(library.start),
    end: asAddress(library.end),
    permissions: 'r-xp',
    fileOffsetBytes: 0,
    path: library.path,
    deleted: false,
    fileId: '08:01:1',
  };
  const mapped: MappedLibrary = { key: library.path, path: library.path, buildId: '', bias: 0 };
  return {
    pid: asPid(4242),
    architecture: 'x86-64',
    memory,
    read: (address, into) => isAlive && memory.read(address, into),
    maps: () => (isAlive ? [mapping] : null),
    library: ({ path }) => (path === library.path ? mapped : null),
    symbolAt(_, address): NativeSymbol | null {
      const found = library.functions.find(({ start, sizeBytes }) => address >= start && address < start + sizeBytes);
      return found === undefined ? null : { ...found, start: asElfAddress(found.start) };
    },
    unwindRule: (_, address) => library.rules?.(address) ?? null,
    symbolNamed: () => null,
    tlsModuleSlot: () => null,
    tlsDescriptorSlot: () => null,
    threadComm: () => null,
    alive: () => isAlive,
    exit() {
      isAlive = false;
    },
  };
}
