// Bytes in chunks → whole lines, up to a size: a map of many stacks is one line. Each line is handed on once and is the receiver's. Of a
// longer line the beginning is handed on, marked as cut: memory stays bounded whatever arrives.

/** A map of 4096 keys (bpftrace's own bound) of 128 frames of 100 bytes is 52 MB. */
export const MAX_LINE_BYTES = 128 * 1024 * 1024;
/** Of a line that is too long: enough to tell what it was. */
export const CUT_LINE_BYTES = 4096;
const NEWLINE = 0x0a;

export type OnLongLine = (line: Uint8Array, isCut: boolean) => void;

export class LongLines {
  readonly #onLine: OnLongLine;
  readonly #maxBytes: number;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #isCut = false;

  /** `maxBytes`: for tests. */
  constructor(onLine: OnLongLine, maxBytes = MAX_LINE_BYTES) {
    this.#onLine = onLine;
    this.#maxBytes = maxBytes;
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    for (;;) {
      const newline = bytes.indexOf(NEWLINE, start);
      if (newline < 0) break;
      this.#add(bytes.subarray(start, newline));
      this.#flush();
      start = newline + 1;
    }
    // Copied: the stream may use its buffer again.
    if (start < bytes.length) this.#add(bytes.slice(start));
  }

  /** The stream ended: what came without a newline is a line too. */
  end(): void {
    if (this.#bytes > 0) this.#flush();
  }

  #add(piece: Uint8Array): void {
    if (this.#isCut) return;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes <= this.#maxBytes) return;
    this.#isCut = true;
    this.#pieces = [Buffer.concat(this.#pieces).subarray(0, CUT_LINE_BYTES)];
  }

  #flush(): void {
    const [first] = this.#pieces;
    const line = first !== undefined && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
    const isCut = this.#isCut;
    this.#pieces = [];
    this.#bytes = 0;
    this.#isCut = false;
    this.#onLine(line, isCut);
  }
}
