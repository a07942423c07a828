// A stack table → of each stack the node it begins with. Of a whole machine's profile that is its process.

import type { Profile } from '../model/profile.ts';

/** By node; parents stand before their children. */
export function rootNodes({ prefix }: Profile['stacks']): Int32Array {
  const roots = new Int32Array(prefix.length);
  for (let node = 0; node < roots.length; node += 1) {
    const parent = prefix[node] ?? -1;
    roots[node] = parent < 0 ? node : (roots[parent] ?? -1);
  }
  return roots;
}
