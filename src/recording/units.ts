// Texts → the units of a `.jtrace` file, and back. A unit is a gzip member whose extra field (RFC 1952, 2.3.1.1: subfield `JT`)
// says how long it is, as BGZF does it: a reader goes from one to the next without unpacking, tells a cut from damage, and
// `zcat` prints the file. What the texts mean is told in encode.ts and decode.ts.

import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { MAX_TEXT_BYTES, MAX_UNIT_TEXT_BYTES } from './limits.ts';

/** The first bytes of every unit: magic, deflate, FEXTRA; and from byte 10: 8 bytes of extra field, `JT`, 4 bytes long. */
const START = [0x1f, 0x8b, 0x08, 0x04];
const EXTRA_AT = 10;
const EXTRA = [8, 0, 0x4a, 0x54, 4, 0];
const SIZE_AT = EXTRA_AT + EXTRA.length;
const HEAD_BYTES = SIZE_AT + 4;
const GZIP_HEAD_BYTES = 10;
const TRAILER_BYTES = 8;
/** 6 and more cost twice the time for some percent. */
const LEVEL = 4;

/** The file is not what was written: a reason for people, without the file's name. */
export class Damage extends Error {}

/** One unit, unpacked, and where the next one begins. */
export interface Unit {
  readonly text: string;
  readonly endByte: number;
}

/** One unit as bytes. The same text gives the same bytes. */
export function packUnit(text: string): Uint8Array {
  const plain = gzipSync(text, { level: LEVEL });
  const unit = Buffer.alloc(plain.length + HEAD_BYTES - GZIP_HEAD_BYTES);
  plain.copy(unit, 0, 0, GZIP_HEAD_BYTES);
  unit.set(START);
  unit.set(EXTRA, EXTRA_AT);
  unit.writeUInt32LE(unit.length, SIZE_AT);
  plain.copy(unit, HEAD_BYTES, GZIP_HEAD_BYTES);
  return unit;
}

/** Whether a file that begins so is a `.jtrace` file. Needs 16 bytes. */
export function beginsAsRecording(head: Uint8Array): boolean {
  return head.length >= SIZE_AT && hasStart(head);
}

/** The whole units, in order. Returns the byte at which the file was cut; null: it ends with a unit. Throws {@link Damage}. */
export function* unpackUnits(bytes: Uint8Array): Generator<Unit, number | null> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let textBytes = 0;
  for (let at = 0; at < file.length;) {
    const rest = file.subarray(at);
    if (!hasStart(rest)) {
      // What a crashed machine leaves of a file that grew.
      if (rest.every((byte) => byte === 0)) return at;
      throw new Damage('no part of a recording begins there');
    }
    if (rest.length < HEAD_BYTES) return at;
    const size = rest.readUInt32LE(SIZE_AT);
    if (size < HEAD_BYTES + TRAILER_BYTES) throw new Damage('the part there says that it is too short to be one');
    if (size > rest.length) {
      // Of a file that was cut, this is the last unit.
      if (hasStartAfter(rest)) throw new Damage('the part there says that it is longer than the file');
      return at;
    }
    const text = unpack(rest.subarray(0, size));
    textBytes += text.length;
    if (textBytes > MAX_TEXT_BYTES) throw new Damage('it unpacks to more than any recording');
    at += size;
    yield { text: text.toString('utf8'), endByte: at };
  }
  return null;
}

/** As far as there are bytes: a cut inside the head is a cut. */
function hasStart(bytes: Uint8Array): boolean {
  return (
    START.every((byte, i) => i >= bytes.length || bytes[i] === byte) &&
    EXTRA.every((byte, i) => EXTRA_AT + i >= bytes.length || bytes[EXTRA_AT + i] === byte)
  );
}

/** Whether one more unit begins behind the one that `bytes` begin with. */
function hasStartAfter(bytes: Buffer): boolean {
  const start = Buffer.from(START);
  for (let at = bytes.indexOf(start, 1); at >= 0; at = bytes.indexOf(start, at + 1))
    if (bytes.length - at >= HEAD_BYTES && hasStart(bytes.subarray(at))) return true;
  return false;
}

function unpack(unit: Uint8Array): Buffer {
  try {
    return gunzipSync(unit, { maxOutputLength: MAX_UNIT_TEXT_BYTES, finishFlush: constants.Z_FINISH });
  } catch (cause) {
    const isTooLarge = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    throw new Damage(`the part there ${isTooLarge ? 'unpacks to more than any part' : 'cannot be unpacked'}`, { cause });
  }
}
