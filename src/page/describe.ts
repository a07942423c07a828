// A node → what a person wants to know of it, as lines: samples and shares, kind of code, line, library. For tooltip, for the bar of
// the picked frame, and for those who do not see the graph. Pure.

import { boxKind } from './box-kind.ts';
import { changeOf } from './change.ts';
import { kindText } from './kinds.ts';
import { type Model, nodeName } from './model.ts';
import { shareText, weightText } from './numbers.ts';
import { reasonLines } from './reasons.ts';
import type { WeighedTree } from './weights.ts';

/** As hidden-frames.ts names a stack whose frames an option leaves out; it has the colour of a gap, but misses nothing. */
const ALL_LEFT_OUT = '[native]';
const LEFT_OUT_MEANING = 'all frames of this stack are of libraries and the VM, which this page leaves out';

export interface Description {
  readonly name: string;
  /** Samples and shares. */
  readonly weight: string;
  /** Kind, line, library and what is uncertain; one each. */
  readonly details: readonly string[];
}

/** `base`: the node its graph begins with: 0, or the method of a sandwich; `focus`: the node zoomed to. */
export function describe(
  model: Model,
  { tree, weights, other }: WeighedTree,
  node: number,
  base: number,
  focus: number,
): Description {
  const { data } = model;
  const frame = tree.frame[node] ?? -1;
  const total = weights.total[node] ?? 0;
  const ofAll = `${shareText(total, weights.total[0] ?? 0)}${base === 0 ? '' : ' of the method'}`;
  const ofFocus =
    focus === base || node === focus ? '' : `, ${shareText(total, weights.total[focus] ?? 0)} of the frame zoomed to`;
  const self = weights.self[node] ?? 0;
  const weight = `${weightText(total, data.unit)}, ${ofAll}${ofFocus}; ${self === 0 ? 'none' : weightText(self, data.unit)} in itself`;
  const details: string[] = [];
  if (frame >= 0) {
    const isLeftOut = model.names[frame] === ALL_LEFT_OUT;
    details.push(isLeftOut ? LEFT_OUT_MEANING : kindText(data.kinds, boxKind(model, tree, node), tree.kindsSeen[node] ?? 0));
    details.push(...reasonLines(data.reasons, model.names[frame] ?? ''));
    const line = tree.line[node] ?? 0;
    if (line > 0) details.push(lineText(line, tree.lineMark[node] ?? 0));
    const library = model.libraries[frame] ?? '';
    if (library !== '') details.push(`in ${library}`);
  }
  const approximate = weights.approximate[node] ?? 0;
  if (approximate > 0) details.push(`${shareText(approximate, total)} of it approximate stacks`);
  if (other !== null) details.push(changeText(changeOf(weights, other, node)));
  return { name: nodeName(model, tree, node), weight, details };
}

function lineText(line: number, mark: number): string {
  const near = (mark & 1) !== 0 ? ' (the nearest the VM recorded)' : '';
  const several = (mark & 2) !== 0 ? ', and others' : '';
  return `line ${String(line)}${near}${several}`;
}

function changeText(change: number): string {
  const percent = `${(100 * Math.abs(change)).toFixed(2)} % of all samples`;
  return change === 0 ? 'no change' : `${percent} ${change > 0 ? 'more' : 'less'} than in the other profile`;
}
