// Text of HotSpot symbols: modified UTF-8 (JVM specification 4.4.7) to a string, and class names made comparable between runs.

/** Decodes modified UTF-8: NUL as C0 80, supplementary characters as two three-byte surrogates. Bad bytes become U+FFFD. */
export function decodeModifiedUtf8(bytes: Uint8Array): string {
  if (bytes.every((byte) => byte > 0 && byte < 0x80)) return Buffer.from(bytes).toString('latin1');
  const units: number[] = [];
  for (let i = 0; i < bytes.length;) {
    const [a, b, c] = [bytes[i] ?? 0, bytes[i + 1] ?? 0, bytes[i + 2] ?? 0];
    if (a < 0x80) {
      units.push(a);
      i += 1;
    } else if ((a & 0xe0) === 0xc0 && (b & 0xc0) === 0x80) {
      units.push(((a & 0x1f) << 6) | (b & 0x3f));
      i += 2;
    } else if ((a & 0xf0) === 0xe0 && (b & 0xc0) === 0x80 && (c & 0xc0) === 0x80) {
      units.push(((a & 0x0f) << 12) | ((b & 0x3f) << 6) | (c & 0x3f));
      i += 3;
    } else {
      units.push(0xfffd);
      i += 1;
    }
  }
  // In pieces: a symbol can have more units than an argument list.
  let text = '';
  for (let i = 0; i < units.length; i += 4096) text += String.fromCharCode(...units.slice(i, i + 4096));
  // Lone surrogates become U+FFFD on the way through UTF-8.
  return Buffer.from(text).toString();
}

/** Encodes modified UTF-8: what {@link decodeModifiedUtf8} reads, lone surrogates included. */
export function encodeModifiedUtf8(text: string): Buffer {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0 && unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Buffer.from(bytes);
}

/**
 * Hidden classes (lambdas, lambda forms) carry the address of their class loader data: `A$$Lambda$14+0x0000000800c03000`. It
 * differs from run to run, so it is masked: `A$$Lambda$14+0x...`.
 */
export function comparableClassName(name: string): string {
  return name.replace(/([+/])0x[0-9a-f]{8,16}$/, '$10x...');
}
