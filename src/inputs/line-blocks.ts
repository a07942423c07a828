// Bytes → lines of text, many at a time: one wait per block, not per line. A line that is longer than any tool writes is left out
// and counted, so that a file without line ends does not fill the memory.

/** 10,000 frames of 400 characters; the longest real line seen had 0.3 MB. */
const MAX_LINE_BYTES = 16 << 20;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

export interface LineBlock {
  readonly lines: readonly string[];
  /** Lines left out before or in this block because they are too long. */
  readonly tooLong: number;
}

/** Lines without their ends (`\n` or `\r\n`); what is no UTF-8 becomes U+FFFD. */
export async function* lineBlocks(bytes: AsyncIterable<Uint8Array>, maxLineBytes = MAX_LINE_BYTES): AsyncGenerator<LineBlock> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let skips = false;
  for await (const chunk of bytes) {
    let block = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let tooLong = 0;
    if (skips) {
      const end = block.indexOf(NEWLINE);
      if (end < 0) continue;
      block = block.subarray(end + 1);
      skips = false;
    }
    const last = block.lastIndexOf(NEWLINE);
    const whole = last < 0 ? null : Buffer.concat([...pending, block.subarray(0, last)]);
    const rest = block.subarray(last + 1);
    if (whole !== null) [pending, pendingBytes] = [[], 0];
    if (rest.length > 0) pending.push(Buffer.from(rest));
    pendingBytes += rest.length;
    if (pendingBytes > maxLineBytes) {
      [pending, pendingBytes, skips] = [[], 0, true];
      tooLong = 1;
    }
    if (whole !== null || tooLong > 0) yield { lines: whole === null ? [] : split(whole), tooLong };
  }
  if (pendingBytes > 0) yield { lines: split(Buffer.concat(pending)), tooLong: 0 };
}

function split(text: Buffer): readonly string[] {
  const lines = text.toString('utf8').split('\n');
  return text.includes(RETURN) ? lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)) : lines;
}

/** Complete lines of a file's first bytes; the last one only if it is the only one. */
export function firstLines(start: Uint8Array): readonly string[] {
  const lines = split(Buffer.from(start.buffer, start.byteOffset, start.byteLength));
  return lines.length > 1 ? lines.slice(0, -1) : lines;
}

/** Text has no NUL, and hardly any control characters. */
export function looksLikeText(start: Uint8Array): boolean {
  let controls = 0;
  for (const byte of start) {
    if (byte === 0) return false;
    if (byte < 0x20 && byte !== 0x09 && byte !== NEWLINE && byte !== 0x0d) controls += 1;
  }
  return controls * 100 <= start.length;
}
