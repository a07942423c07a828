// JVMs → words that `jtrace profile` takes for them. What they are called is theirs to say, and what a shell completes is run when Enter is
// pressed: only names without any letter that a shell could take for its own are offered, the others by their number alone.

import type { JvmProcess } from '../../model/process.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { namesOf } from '../../target/processes/match-by-name.ts';
import type { Candidate } from './candidates.ts';

/** Nothing that is expanded, quoted, ends a word or begins an option. */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;
/** Longer ones fill the screen; the number does, too. */
const MAX_NAME_CHARS = 60;

/** Numbers of all, and the names that only one of them has. */
export function targetCandidates(jvms: readonly JvmProcess[]): readonly Candidate[] {
  const names = jvms.map(shortName);
  return jvms.flatMap((jvm, i) => {
    const name = names[i] ?? null;
    const does = escapeForTerminal(jvm.main.name, MAX_NAME_CHARS);
    const byNumber = { word: String(jvm.pid), does };
    return name === null || names.indexOf(name) !== names.lastIndexOf(name) ? [byNumber] : [byNumber, { word: name, does }];
  });
}

/** The shortest name a person would call it by; null when there is none that is plain. */
function shortName({ main }: JvmProcess): string | null {
  const [shortest] = [...namesOf(main)]
    .filter((name) => name.length <= MAX_NAME_CHARS && PLAIN.test(name) && !/^\d+$/.test(name))
    .sort((a, b) => a.length - b.length);
  return shortest ?? null;
}
