// An ELF image's call frame information → the table of its unwind rules, or null when it has none. Done once per library build.

import { Expressions } from './expressions.ts';
import { type FrameSection, readFrameSection } from './frame-section.ts';
import { RowBuilder } from './row-builder.ts';
import { RuleSet } from './rule-state.ts';
import type { UnwindColumns } from './unwind-table.ts';

/** `base`: the image's lowest address. Sections in the order of their rank: where two speak of one address, the first is heard. */
export function compileFrames(sections: readonly FrameSection[], base: number): UnwindColumns {
  const rows = new RowBuilder(
    base,
    sections.reduce((sum, { bytes }) => sum + bytes.length, 0),
  );
  const rules = new RuleSet();
  const expressions = new Expressions();
  for (const section of sections) readFrameSection(section, rows, rules, expressions);
  return { base, ...rows.build(), ruleWords: rules.words(), expressions: expressions.list };
}
