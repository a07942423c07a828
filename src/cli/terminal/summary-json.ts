// The typed summary → JSON text (docs/summary-json.md). Characters that could reorder or hide text on a terminal are written as
// \u escapes: the value is the same, the screen stays honest.

import type { ProfileSummary } from '../../model/summary.ts';

/** Indented JSON with a newline at its end. */
export function renderSummaryJson(summary: ProfileSummary): string {
  const text = JSON.stringify(summary, null, 2);
  return `${text.replace(/[\u007f-\u009f]|[\p{Cf}\p{Zl}\p{Zp}]/gu, escapeUnits)}\n`;
}

function escapeUnits(char: string): string {
  return Array.from({ length: char.length }, (_, index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, '0')}`).join('');
}
