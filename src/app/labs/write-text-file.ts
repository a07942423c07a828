// One text → a file of the operator's, whole or not at all.

import { OperatorError } from '../../model/errors.ts';
import { writeOutput } from '../output-files.ts';

/** Throws an OperatorError when it could not be written. */
export function writeTextFile(path: string, text: string): Promise<void> {
  const { problem } = writeOutput({ path, format: 'page', render: () => [text] });
  if (problem !== null) throw new OperatorError('incomplete', `${path} could not be written: ${problem}`, 'say where: -o FILE');
  return Promise.resolve();
}
