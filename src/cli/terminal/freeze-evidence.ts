// The instructions that the verdict on the freeze rests on → lines as a disassembler has them.

import type { FreezeReport } from '../../model/doctor.ts';
import { wrapWords } from '../../outputs/display-width.ts';
import type { Theme } from './theme.ts';

const INDENT = '  ';
const VERDICTS = {
  'not-affected': 'not affected',
  fixed: 'fixed',
  vulnerable: 'vulnerable',
  unknown: 'unknown',
} as const satisfies Record<FreezeReport['verdict'], string>;

/** None where no evidence was asked for. */
export function freezeLines(
  { verdict, because, evidence, notSeen }: FreezeReport,
  maxColumns: number,
  theme: Theme,
): readonly string[] {
  if (evidence === null && notSeen === null) return [];
  const lines = (evidence ?? []).flatMap(({ shows, inFunction, instruction }) => [
    `${INDENT}${shows} (${inFunction})`,
    instruction === null
      ? `${INDENT}${INDENT}not there`
      : `${INDENT}${INDENT}${instruction.address}  ${spaced(instruction.bytes).padEnd(26)}  ${instruction.text}`,
  ]);
  return [
    '',
    theme.heading('The freeze of kernels 5.19 to 6.2 (Debian bug 1033398):'),
    ...wrapWords(`${VERDICTS[verdict]}: ${because}`, maxColumns, INDENT),
    ...(notSeen === null ? [] : wrapWords(`no evidence: ${notSeen}`, maxColumns, INDENT)),
    ...lines,
  ];
}

const spaced = (hex: string): string => (hex.match(/../g) ?? []).join(' ');
