// What the samples of a tree's node were: in which kind of code and on which line, by weight → the kind and line that most of its
// weight has. Nearly every node has one variant: only others cost a map.

import type { Frame, FrameKind } from '../model/frame.ts';
import type { PageData } from './page-data.ts';

interface Variant {
  readonly kind: FrameKind;
  readonly line: number;
  readonly isNear: boolean;
  readonly weight: number;
}

export class NodeVariants {
  /** By node: one of the frames it was first, and the weight of those that say the same. */
  readonly #frame: Frame[] = [];
  readonly #weight: number[] = [];
  readonly #others = new Map<number, Map<string, Variant>>();

  add(node: number, frame: Frame, weight: number): void {
    const first = this.#frame[node];
    if (first === undefined || isSame(first, frame)) {
      this.#frame[node] = first ?? frame;
      this.#weight[node] = (this.#weight[node] ?? 0) + weight;
      return;
    }
    const { kind, line, lineApproximate } = frame;
    const others = this.#others.get(node) ?? new Map<string, Variant>();
    this.#others.set(node, others);
    const key = `${kind} ${String(line)} ${String(lineApproximate)}`;
    others.set(key, { kind, line, isNear: lineApproximate, weight: weight + (others.get(key)?.weight ?? 0) });
  }

  /** Columns of the nodes in the order given. A node without variants is a label: a marker. */
  columns(
    order: readonly number[],
    kinds: readonly FrameKind[],
  ): Pick<PageData['nodes'], 'kind' | 'kindsSeen' | 'line' | 'lineMark'> {
    const columns = { kind: [] as number[], kindsSeen: [] as number[], line: [] as number[], lineMark: [] as number[] };
    for (const node of order) {
      const first = this.#frame[node];
      const variants =
        first === undefined
          ? []
          : [
              { kind: first.kind, line: first.line, isNear: first.lineApproximate, weight: this.#weight[node] ?? 0 },
              ...(this.#others.get(node)?.values() ?? []),
            ];
      const kind = heaviest(variants, (variant) => variant.kind)?.kind ?? 'marker';
      const line = heaviest(variants, (variant) => `${String(variant.line)} ${String(variant.isNear)}`);
      columns.kind.push(kinds.indexOf(kind));
      columns.kindsSeen.push(variants.reduce((mask, variant) => mask | (1 << kinds.indexOf(variant.kind)), 0));
      columns.line.push(line?.line ?? 0);
      const several = variants.some((variant) => variant.line !== line?.line);
      columns.lineMark.push((line?.isNear === true ? 1 : 0) | (several ? 2 : 0));
    }
    return columns;
  }
}

function isSame(a: Frame, b: Frame): boolean {
  return a === b || (a.kind === b.kind && a.line === b.line && a.lineApproximate === b.lineApproximate);
}

/** A variant of the group with most weight; the first of equals. */
function heaviest(variants: readonly Variant[], groupOf: (variant: Variant) => string): Variant | null {
  if (variants.length < 2) return variants[0] ?? null;
  const groups = new Map<string, { readonly variant: Variant; readonly weight: number }>();
  for (const variant of variants) {
    const group = groups.get(groupOf(variant));
    groups.set(groupOf(variant), { variant: group?.variant ?? variant, weight: variant.weight + (group?.weight ?? 0) });
  }
  let best: { readonly variant: Variant; readonly weight: number } | null = null;
  for (const group of groups.values()) if (best === null || group.weight > best.weight) best = group;
  return best?.variant ?? null;
}
