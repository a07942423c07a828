// A word → the same word as a POSIX shell must be given it, for commands that operators copy from hints.

/** Quotes only what needs it. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
