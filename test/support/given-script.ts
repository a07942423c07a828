// A user's program as jtrace gives it to bpftrace, with every kind of edit there is: what the messages of test/fixtures/script-messages were recorded with.

import { mapsOf } from '../../src/script/program-maps.ts';
import { parseScript } from '../../src/script/program-structure.ts';
import { RewrittenScript } from '../../src/script/rewrite.ts';
import { confinement, cpidEdits, lineEndEdits, livePrintingEdits } from '../../src/script/script-edits.ts';
import type { TranslationSource } from '../../src/script/translate-messages.ts';

/** No process of that number runs. */
const PID = 4_194_303;

export function givenScript(text: string): TranslationSource {
  const program = parseScript(text);
  const edits = [
    ...lineEndEdits(text),
    ...cpidEdits(program, PID),
    ...confinement(program, `pid == ${PID}`).edits,
    ...livePrintingEdits(program, mapsOf(program), { intervalMs: 1000, rows: 20 }),
  ];
  return { program, rewritten: new RewrittenScript(text, edits) };
}
