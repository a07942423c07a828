// A tree of stacks → the nodes whose method stands nowhere among their callers: the totals of these alone make a method's total,
// or recursion would count twice. Iterative: a stack may be a million frames deep. Pure.

import type { StackTable } from '../model/profile.ts';
import { Children } from './children.ts';

/** By node: 1 when it is the outermost of its method. `methodOf` gives a frame's method, a number below `methods`. */
export function outermostNodes({ prefix, frame }: StackTable, methodOf: (frame: number) => number, methods: number): Uint8Array {
  const marks = new Uint8Array(prefix.length).fill(1);
  const children = new Children(prefix);
  // How often each method is on the path to the node visited: the tree is walked depth first.
  const onPath = new Uint32Array(methods);
  const work = [...children.of(-1)];
  while (work.length > 0) {
    const item = work.pop() ?? 0;
    const node = item >= 0 ? item : ~item; // a node's complement stands below its children: leave it
    const method = methodOf(frame[node] ?? -1);
    const depth = onPath[method] ?? 0;
    if (item < 0) {
      onPath[method] = depth - 1;
      continue;
    }
    if (depth > 0) marks[node] = 0;
    onPath[method] = depth + 1;
    work.push(~node);
    for (const child of children.of(node)) work.push(child);
  }
  return marks;
}
