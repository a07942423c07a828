// A recording, or a program's result → one HTML file: a page that needs no network and no other file. Names of the target stand in it only
// inside the data, which is compressed and base64: no letter of theirs can end it. The policy in the page lets nothing run but the
// page's own program, by its hash, and lets nothing be loaded. What the page does is src/page.

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { OutputFormat, PageAssets } from './format.ts';
import { pageDataOf } from './page-data-of.ts';
import type { PageData } from './page-data.ts';
import type { ScriptPageData } from './script/script-page-data.ts';

/** Fixed, so that one recording always gives the same bytes. */
const GZIP_LEVEL = 6;

/** The file in pieces. */
export function* pageHtml(data: PageData | ScriptPageData, assets: PageAssets): Generator<string> {
  // Inside an element neither may hold its end tag; a build that makes one must not pass.
  if (/<\/script|<!--/i.test(assets.script) || /<\/style/i.test(assets.style))
    throw new Error('an asset of the page would end early');
  const policy = [
    `default-src 'none'`,
    `script-src '${hashOf(assets.script)}'`,
    `style-src '${hashOf(assets.style)}'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
  yield `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`;
  yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n';
  yield '<meta name="generator" content="jtrace">\n<title>jtrace</title>\n';
  yield `<style>${assets.style}</style>\n</head>\n<body>\n`;
  yield '<noscript>This page is drawn by a script inside this file: allow scripts for it.</noscript>\n';
  yield '<main id="page" aria-busy="true"></main>\n<script type="text/plain" id="data">';
  yield gzipSync(JSON.stringify(data), { level: GZIP_LEVEL }).toString('base64');
  yield `</script>\n<script>${assets.script}</script>\n</body>\n</html>\n`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

export const PAGE_FORMAT: OutputFormat = {
  name: 'page',
  endings: ['.html'],
  does: 'a flame graph page in one file: any browser',
  render: (recording, options, resources) => pageHtml(pageDataOf(recording, options), resources.pageAssets()),
};
