// Bytes as bpftrace prints them in a text (`%rh`), of names that may hold anything.

const BLANK = 0x20;

/** `62 75 73 79 00 …` → the text before the first zero byte; null when it is not that. */
export function hexText(
  buffer: Uint8Array,
  start: number,
  end: number,
  mostBytes: number,
  encoding: 'utf8' | 'latin1' = 'utf8',
): string | null {
  const bytes: number[] = [];
  for (let position = start; position < end; position += 3) {
    const value = hexDigit(buffer[position]) * 16 + hexDigit(position + 1 < end ? buffer[position + 1] : undefined);
    if (Number.isNaN(value) || bytes.length === mostBytes) return null;
    if (position + 2 < end && buffer[position + 2] !== BLANK) return null;
    bytes.push(value);
  }
  const terminator = bytes.indexOf(0);
  return Buffer.from(terminator < 0 ? bytes : bytes.slice(0, terminator)).toString(encoding);
}

function hexDigit(code: number | undefined): number {
  if (code === undefined) return NaN;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return NaN;
}
