// A library without .symtab → the functions that stand elsewhere: in a debug file named by build id or by .gnu_debuglink, else packed
// into its own .gnu_debugdata (functions that .dynsym lacks, as Fedora builds them), else in Go's own table. Finding files is the
// caller's affair (src/target/debug-files.ts); what they hold is used for names, never for addresses of data.
// Sources: GDB manual, "Debugging Information in Separate Files" and "MiniDebugInfo".

import { latestEndOf, type UnwindColumns } from '../cfi/unwind-table.ts';
import { unxz } from '../xz/unxz.ts';
import { readBuildId } from './build-id.ts';
import { bufferSource, type ByteSource } from './byte-source.ts';
import { readElfFile, SHT_SYMTAB, sectionNamed, type ElfFile } from './elf-file.ts';
import { createFunctionIndex, type FunctionIndex } from './function-index.ts';
import { readGoFunctions } from './go-functions.ts';
import { type IndexCache, type IndexInput, loadLibraryIndex } from './library-index.ts';
import { readRawSymbols } from './raw-symbols.ts';

/** Fedora's largest, a browser's, has some megabytes; libc's 100 KB. */
const MAX_PACKED_BYTES = 8 * 1024 * 1024;
/** Unpacking it takes about a second. */
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;
/** A file name, padding and a checksum. */
const MAX_LINK_BYTES = 512;

/** What a debug file must be to belong to a library. */
export interface DebugFileWanted {
  readonly buildId: string;
  /** Name and checksum of .gnu_debuglink; null: there is none. */
  readonly link: { readonly name: string; readonly crc: number } | null;
}

/** What is known of the library itself. */
export interface KnownLibrary {
  readonly buildId: string;
  readonly frames: UnwindColumns;
  /** Of its index in the cache; null: it is not kept, and nothing that depends on it is. */
  readonly key: Buffer | null;
}

/** Opens the debug file that fits, and hands it to `use`; null: there is none. */
export type DebugFileFinder = <Result>(wanted: DebugFileWanted, use: (source: ByteSource) => Result | null) => Result | null;

/** null: nothing more is known of it than its own tables say. */
export function readSeparateFunctions(
  source: ByteSource,
  file: ElfFile,
  { buildId, frames, key }: KnownLibrary,
  { find, cache }: { readonly find: DebugFileFinder | null; readonly cache: IndexCache | null },
): FunctionIndex | null {
  if (file.sections.some(({ type }) => type === SHT_SYMTAB)) return null;
  const link = readLink(source, file);
  const within = { key, latestEnd: (start: number) => latestEndOf(frames, start) };
  const use = (image: ByteSource): FunctionIndex | null => functionsOf(image, within, key === null ? null : cache);
  const inFile = buildId === '' && link === null ? null : (find?.({ buildId, link }, use) ?? null);
  return inFile ?? readMiniDebugInfo(source, file, use) ?? readGoFunctions(source, file);
}

/** null: it has no functions of its own. Of its call frame tables none is made: the library's own are there. */
function functionsOf(source: ByteSource, within: IndexInput['within'], cache: IndexCache | null): FunctionIndex | null {
  const file = readElfFile(source);
  if (file === null) return null;
  const tables = readRawSymbols(source, file);
  const input = { buildId: readBuildId(source, file), file, tables, frameSections: [], within };
  const functions = createFunctionIndex(loadLibraryIndex(input, cache).index.functions, tables);
  return functions.count === 0 ? null : functions;
}

function readMiniDebugInfo(
  source: ByteSource,
  file: ElfFile,
  use: (image: ByteSource) => FunctionIndex | null,
): FunctionIndex | null {
  const section = sectionNamed(file, '.gnu_debugdata');
  if (section === undefined || section.sizeBytes > MAX_PACKED_BYTES) return null;
  const packed = source.read(section.fileOffset, section.sizeBytes);
  const image = packed && unxz(packed, MAX_UNPACKED_BYTES);
  return image && use(bufferSource(image));
}

function readLink(source: ByteSource, file: ElfFile): DebugFileWanted['link'] {
  const section = sectionNamed(file, '.gnu_debuglink');
  const bytes =
    section === undefined || section.sizeBytes > MAX_LINK_BYTES ? null : source.read(section.fileOffset, section.sizeBytes);
  const end = bytes?.indexOf(0) ?? -1;
  const at = Math.ceil((end + 1) / 4) * 4;
  if (bytes === null || end <= 0 || at + 4 > bytes.length) return null;
  const name = bytes.toString('utf8', 0, end);
  // A name alone: folders are where it is looked for.
  return name.includes('/') || name === '.' || name === '..' ? null : { name, crc: bytes.readUInt32LE(at) };
}
