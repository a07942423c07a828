// The formats a profile can be written in, and which one a file name asks for. src/outputs has one pure function for each.

export type OutputFormat = 'folded';

/** Endings by format; the first is the usual one. */
const ENDINGS: Readonly<Record<OutputFormat, readonly string[]>> = { folded: ['.folded', '.collapsed'] };

/** All endings, for error messages. */
export const OUTPUT_ENDINGS: readonly string[] = Object.values(ENDINGS).flat();

/** The format a path asks for; standard output (`-`) and devices have no ending and get folded text. null: not a known ending. */
export function outputFormatOf(path: string): OutputFormat | null {
  if (path === '-' || path.startsWith('/dev/')) return 'folded';
  for (const [format, endings] of Object.entries(ENDINGS)) {
    if (endings.some((ending) => path.endsWith(ending))) return format as OutputFormat; // a key of the table
  }
  return null;
}
