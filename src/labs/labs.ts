// All labs, in the order in which they are taught.

import { nearest } from '../model/nearest.ts';
import { OperatorError } from '../model/errors.ts';
import type { Lab } from './lab.ts';
import { PAGE_NOT_THERE } from './all/page-not-there.ts';
import { SWAPPED_OUT } from './all/swapped-out.ts';
import { FORK_CHILD } from './all/fork-child.ts';
import { NUMA_BALANCING } from './all/numa-balancing.ts';
import { PAGE_BORDER } from './all/page-border.ts';
import { CANNOT_SLEEP } from './all/cannot-sleep.ts';
import { VERIFIER } from './all/verifier.ts';
import { FIVE_STACKS } from './all/five-stacks.ts';
import { LYING_LEAF } from './all/lying-leaf.ts';
import { PROBE_COST } from './all/probe-cost.ts';
import { ONE_LINERS } from './all/one-liners.ts';
import { KERNELS_MIND } from './all/kernels-mind.ts';
import { WHAT_IS_LOADED } from './all/what-is-loaded.ts';
import { WHERE_TIME_GOES } from './all/where-time-goes.ts';

export const LABS: readonly Lab[] = [
  PAGE_NOT_THERE,
  SWAPPED_OUT,
  FORK_CHILD,
  NUMA_BALANCING,
  PAGE_BORDER,
  CANNOT_SLEEP,
  VERIFIER,
  FIVE_STACKS,
  LYING_LEAF,
  PROBE_COST,
  ONE_LINERS,
  KERNELS_MIND,
  WHAT_IS_LOADED,
  WHERE_TIME_GOES,
];

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
