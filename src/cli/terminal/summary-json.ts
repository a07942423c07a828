// The typed summary → JSON text (docs/summary-json.md).

import type { ProfileSummary } from '../../model/summary.ts';
import { jsonText } from '../../outputs/json-text.ts';

/** Indented JSON with a newline at its end. */
export function renderSummaryJson(summary: ProfileSummary): string {
  return `${jsonText(summary, 2)}\n`;
}
