// A library's index ↔ the bytes of a cache entry: a header, then the columns as they are. What is read is not believed: magic, version,
// key, sizes and checksum are checked; anything else is no entry. The order of columns is not looked at again: look-ups end in any, and who
// could write one out of order with its checksum has the rights of the user already (src/app/user-cache).
// Layout: magic 8, key 32, crc32 of what follows 4, then 6 counts of 4, base 8, and the columns, each from a multiple of 8.

import { crc32 } from 'node:zlib';
import { STATE_WORDS } from '../cfi/rule-state.ts';
import { MAX_EXPRESSION_BYTES, MAX_EXPRESSIONS, MAX_FDES, MAX_ROWS, MAX_RULES } from '../cfi/limits.ts';
import type { UnwindColumns } from '../cfi/unwind-table.ts';
import type { FunctionColumns } from './function-index.ts';

/** What is kept of a library. */
export interface LibraryIndex {
  readonly functions: FunctionColumns;
  readonly frames: UnwindColumns;
}

/** Another layout, or other rules made of the same sections, is another version. */
export const INDEX_VERSION = 5;
const MAGIC = Buffer.from(`JTRIDX${String(INDEX_VERSION).padStart(2, '0')}`, 'latin1');
const KEY_AT = 8;
const KEY_BYTES = 32;
const CHECKSUM_AT = KEY_AT + KEY_BYTES;
const COUNTS_AT = CHECKSUM_AT + 4;
/** rows, rules, expressions, bytes of all expressions, functions with symbols, functions of call frame information. */
const COUNTS = 6;
const BASE_AT = COUNTS_AT + 4 * COUNTS;
const HEADER_BYTES = 80;
/** As many as symbol tables of the largest size can have. */
const MAX_FUNCTIONS = 6_000_000;

const align8 = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** Sizes in bytes of the columns in their order. */
function columnBytes(counts: readonly number[]): number[] {
  const [rows = 0, rules = 0, expressions = 0, expressionBytes = 0, functions = 0, extents = 0] = counts;
  return [
    8 * functions,
    8 * functions,
    4 * functions,
    4 * rows,
    2 * rows,
    4 * STATE_WORDS * rules,
    4 * expressions,
    expressionBytes,
    4 * extents,
    4 * extents,
  ];
}

export function encodeLibraryIndex({ functions, frames }: LibraryIndex, key: Uint8Array): Buffer {
  const expressionBytes = Buffer.concat(frames.expressions);
  const lengths = Uint32Array.from(frames.expressions, ({ length }) => length);
  const counts = [
    frames.starts.length,
    frames.ruleWords.length / STATE_WORDS,
    lengths.length,
    expressionBytes.length,
    functions.starts.length,
    frames.functionStarts.length,
  ];
  const columns = [
    functions.starts,
    functions.ends,
    functions.symbols,
    frames.starts,
    frames.rules,
    frames.ruleWords,
    lengths,
    expressionBytes,
    frames.functionStarts,
    frames.functionEnds,
  ];
  const bytes = Buffer.alloc(HEADER_BYTES + columns.reduce((sum, { byteLength }) => sum + align8(byteLength), 0));
  MAGIC.copy(bytes);
  bytes.set(key, KEY_AT);
  counts.forEach((count, i) => bytes.writeUInt32LE(count, COUNTS_AT + 4 * i));
  bytes.writeDoubleLE(frames.base, BASE_AT);
  let at = HEADER_BYTES;
  for (const { buffer, byteOffset, byteLength } of columns) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += align8(byteLength);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(COUNTS_AT)), CHECKSUM_AT);
  return bytes;
}

/** null: not an entry of that key, damaged, or made by another version. */
export function decodeLibraryIndex(entry: Buffer, key: Uint8Array): LibraryIndex | null {
  if (entry.length < HEADER_BYTES || !entry.subarray(0, KEY_AT).equals(MAGIC)) return null;
  if (!entry.subarray(KEY_AT, CHECKSUM_AT).equals(key) || entry.readUInt32LE(CHECKSUM_AT) !== crc32(entry.subarray(COUNTS_AT)))
    return null;
  const counts = Array.from({ length: COUNTS }, (_, i) => entry.readUInt32LE(COUNTS_AT + 4 * i));
  const [rows = 0, rules = 0, expressions = 0, , functionCount = 0, extents = 0] = counts;
  if (
    rows > 4 * MAX_ROWS ||
    rules > MAX_RULES + 1 ||
    expressions > MAX_EXPRESSIONS ||
    functionCount > MAX_FUNCTIONS ||
    extents > MAX_FDES
  )
    return null;
  const sizes = columnBytes(counts);
  if (HEADER_BYTES + sizes.reduce((sum, size) => sum + align8(size), 0) !== entry.length) return null;
  // A buffer of its own begins at an aligned address.
  const { buffer } = entry.byteOffset === 0 ? entry : new Uint8Array(entry);
  let at = HEADER_BYTES;
  const places = sizes.map((size) => {
    const place = at;
    at += align8(size);
    return place;
  });
  const place = (column: number): number => places[column] ?? 0;
  const [starts, ends] = [new Float64Array(buffer, place(0), functionCount), new Float64Array(buffer, place(1), functionCount)];
  const symbols = new Uint32Array(buffer, place(2), functionCount);
  const rowStarts = new Uint32Array(buffer, place(3), rows);
  const ruleNumbers = new Uint16Array(buffer, place(4), rows);
  const ruleWords = new Int32Array(buffer, place(5), rules * STATE_WORDS);
  const lengths = new Uint32Array(buffer, place(6), expressions);
  const list = cut(new Uint8Array(buffer, place(7), sizes[7] ?? 0), lengths);
  const functionStarts = new Uint32Array(buffer, place(8), extents);
  const functionEnds = new Uint32Array(buffer, place(9), extents);
  const base = entry.readDoubleLE(BASE_AT);
  if (list === null || !Number.isSafeInteger(base)) return null;
  return {
    functions: { starts, ends, symbols },
    frames: { base, starts: rowStarts, rules: ruleNumbers, ruleWords, expressions: list, functionStarts, functionEnds },
  };
}

function cut(bytes: Uint8Array, lengths: Uint32Array): Uint8Array[] | null {
  const list: Uint8Array[] = [];
  let at = 0;
  for (const length of lengths) {
    if (length > MAX_EXPRESSION_BYTES || at + length > bytes.length) return null;
    list.push(bytes.subarray(at, at + length));
    at += length;
  }
  return at === bytes.length ? list : null;
}
