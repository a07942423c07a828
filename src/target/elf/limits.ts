// Bounds of reading an ELF file that the target chose: what cannot be real is not read.

/** Program headers: the linker writes about 13; the kernel itself refuses more than 64 KiB of them. */
export const MAX_SEGMENTS = 256;
/** Section headers: a shared library has about 40, one linked with -ffunction-sections and a sloppy script some thousands. */
export const MAX_SECTIONS = 8192;
/** All names of sections: as many as above at 64 bytes. */
export const MAX_SECTION_NAMES_BYTES = 512 * 1024;
/** One of them that is looked at: the longest one asked for has 20. */
export const MAX_SECTION_NAME_BYTES = 64;
/** One symbol table: 24 bytes a symbol, so 2.8 million symbols (libjvm has 58,000, a browser's main library 700,000). */
export const MAX_SYMBOL_TABLE_BYTES = 64 * 1024 * 1024;
/** One string table: the names of as many symbols at 45 bytes (libjvm: 2.7 MB). */
export const MAX_STRING_TABLE_BYTES = 128 * 1024 * 1024;
/** Relocations of one section: libjvm has 100,000 (2.4 MB). */
export const MAX_RELOCATION_BYTES = 64 * 1024 * 1024;
/** All notes of one segment or section: build id, property and ABI notes have 100 bytes; libjvm's probes 52 KB. */
export const MAX_NOTE_BYTES = 1024 * 1024;
/** SHA-1 build ids have 20 bytes, the longest style of linkers today 32. */
export const MAX_BUILD_ID_BYTES = 64;
/** A symbol's name: the longest seen in heavily templated libraries is about 10,000 bytes. Longer ones are cut. */
export const MAX_SYMBOL_NAME_BYTES = 32 * 1024;
/** Functions that begin inside of another one (hand-written assembly): steps back when the nearest does not cover an address. */
export const MAX_NESTED_FUNCTIONS = 16;
/** Size of the vdso's image in memory: 2 pages today. */
export const MAX_VDSO_BYTES = 64 * 1024;
