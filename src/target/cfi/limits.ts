// Bounds of reading call frame information that the target chose: what cannot be real is not read.

/** One section, unpacked: libjvm's .eh_frame has 1.5 MB, a browser's main library 20 MB, a Go program's .debug_frame 3 MB. */
export const MAX_SECTION_BYTES = 64 * 1024 * 1024;
/** Functions of one library: libjvm has 44,000, a browser 700,000. Places of FDEs are sorted as 21 bits of a number. */
export const MAX_FDES = (1 << 21) - 1;
/** Rows of one table, 6 bytes each: libjvm has 350,000. */
export const MAX_ROWS = 8 * 1024 * 1024;
/** Distinct rules of one library: their numbers have 16 bits. libjvm has some hundreds, python3 a thousand. */
export const MAX_RULES = 65_535;
/** DW_CFA_remember_state inside of each other: compilers emit 1, shrink-wrapped code 2. */
export const MAX_REMEMBERED_STATES = 16;
/** A DWARF expression: the PLT's has 11 bytes, the longest in glibc 4. */
export const MAX_EXPRESSION_BYTES = 256;
/** Distinct expressions of one library: glibc's signal frame has 17. */
export const MAX_EXPRESSIONS = 4096;
/** CIEs kept of one section: linkers merge equal ones, libjvm has 5. */
export const MAX_CIES = 65_536;
/** An augmentation string: `zPLR`, `zRSB`. */
export const MAX_AUGMENTATION_CHARS = 16;
/** Offsets from the CFA that are believed: nothing real has a frame of 256 MB. Offsets are kept as 29 bits, signed. */
export const MAX_OFFSET = (1 << 28) - 1;
