// What jtrace does not run of a user's program, each in a line that names the place in it.

import { OperatorError } from '../model/errors.ts';
import type { ScriptSource } from '../model/script.ts';
import { codeTokens } from '../script/code-tokens.ts';
import type { JstackProblem } from '../script/jstack-uses.ts';
import type { LibraryProblem } from '../script/library-edits.ts';
import type { ScriptProgram } from '../script/program-structure.ts';
import type { ScriptFinding } from '../script/script-checks.ts';
import { SourceLines } from '../script/source-lines.ts';

const OWN_NAME = /^[@$]__jt_/u;

export const JSTACK_PROBLEMS: Readonly<Record<JstackProblem['kind'], string>> = {
  'in-condition': 'jstack cannot stand in a condition: use it in the block, in an if',
  'in-function': 'jstack cannot stand in a function: use it in a probe',
  'no-number': 'jstack(N) takes a number from 1 on',
  'two-lengths': 'jstack with another number of frames goes to the same place: use another map (or variable, or printf)',
};

/** Names that the walk and what is beside it have. */
export function refuseOwnNames(source: ScriptSource, program: ScriptProgram): void {
  for (const token of codeTokens(program))
    if (OWN_NAME.test(token.word))
      throw refusal(
        source,
        token,
        `${token.word}: names that begin with ${token.word.charAt(0)}__jt_ are jtrace's own`,
        'call it otherwise',
      );
}

/** Throws the first of them. */
export function refuseFindings(source: ScriptSource, [finding]: readonly ScriptFinding[]): void {
  if (finding === undefined) return;
  const [message, hint] =
    finding.kind === 'unsafe-call'
      ? [`${finding.name}() changes the machine it looks at`, 'if that is meant: --unsafe']
      : [
          `${finding.attachPoint} can kill the JVM it looks at: ${finding.reason}`,
          'a uprobe at its entry, or the USDT probes of its begin and end; if it is meant all the same: --unsafe',
        ];
  throw refusalAt(source, finding.position, message, hint);
}

export function libraryProblem({ kind, attachPoint, library }: LibraryProblem, hasProcess: boolean): [string, string] {
  if (kind === 'no-probe')
    return [
      `the ${library} of this process has no ${attachPoint.split(':').slice(2).join(':')}`,
      'another version of the JDK may have it; one whose libjvm is stripped (or JDK 8) has only exported functions',
    ];
  return hasProcess
    ? [
        `the process has no ${library} to attach to`,
        `it has not loaded it (yet), its file was replaced, or its path has letters that a probe cannot have`,
      ]
    : [`${library} is the library of one process, and none was given`, 'say of which: -p PID or -p NAME'];
}

/** The error about a token, or what else begins there. */
export function refusal(source: ScriptSource, { start }: { readonly start: number }, message: string, hint = ''): OperatorError {
  return refusalAt(source, new SourceLines(source.text).positionAt(start), message, hint);
}

function refusalAt(
  { name }: ScriptSource,
  { line, column }: { line: number; column: number },
  message: string,
  hint = '',
): OperatorError {
  return new OperatorError('usage', `${name}:${String(line)}:${String(column)}: ${message}`, hint);
}
