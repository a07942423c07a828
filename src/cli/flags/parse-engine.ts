// `--engine` → how stacks are told apart, or a usage error in one line.

import { OperatorError } from '../../model/errors.ts';
import { nearest } from '../../model/nearest.ts';
import { STACK_ENGINES, type StackEngine } from '../../model/run-request.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';

export function parseEngine(text: string): StackEngine {
  const found = STACK_ENGINES.find((engine) => engine === text);
  if (found !== undefined) return found;
  const near = nearest(text, STACK_ENGINES);
  throw new OperatorError(
    'usage',
    `'${escapeForTerminal(text, 40)}' is no engine`,
    near === null ? `one of ${STACK_ENGINES.join(', ')}` : `did you mean ${near}? (${STACK_ENGINES.join(', ')})`,
  );
}
