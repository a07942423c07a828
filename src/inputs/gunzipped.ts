// Compressed bytes → plain ones, as they come: any number of gzip members, nothing held but zlib's window.

import { createGunzip } from 'node:zlib';
import { OperatorError } from '../model/errors.ts';

/** RFC 1952. */
export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** Throws an OperatorError when the data is damaged or ends early; errors of `bytes` pass through. */
export async function* gunzipped(bytes: AsyncIterable<Uint8Array>, title: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  let failure: Error | null = null;
  const feed = async (): Promise<void> => {
    try {
      for await (const chunk of bytes) {
        if (gunzip.destroyed) return;
        if (!gunzip.write(chunk)) await new Promise((resolve) => gunzip.once('drain', resolve).once('close', resolve));
        gunzip.removeAllListeners('drain');
      }
      gunzip.end();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error), { cause: error });
      gunzip.destroy();
    }
  };
  const fed = feed();
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array; // a zlib stream's chunks are buffers
  } catch (cause) {
    rethrow(failure);
    throw new OperatorError('usage', `${title}: the compressed data is damaged or ends early`, 'copy or record it again', {
      cause,
    });
  } finally {
    gunzip.destroy();
  }
  await fed;
}

/** What `bytes` threw: a closure set it, which a plain look at the variable does not see. */
function rethrow(failure: Error | null): void {
  if (failure !== null) throw failure;
}
