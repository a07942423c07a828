// Bounds of demangling: names are the target's, and the grammar lets 100 bytes stand for gigabytes (substitutions of substitutions).

/** The longest names in heavily templated libraries have about 10,000 bytes. Longer ones are shown as they are. */
export const MAX_MANGLED_CHARS = 16 * 1024;
/** Rules entered while one name is parsed: a name of the length above needs fewer; re-parsing (conversion operators) could need 2^n. */
export const MAX_PARSE_STEPS = 100_000;
/** Rules inside of each other; template libraries reach about 60. Each costs a few hundred bytes of our own stack. */
export const MAX_PARSE_DEPTH = 400;
/** Nodes printed for one name, counted each time they are met again. */
export const MAX_PRINT_STEPS = 50_000;
/** Nodes inside of each other while printing: deeper than parsed, as template parameters are put in. */
export const MAX_PRINT_DEPTH = 1200;
/** Nobody reads a longer one; the mangled name is shown instead. */
export const MAX_DEMANGLED_CHARS = 64 * 1024;

/** The name is no mangled name, one of a kind we do not know, or beyond the limits: it is shown as it is. */
export class DemangleError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DemangleError';
  }
}
