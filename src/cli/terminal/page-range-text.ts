// A look at one range → lines: a strip of its pages, and why BPF cannot read some.

import type { RangeResult } from '../../app/looked-process.ts';
import { CAUSE_TEXTS, type UnreadableCause } from '../../model/page-state.ts';
import { hex, PAGE_BYTES } from '../../model/units.ts';
import { cutEnd, cutMiddle, wrapWords } from '../../outputs/display-width.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatCount } from './format-number.ts';
import { stripLines } from './page-strip.ts';
import { checkText } from './residency-table.ts';
import { shortBytes } from './short-bytes.ts';

/** A screen. */
const MOST_STRIP_ROWS = 32;

export function rangeLines(result: RangeResult, columns: number): readonly string[] {
  const { pid, label, look, mappings, check } = result;
  const [start, end] = [look.runs[0]?.start ?? 0, look.runs.at(-1)?.end ?? 0];
  const process = `Process ${String(pid)} (`;
  const range = `), ${formatCount((end - start) / PAGE_BYTES)} pages from ${hex(start)}:`;
  const names = mappings.map((mapping) => {
    const where = `  ${hex(mapping.start)}-${hex(mapping.end)} ${mapping.permissions} `;
    return (where + cutMiddle(escapeForTerminal(mapping.path), columns - where.length)).trimEnd();
  });
  const causes = new Map<UnreadableCause, number>();
  for (const { start: from, end: to, cause } of look.runs)
    if (cause !== null) causes.set(cause, (causes.get(cause) ?? 0) + to - from);
  return [
    `${process}${cutEnd(escapeForTerminal(label), columns - process.length - range.length)}${range}`,
    ...names,
    ...stripLines(look, MOST_STRIP_ROWS, columns),
    ...(causes.size === 0 ? ['BPF can read all of it.'] : ['What BPF cannot read, and why:']),
    ...[...causes].flatMap(([cause, bytes]) => [
      `  ${shortBytes(bytes).padStart(5)}  ${CAUSE_TEXTS[cause].title}`,
      ...wrapWords(`${CAUSE_TEXTS[cause].meaning}; ${CAUSE_TEXTS[cause].remedy}`, columns, ' '.repeat(9)),
    ]),
    ...(check === null ? [] : wrapWords(checkText(check), columns)),
  ];
}
