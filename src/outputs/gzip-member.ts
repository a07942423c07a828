// Pieces of an output → one gzip member, block by block: nothing is held whole, and the same pieces give the same bytes (no time, no
// name in the header). One member, because browsers' own decompression refuses a second. Blocks are deflated by themselves and end
// on a byte, so that what stands in a row is one deflate stream (RFC 1951; as pigz does it).

import { constants, crc32, deflateRawSync } from 'node:zlib';

/** Deflate looks back 32 KiB: a block this long loses a percent by starting anew. */
const BLOCK_BYTES = 1 << 18;
/** Level 9 takes twice as long for 2 %. */
const LEVEL = 6;
/** RFC 1952: magic, deflate, no flags, no time, no extra flags, Unix. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);

/** The compressed bytes in pieces. */
export function* gzipMember(pieces: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  yield HEADER;
  let [crc, bytes] = [0, 0];
  for (const block of blocks(pieces)) {
    crc = crc32(block, crc);
    bytes += block.length;
    yield deflateRawSync(block, { level: LEVEL, finishFlush: constants.Z_SYNC_FLUSH });
  }
  yield deflateRawSync(new Uint8Array(0));
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(bytes % 2 ** 32, 4);
  yield trailer;
}

function* blocks(pieces: Iterable<string | Uint8Array>): Generator<Buffer> {
  let [pending, pendingBytes] = [[] as Uint8Array[], 0];
  for (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    pending.push(bytes);
    pendingBytes += bytes.length;
    if (pendingBytes < BLOCK_BYTES) continue;
    yield Buffer.concat(pending);
    [pending, pendingBytes] = [[], 0];
  }
  if (pendingBytes > 0) yield Buffer.concat(pending);
}
