// The few calls of d3-flame-graph 5 and d3-selection 3 that the page makes: neither ships types.

declare module 'd3-selection' {
  export interface Selection {
    datum(data: object): Selection;
    call(draw: (selection: Selection) => void): Selection;
    readonly transition: () => Selection;
  }
  export const selection: { readonly prototype: Record<string, unknown> };
  export function select(element: Element): Selection;
}

declare module 'd3-flame-graph' {
  import type { Selection } from 'd3-selection';

  /** A box after layout: shares of the width from x0 to x1. */
  export interface Box<Data> {
    readonly data: Data;
    readonly depth: number;
    readonly x0: number;
    readonly x1: number;
  }

  export interface FlameGraph<Data> {
    (selection: Selection): void;
    width(px: number): FlameGraph<Data>;
    cellHeight(px: number): FlameGraph<Data>;
    inverted(isInverted: boolean): FlameGraph<Data>;
    resetHeightOnZoom(isReset: boolean): FlameGraph<Data>;
    tooltip(tip: object): FlameGraph<Data>;
    getName(name: (box: Box<Data>) => string): FlameGraph<Data>;
    update(data?: Data): FlameGraph<Data>;
  }

  export default function flamegraph<Data>(): FlameGraph<Data>;
}

declare module '*.css';
