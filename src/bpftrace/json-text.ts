// The inside of a JSON string as bpftrace writes it → text. Bytes from 0x80 on come as `\uffffffXX`, by twos and threes of UTF-8: they are
// put together again; what is no UTF-8 becomes U+FFFD. Any bytes are taken: an escape that is none stays as it stands.

const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** What one letter behind a backslash stands for. */
const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ '"': 0x22, '\\': 0x5c, '/': 0x2f, b: 8, f: 12, n: 10, r: 13, t: 9 }).map(([letter, byte]) => [
    letter.charCodeAt(0),
    byte,
  ]),
);
/** A byte that was taken for a negative number. */
const NEGATIVE_BYTE = /^ffffff([0-9a-f]{2})$/i;
const FOUR_DIGITS = /^[0-9a-f]{4}$/i;
const HIGH_SURROGATES = { first: 0xd800, last: 0xdbff } as const;

/** Undoes the escapes of `bytes` between `start` and `end` (both quotes left out). */
export function unescapeJson(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const first = bytes.indexOf(BACKSLASH, start);
  if (first < 0 || first >= end) return utf8(bytes.subarray(start, end));
  // Every escape is longer than what it stands for.
  const plain = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let at = start; at < end;) {
    const byte = bytes[at] ?? 0;
    const letter = at + 1 < end ? (bytes[at + 1] ?? 0) : 0;
    const short = byte === BACKSLASH ? SHORT_ESCAPES.get(letter) : undefined;
    if (short !== undefined) {
      plain[length++] = short;
      at += 2;
    } else if (byte === BACKSLASH && letter === LETTER_U) {
      const escape = readUnicode(bytes, at + 2, end);
      if (typeof escape.value === 'number') plain[length++] = escape.value;
      else length += plain.write(escape.value, length);
      at += 2 + escape.digits;
    } else {
      plain[length++] = byte;
      at++;
    }
  }
  return utf8(plain.subarray(0, length));
}

/** What stands behind `\u`: a byte, or a text; and how many digits it took. */
function readUnicode(bytes: Uint8Array, at: number, end: number): { readonly value: number | string; readonly digits: number } {
  const byte = NEGATIVE_BYTE.exec(ascii(bytes, at, Math.min(end, at + 8)))?.[1];
  if (byte !== undefined) return { value: Number.parseInt(byte, 16), digits: 8 };
  const digits = ascii(bytes, at, Math.min(end, at + 4));
  if (!FOUR_DIGITS.test(digits)) return { value: '\\u', digits: 0 };
  const code = Number.parseInt(digits, 16);
  if (code < 0x80) return { value: code, digits: 4 };
  if (code >= HIGH_SURROGATES.first && code <= HIGH_SURROGATES.last) {
    const low = /^\\u(d[c-f][0-9a-f]{2})$/i.exec(ascii(bytes, at + 4, Math.min(end, at + 10)))?.[1];
    if (low !== undefined) return { value: String.fromCharCode(code, Number.parseInt(low, 16)), digits: 10 };
  }
  // Half a pair is written as U+FFFD.
  return { value: String.fromCharCode(code), digits: 4 };
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString('latin1');
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
