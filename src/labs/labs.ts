// All labs, in the order in which they are taught.

import { nearest } from '../model/nearest.ts';
import { OperatorError } from '../model/errors.ts';
import type { Lab } from './lab.ts';
import { PAGE_NOT_THERE } from './all/page-not-there.ts';

export const LABS: readonly Lab[] = [PAGE_NOT_THERE];

/** By its id or its number. Throws an OperatorError that names the nearest. */
export function findLab(word: string): Lab {
  const lab = /^\d{1,2}$/.test(word) ? LABS[Number(word) - 1] : LABS.find(({ id }) => id === word);
  if (lab !== undefined) return lab;
  const ids = LABS.map(({ id }) => id);
  const near = nearest(word, ids);
  throw new OperatorError(
    'usage',
    `no lab is called '${word.slice(0, 60)}'`,
    `${near === null ? '' : `did you mean ${near}? `}jtrace lab list shows all`,
  );
}
