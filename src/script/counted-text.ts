// `jstr(POINTER, LENGTH)`: a text of LENGTH bytes with no NUL behind it, as HotSpot's USDT probes hand on names. `str` counts a NUL that is
// not there in some versions of bpftrace, and takes as many bytes as it is told in others (0.17).

import { parenthesesOf } from './code-tokens.ts';
import type { ScriptProgram } from './program-structure.ts';
import type { Edit } from './rewrite.ts';
import { callsOf } from './script-checks.ts';

const NAME = 'jstr';

/** `countsNul`: whether bpftrace's `str(p, n)` gives n - 1 bytes. What is no call with two arguments stays, for bpftrace to say so. */
export function countedTextEdits(program: ScriptProgram, countsNul: boolean): readonly Edit[] {
  const edits: Edit[] = [];
  const closed = parenthesesOf(program);
  for (const { word, start, end, index } of callsOf(program)) {
    const call = word === NAME ? closed.get(index + 1) : undefined;
    const comma = program.tokens[call?.commas[0] ?? -1];
    const close = program.tokens[call?.close ?? -1];
    if (call?.commas.length !== 1 || comma === undefined || close === undefined) continue;
    edits.push({ start, end, text: 'str' });
    if (countsNul)
      edits.push({ start: comma.end, end: comma.end, text: ' (' }, { start: close.start, end: close.start, text: ') + 1' });
  }
  return edits;
}
