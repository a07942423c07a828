// Two recordings and their difference → the flame graph page of it: boxes coloured by change, the direction can be switched. Pure.

import type { DiffFormat } from './diff-format.ts';
import { differentialPageDataOf } from './diff-page-data.ts';
import { pageHtml } from './page.ts';

export const DIFF_PAGE_FORMAT: DiffFormat = {
  name: 'page',
  endings: ['.html'],
  does: 'a flame graph page in one file, coloured by change: any browser',
  render: (comparison, resources) => pageHtml(differentialPageDataOf(comparison), resources.pageAssets()),
};
