// The text of the data element → the page's data. The browser unpacks it; nothing is run.

import type { PageData } from '../outputs/page-data.ts';
import type { ScriptPageData } from '../outputs/script/script-page-data.ts';

export async function decodeData(base64: string): Promise<PageData | ScriptPageData> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  // What is in the file was written by the same version of jtrace as this program.
  return (await new Response(stream).json()) as PageData | ScriptPageData;
}
