// What the build made for outputs: the page's program and style sheet, in dist/page beside the compiled code.

import { readFileSync } from 'node:fs';
import type { RenderResources } from '../outputs/format.ts';

/** Two folders up from src/app as from dist/app. */
const BUILT = new URL('../../dist/page/', import.meta.url);

export const RENDER_RESOURCES: RenderResources = {
  pageAssets: () => ({ script: readAsset('page.js'), style: readAsset('page.css') }),
};

function readAsset(name: string): string {
  try {
    return readFileSync(new URL(name, BUILT), 'utf8');
  } catch (cause) {
    throw new Error('the page is not built: npm run build in the folder of jtrace', { cause });
  }
}
