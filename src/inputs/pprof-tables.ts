// The tables of a pprof profile: what samples refer to by number. Texts are decoded when they are asked for.

import { DamagedMessage, fieldNumbers, protobufFields } from './protobuf-fields.ts';

/** Rows of one table, below the 2^24 of a Map; Go's largest binaries have some 10^6 functions. */
const MAX_ROWS = 1 << 23;
/** Of one location: what is inlined into each other. */
const MAX_LINES = 1 << 16;

export interface PprofLocation {
  /** 0: none. */
  readonly mapping: number;
  readonly address: number;
  /** Innermost first; `function` is an id. */
  readonly lines: readonly { readonly function: number; readonly line: number }[];
}

/** Members of type `number` that name things are indexes for `text`. */
export interface PprofTables {
  readonly sampleTypes: readonly { readonly type: number; readonly unit: number }[];
  readonly defaultType: number;
  /** Nanoseconds since 1970; 0: not known. */
  readonly timeNanos: number;
  readonly locations: ReadonlyMap<number, PprofLocation>;
  readonly functions: ReadonlyMap<number, { readonly name: number; readonly systemName: number; readonly filename: number }>;
  /** File name by mapping. */
  readonly mappings: ReadonlyMap<number, number>;
  /** '' when there is no such text. */
  readonly text: (index: number) => string;
}

/** Throws DamagedMessage. */
export function readPprofTables(file: Uint8Array): PprofTables {
  const sampleTypes: { type: number; unit: number }[] = [];
  const locations = new Map<number, PprofLocation>();
  const functions = new Map<number, { name: number; systemName: number; filename: number }>();
  const mappings = new Map<number, number>();
  const strings: number[] = [];
  let [defaultType, timeNanos] = [0, 0];
  for (const { field, value, start, end } of protobufFields(file, 0, file.length)) {
    if (field === 14) defaultType = value;
    else if (field === 9) timeNanos = value < 2 ** 63 ? value : 0;
    if (start < 0) continue;
    if (field === 6) strings.push(start, end);
    else if (field === 4) {
      const { id, location } = readLocation(file, start, end);
      locations.set(id, location);
    } else if (field === 1 || field === 3 || field === 5) {
      const of = fieldNumbers(file, start, end);
      if (field === 1) sampleTypes.push({ type: of(1), unit: of(2) });
      else if (field === 3) mappings.set(of(1), of(5));
      else functions.set(of(1), { name: of(2), systemName: of(3), filename: of(4) });
    }
    if (Math.max(locations.size, functions.size, mappings.size, strings.length / 2, sampleTypes.length) > MAX_ROWS)
      throw new DamagedMessage('too many rows');
  }
  const texts = new Map<number, string>();
  const text = (index: number): string => {
    const known = texts.get(index);
    if (known !== undefined) return known;
    const [start, end] = [strings[2 * index], strings[2 * index + 1]];
    const found =
      start === undefined || end === undefined ? '' : Buffer.from(file.buffer, file.byteOffset + start, end - start).toString();
    texts.set(index, found);
    return found;
  };
  return { sampleTypes, defaultType, timeNanos, locations, functions, mappings, text };
}

function readLocation(file: Uint8Array, start: number, end: number): { readonly id: number; readonly location: PprofLocation } {
  let [id, mapping, address] = [0, 0, 0];
  const lines: { function: number; line: number }[] = [];
  for (const part of protobufFields(file, start, end)) {
    if (part.field === 1) id = part.value;
    else if (part.field === 2) mapping = part.value;
    else if (part.field === 3) address = part.value;
    else if (part.field === 4 && part.start >= 0) {
      const of = fieldNumbers(file, part.start, part.end);
      if (lines.push({ function: of(1), line: of(2) < 2 ** 31 ? of(2) : 0 }) > MAX_LINES)
        throw new DamagedMessage('too many lines');
    }
  }
  return { id, location: { mapping, address, lines } };
}
