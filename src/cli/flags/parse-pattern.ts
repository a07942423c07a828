// Text of an operator → a regular expression or a word of a list, or a usage error in one line.

import { OperatorError } from '../../model/errors.ts';
import { GROUPINGS, type Grouping } from '../../model/view.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { nearest } from '../../model/nearest.ts';

/** As JavaScript understands it; it matches anywhere in a name. */
export function parsePattern(text: string): RegExp {
  if (text === '')
    throw new OperatorError('usage', 'an empty expression matches everything', 'is a variable of your shell not set?');
  try {
    return new RegExp(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.slice(cause.message.lastIndexOf(': ') + 2).toLowerCase() : '';
    const message = `'${escapeForTerminal(text, 60)}' is no regular expression (${escapeForTerminal(why, 60)})`;
    throw new OperatorError(
      'usage',
      message,
      'characters such as ( [ * + ? $ \\ are written with a \\ before them, all of it in quotes',
      {
        cause,
      },
    );
  }
}

export function parseGrouping(text: string): Grouping {
  const found = GROUPINGS.find((grouping) => grouping === text);
  if (found !== undefined) return found;
  const near = nearest(text, GROUPINGS);
  throw new OperatorError(
    'usage',
    `'${escapeForTerminal(text, 40)}' is no way to group stacks`,
    near === null ? `one of ${GROUPINGS.join(', ')}` : `did you mean ${near}? (${GROUPINGS.join(', ')})`,
  );
}
