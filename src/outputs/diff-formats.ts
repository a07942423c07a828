// All formats a difference of two profiles can be written in, and which one a file name asks for.

import { DIFF_FOLDED_FORMAT } from './diff-folded.ts';
import type { DiffFormat } from './diff-format.ts';
import { DIFF_PAGE_FORMAT } from './diff-page.ts';
import { formatByEnding } from './formats.ts';

export const DIFF_FORMATS: readonly DiffFormat[] = [DIFF_PAGE_FORMAT, DIFF_FOLDED_FORMAT];

/** All endings, for error messages. */
export const DIFF_ENDINGS: readonly string[] = DIFF_FORMATS.flatMap(({ endings }) => endings);

/** As outputFormatOf(). */
export function diffFormatOf(path: string): DiffFormat | null {
  return path === '-' || path.startsWith('/dev/') ? DIFF_FOLDED_FORMAT : formatByEnding(path, DIFF_FORMATS);
}
