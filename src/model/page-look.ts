// One look at the page tables of a process, and what happens while they are looked at again and again.

import type { OperatorError } from './errors.ts';
import type { PageRun } from './page-state.ts';
import type { Pid } from './units.ts';

export interface PageLook {
  readonly index: number;
  /** Kernel's clock (`nsecs`), when it began and ended: a page was looked at in between. */
  readonly beginNs: number;
  readonly endNs: number;
  /** Entries that were looked at. */
  readonly steps: number;
  /** In ascending order, one after the other without gaps: from the range's start to its end. */
  readonly runs: readonly PageRun[];
}

export type PageLookEvent =
  | { readonly kind: 'look'; readonly look: PageLook }
  /** Lines of a look were lost: it is left out. */
  | { readonly kind: 'broken-look' }
  | { readonly kind: 'fork'; readonly timeNs: number; readonly child: Pid }
  /** The address space is gone: the process has ended, or runs another program. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly error: OperatorError };
