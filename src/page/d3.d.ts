// The few calls of d3-flame-graph 5 and d3-selection 3 that the page makes: neither ships types.

declare module 'd3-selection' {
  export interface Selection {
    datum(data: object): Selection;
    call(draw: (selection: Selection) => void): Selection;
    readonly transition: () => Selection;
  }
  /** Called on a selection; `this` of an element's function is the element. */
  interface Methods {
    append: (this: unknown, name: string) => unknown;
    select: (this: unknown, find: (this: Element, datum: unknown) => Element | null) => unknown;
    transition: unknown;
    duration: unknown;
    ease: unknown;
    delay: unknown;
    on: unknown;
  }
  export const selection: { readonly prototype: Methods };
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
