// Two profiles compared: how a node's share of its own profile has changed, and in which of the page's colours that is shown. Pure.

import type { Weights } from './weights.ts';

/** Steps of colour in each direction. */
export const CHANGE_STEPS = 4;
/** Share of all samples, up or down, that gets the strongest colour: a change of a tenth of a program is a large one. */
const FULL_CHANGE = 0.1;
/** Below this share a change is noise of sampling. */
const NO_CHANGE = 0.001;

/** Share in `weights` less share in `other`: 0.02 is two percent of all samples more. Each profile counts as 1. */
export function changeOf(weights: Weights, other: Weights, node: number): number {
  return shareOf(weights, node) - shareOf(other, node);
}

/** -4 (much less than in the other) to 4 (much more). Square root: small changes are told apart, too. */
export function changeStep(weights: Weights, other: Weights, node: number): number {
  const change = changeOf(weights, other, node);
  if (Math.abs(change) < NO_CHANGE) return 0;
  const strength = Math.min(1, Math.sqrt(Math.abs(change) / FULL_CHANGE));
  return Math.sign(change) * Math.max(1, Math.round(strength * CHANGE_STEPS));
}

function shareOf({ total }: Weights, node: number): number {
  const all = total[0] ?? 0;
  return all === 0 ? 0 : (total[node] ?? 0) / all;
}
