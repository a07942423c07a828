// All formats a recording can be written in, and which one a file name asks for.

import { FIREFOX_FORMAT, FIREFOX_GZIP_FORMAT } from './firefox-profiler.ts';
import { FOLDED_FORMAT, FOLDED_KINDS_FORMAT } from './folded.ts';
import type { OutputFormat } from './format.ts';
import { JSON_LINES_FORMAT } from './json-lines.ts';
import { PAGE_FORMAT } from './page.ts';
import { PPROF_FORMAT } from './pprof.ts';
import { RECORDING_FORMAT } from './recording.ts';
import { SPEEDSCOPE_FORMAT } from './speedscope.ts';
import { SVG_FORMAT } from './svg.ts';

export const OUTPUT_FORMATS: readonly OutputFormat[] = [
  FOLDED_FORMAT,
  RECORDING_FORMAT,
  PAGE_FORMAT,
  FOLDED_KINDS_FORMAT,
  SVG_FORMAT,
  SPEEDSCOPE_FORMAT,
  PPROF_FORMAT,
  FIREFOX_FORMAT,
  FIREFOX_GZIP_FORMAT,
  JSON_LINES_FORMAT,
];

/** All endings, for error messages. */
export const OUTPUT_ENDINGS: readonly string[] = OUTPUT_FORMATS.flatMap(({ endings }) => endings);

/** The usual ending of each format, for help. */
export const USUAL_ENDINGS: string = OUTPUT_FORMATS.map(({ endings }) => endings[0] ?? '').join(', ');

/** The format a path asks for; standard output (`-`) and devices have no ending and get folded text. null: not a known ending. */
export function outputFormatOf(path: string): OutputFormat | null {
  if (path === '-' || path.startsWith('/dev/')) return FOLDED_FORMAT;
  return formatByEnding(path, OUTPUT_FORMATS);
}

/** The longest ending that fits: `.pb.gz` is not `.gz`. */
export function formatByEnding<Format extends Pick<OutputFormat, 'endings'>>(
  path: string,
  formats: readonly Format[],
): Format | null {
  const fitting = formats
    .flatMap((format) => format.endings.map((ending) => ({ format, ending })))
    .filter(({ ending }) => path.endsWith(ending))
    .sort((a, b) => b.ending.length - a.ending.length);
  return fitting[0]?.format ?? null;
}
