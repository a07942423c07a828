// Two recordings → the flame graph page of their difference: boxes coloured by change, the direction can be switched. Pure.

import type { DiffFormat } from './diff-format.ts';
import { renderDifferentialPage } from './page.ts';

/** Threads of two runs have other numbers, and lines of two builds others: neither is compared. */
const OPTIONS = { byThread: false, lines: false, native: true };

export const DIFF_PAGE_FORMAT: DiffFormat = {
  name: 'page',
  endings: ['.html'],
  does: 'a flame graph page in one file, coloured by change: any browser',
  render: ({ before, after }, resources) => renderDifferentialPage(before, after, OPTIONS, resources.pageAssets()),
};
