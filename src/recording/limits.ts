// Bounds of the `.jtrace` format: what the writer keeps to, and what the reader believes of a file that may come from anybody.

import { MAX_SAMPLES, MAX_THREADS } from '../model/recording-limits.ts';

/** Raised when an older reader would misunderstand the file; fields that may be ignored are added without. */
export const FORMAT_VERSION = 1;

/** Rows of one table in one unit: some milliseconds of work, a megabyte of text. */
export const UNIT_ROWS = 1 << 15;
/** New text in one unit: with every character escaped (6 bytes) still below what is read. */
export const UNIT_CHARACTERS = 1 << 21;

/** A name longer than this is cut when it is written: names of classes end at 65,535 bytes, demangled ones at far less. */
export const MAX_STRING_CHARACTERS = 1 << 20;
/** Texts of the facts (titles, main classes, flags), names of threads, details of outcomes: shown on a line, cut when written. */
export const MAX_LINE_CHARACTERS = 1024;
/** Rows of such texts in one unit. */
export const UNIT_LINES = 512;

/**
 * A file is read at once, by who reads it, and held twice for a moment, outside of V8's heap. As many samples as it may have, at
 * twice the usual 15 bytes each.
 */
export const MAX_FILE_BYTES = 2 ** 30;
/** Of one unit, unpacked: more than the writer makes of a target that names everything with as many control characters as it may. */
export const MAX_UNIT_TEXT_BYTES = 64 << 20;
/** Of all units, unpacked: what a small file can make the reader do ends here. */
export const MAX_TEXT_BYTES = 2 ** 32;
/** A file that grows has room for what is on its way when it comes to this: sampling ends there. */
export const FULL_FILE_BYTES = MAX_FILE_BYTES - (64 << 20);
export const FULL_TEXT_BYTES = MAX_TEXT_BYTES - (512 << 20);
/** Rows that one unit may claim without bringing them: a column of one value is written once. */
export const MAX_UNIT_ROWS = 1 << 20;

/** Distinct names: their texts together. V8 holds them twice while they are read. */
export const MAX_NAME_CHARACTERS = 1 << 29;
/** Rows of each table. A million distinct frames is what a hostile target makes in minutes; a Map ends at 2^24. */
export const MAX_ROWS = {
  strings: 1 << 24,
  frames: 1 << 24,
  stacks: 1 << 24,
  threads: MAX_THREADS,
  outcomes: 1 << 22,
  samples: MAX_SAMPLES,
} as const;
/** Rows of targets, and flags of one. */
export const MAX_TARGETS = 4096;
export const MAX_FLAGS = 256;
export const MAX_PROBLEMS = 256;
