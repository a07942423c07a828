// What the page of a bpftrace program's result is given. Made by script-page.ts, read by src/page/script; both know it by this type alone. All texts
// are escaped for showing: one line each where they are no lists, nothing that hides or reorders.

import type { PageData, PageFact } from '../page-data.ts';

export interface ScriptPageData {
  readonly version: 1;
  /** Tells it from the page of a profile. */
  readonly page: 'script';
  readonly title: string;
  readonly subtitle: string;
  /** What is not whole, in sentences; empty: all is. */
  readonly warnings: readonly string[];
  readonly maps: readonly ScriptPageMap[];
  /** Lines of the program. */
  readonly program: readonly string[];
  /** Lines that the program wrote besides maps. */
  readonly output: readonly string[];
  readonly facts: readonly PageFact[];
}

export type ScriptPageMap = { readonly name: string; readonly note: string } & (
  | { readonly kind: 'graph'; readonly data: PageData }
  | { readonly kind: 'histograms'; readonly histograms: readonly PageHistogram[] }
  | {
      readonly kind: 'table';
      readonly columns: readonly PageColumn[];
      readonly rows: readonly (readonly string[])[];
      /** The last column holds amounts of one kind: meters show their share of the largest. */
      readonly isAmounts: boolean;
    }
);

export interface PageHistogram {
  /** '' of a map without keys. A stack has a line for each frame. */
  readonly key: string;
  readonly bars: readonly { readonly label: string; readonly count: string; readonly percentOfLargest: number }[];
}

export interface PageColumn {
  readonly head: string;
  /** A name, even where it is a number: shown as it is. */
  readonly isKey: boolean;
  /** Decimal digits: sorted as numbers. */
  readonly isNumber: boolean;
}
