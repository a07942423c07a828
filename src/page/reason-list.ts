// Why stacks are not complete: each reason that this profile has, what it means and what to do about it.

import type { PageReason } from '../outputs/page-data.ts';
import { element } from './dom.ts';
import { reasonId } from './reasons.ts';

/** Nothing where all stacks are complete. */
export function reasonList(reasons: readonly PageReason[]): readonly HTMLElement[] {
  if (reasons.length === 0) return [];
  const list = element('dl', { class: 'reasons' });
  for (const { name, meaning, advice } of reasons) {
    list.append(
      element('dt', { id: reasonId(name) }, name),
      element('dd', {}, meaning),
      element('dd', {}, `What to do: ${advice}`),
    );
  }
  return [element('h3', {}, 'Stacks that are not complete'), list];
}
