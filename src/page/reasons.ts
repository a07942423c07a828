// What the page says of a reason, and where. Pure.

import type { PageReason } from '../outputs/page-data.ts';

/** Where a link to a reason leads. */
export function reasonId(name: string): string {
  return `reason-${name}`;
}

/** What a frame that ends an unfinished stack stands for, as lines; none for every other frame. */
export function reasonLines(reasons: readonly PageReason[], frameName: string): readonly string[] {
  const reason = reasons.find(({ frame }) => frame !== '' && frame === frameName);
  return reason === undefined ? [] : [reason.meaning, `What to do: ${reason.advice}`];
}
