// What takes long to work out of an ELF image, for look-ups: its functions sorted by address, its unwind rules. From a cache when it has
// been worked out before: an entry is found by a hash of all that it was made of, so that no file can pass for another (a build id is
// only what a file claims; it stands in the entry's name for people).

import { createHash } from 'node:crypto';
import { compileFrames } from '../cfi/compile-frames.ts';
import type { FrameSection } from '../cfi/frame-section.ts';
import { latestEndOf } from '../cfi/unwind-table.ts';
import { type ElfFile, PT_LOAD, type Segment } from './elf-file.ts';
import { type LatestEnd, sortFunctions } from './function-index.ts';
import { decodeLibraryIndex, encodeLibraryIndex, INDEX_VERSION, type LibraryIndex } from './library-index-codec.ts';
import type { RawSymbols } from './raw-symbols.ts';

/** Bytes by name, kept from run to run. Neither may throw: a cache that does not work is none. */
export interface IndexCache {
  read(name: string): Buffer | null;
  write(name: string, bytes: Uint8Array): void;
}

/** What an index is made of. */
export interface IndexInput {
  readonly buildId: string;
  readonly file: ElfFile;
  readonly tables: readonly RawSymbols[];
  readonly frameSections: readonly FrameSection[];
  /** Of a debug file: what its library says of the ends of functions, and the key of that library's index. */
  readonly within?: { readonly key: Buffer | null; readonly latestEnd: LatestEnd } | undefined;
}

export interface LoadedIndex {
  readonly index: LibraryIndex;
  /** What it is kept under; null: it is not kept. */
  readonly key: Buffer | null;
}

/** Less than this is worked out faster than it is looked for. */
const MIN_CACHED_BYTES = 128 * 1024;
const KEY_BYTES = 32;
const MAX_NAMED_BUILD_ID_CHARS = 40;

export function loadLibraryIndex(input: IndexInput, cache: IndexCache | null): LoadedIndex {
  const bytes = [...input.tables.flatMap((table) => table.bytes), ...input.frameSections.map((section) => section.bytes)];
  const total = bytes.reduce((sum, { length }) => sum + length, 0);
  if (cache === null || total < MIN_CACHED_BYTES) return { index: makeIndex(input), key: null };
  const key = hashOf(input, bytes);
  const name = `${input.buildId.slice(0, MAX_NAMED_BUILD_ID_CHARS) || 'no-build-id'}-${key.toString('hex')}`;
  const kept = cache.read(name);
  const known = kept === null ? null : decodeLibraryIndex(kept, key);
  if (known !== null) return { index: known, key };
  const index = makeIndex(input);
  cache.write(name, encodeLibraryIndex(index, key));
  return { index, key };
}

function makeIndex({ file, tables, frameSections, within }: IndexInput): LibraryIndex {
  const frames = compileFrames(frameSections, imageBase(file.segments));
  return {
    functions: sortFunctions(tables, file.sections, within?.latestEnd ?? ((start) => latestEndOf(frames, start))),
    frames,
  };
}

/** The lowest address of what is mapped: rows count from there. */
function imageBase(segments: readonly Segment[]): number {
  let base = Infinity;
  for (const { type, address } of segments) if (type === PT_LOAD) base = Math.min(base, address);
  return base === Infinity ? 0 : base;
}

/** All that has a say in the index: contents with their lengths, where they lie, and the version of what is made of them. */
function hashOf({ file, frameSections, within }: IndexInput, bytes: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  const places = {
    version: INDEX_VERSION,
    base: imageBase(file.segments),
    sections: file.sections.map(({ address, sizeBytes }) => [address, sizeBytes]),
    frames: frameSections.map(({ kind, bases }) => [kind, bases]),
    lengths: bytes.map(({ length }) => length),
    ...(within === undefined ? {} : { within: within.key?.toString('hex') }),
  };
  hash.update(JSON.stringify(places));
  for (const part of bytes) hash.update(part);
  return hash.digest().subarray(0, KEY_BYTES);
}
