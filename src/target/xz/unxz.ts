// The .xz file of a .gnu_debugdata section → its bytes. Our own reader and no package: what npm has is a stream (xz-decompress, WASM:
// a look-up in the middle of a stack cannot wait), unmaintained (xzwasm), a native add-on (lzma-native, node-liblzma) or installs modules as
// it runs (xz-compat); the `xz` program would be a process started by root for a hostile file, and need not be there.
// Leaves out filters before LZMA2 (BCJ, delta), several streams, and CRC64 and SHA-256 checks. Source: xz-file-format.txt 1.2.

import { crc32 } from 'node:zlib';
import { decodeLzma2, XzError } from './lzma2.ts';

const MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
const STREAM_HEADER_BYTES = 12;
const LZMA2_FILTER = 0x21;
const CRC32_CHECK = 1;
/** Sizes of checks by their number, five groups of three. */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
/** A variable-length number has nine bytes at most; sizes here are far smaller. */
const MAX_NUMBER_BYTES = 9;
/** xz writes one for 64 KiB of packed data, or one a block: 256 for the largest that is unpacked here, and a few times more for retries. */
const MAX_CHUNKS = 8192;

/** null: no .xz of that kind, damaged, or longer than `limitBytes` when unpacked. */
export function unxz(packed: Buffer, limitBytes: number): Buffer | null {
  try {
    return unpack(packed, limitBytes);
  } catch (error) {
    if (error instanceof XzError) return null;
    throw error;
  }
}

function unpack(packed: Buffer, limitBytes: number): Buffer {
  if (packed.length < STREAM_HEADER_BYTES || !packed.subarray(0, MAGIC.length).equals(MAGIC)) throw new XzError('no .xz');
  const check = packed[7] ?? 0;
  if (packed[6] !== 0 || check > 15 || crc32(packed.subarray(6, 8)) !== packed.readUInt32LE(8)) throw new XzError('bad header');
  let out = Buffer.alloc(Math.min(limitBytes, Math.max(4096, packed.length * 8)));
  let [at, written] = [STREAM_HEADER_BYTES, 0];
  const budget = { left: MAX_CHUNKS };
  // An index stands where another block's header would.
  while ((packed[at] ?? 0) !== 0) {
    const data = blockData(packed, at);
    const first = written;
    for (;;) {
      try {
        ({ at, written } = decodeLzma2(packed, data, out, first, budget));
        break;
      } catch (error) {
        // More room, and once more: the size is seldom told before.
        if (!(error instanceof XzError) || out.length >= limitBytes) throw error;
        out = Buffer.concat([out.subarray(0, first)], Math.min(limitBytes, out.length * 4));
      }
    }
    at += (4 - ((at - data) % 4)) % 4;
    if (check === CRC32_CHECK && crc32(out.subarray(first, written)) !== wordAt(packed, at)) throw new XzError('bad check');
    at += CHECK_BYTES[check] ?? 0;
  }
  return out.subarray(0, written);
}

/** Where a block's data begin, behind its header. */
function blockData(packed: Buffer, start: number): number {
  const end = start + ((packed[start] ?? 0) + 1) * 4;
  if (end > packed.length || crc32(packed.subarray(start, end - 4)) !== packed.readUInt32LE(end - 4))
    throw new XzError('bad block');
  const flags = packed[start + 1] ?? 0;
  let at = start + 2;
  const number = (): number => {
    let value = 0;
    for (let i = 0; i < MAX_NUMBER_BYTES; i += 1) {
      const byte = packed[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new XzError('bad number');
  };
  if ((flags & 0x3f) !== 0) throw new XzError('filters before LZMA2');
  if ((flags & 0x40) !== 0) number();
  if ((flags & 0x80) !== 0) number();
  if (number() !== LZMA2_FILTER) throw new XzError('not LZMA2');
  return end;
}

function wordAt(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw new XzError('ends early');
  return bytes.readUInt32LE(at);
}
