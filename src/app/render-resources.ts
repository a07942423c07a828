// What the build made for outputs: the page's program and style sheet, in dist/page beside the compiled code.

import { readFileSync } from 'node:fs';
import { OperatorError } from '../model/errors.ts';
import type { RenderResources } from '../outputs/format.ts';

/** Two folders up from src/app as from dist/app. */
const BUILT = new URL('../../dist/page/', import.meta.url);

export const RENDER_RESOURCES: RenderResources = {
  pageAssets: () => ({ script: readAsset('page.js', BUILT), style: readAsset('page.css', BUILT) }),
};

/** Throws an OperatorError where a page could not be written: asked before ten seconds of sampling, not after. */
export function checkPageBuilt(folder: URL = BUILT): void {
  for (const name of ['page.js', 'page.css']) readAsset(name, folder);
}

function readAsset(name: string, folder: URL): string {
  try {
    return readFileSync(new URL(name, folder), 'utf8');
  } catch (cause) {
    throw new OperatorError('environment', 'the flame graph page is not built', 'in the folder of jtrace: npm run build', { cause }); // prettier-ignore
  }
}
