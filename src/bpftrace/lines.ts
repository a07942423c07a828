// Bytes in chunks → lines, without making strings. A line is handed on as a range of a buffer that is only valid during the call.
// A line longer than the bound is dropped whole and counted: memory stays bounded whatever arrives.

/** The longest record is a chunk of 512 words of 20 digits and a comma: 10.7 kB. */
const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

export type OnLine = (buffer: Uint8Array, start: number, end: number) => void;

export class LineSplitter {
  readonly #onLine: OnLine;
  readonly #carry = new Uint8Array(MAX_LINE_BYTES);
  #carried = 0;
  #dropping = false;
  /** Lines dropped for their length. */
  overlong = 0;

  constructor(onLine: OnLine) {
    this.#onLine = onLine;
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    let newline = bytes.indexOf(NEWLINE);
    if (newline >= 0 && (this.#carried > 0 || this.#dropping)) {
      this.#append(bytes, 0, newline);
      this.#flush();
      start = newline + 1;
      newline = bytes.indexOf(NEWLINE, start);
    }
    while (newline >= 0) {
      if (newline - start <= MAX_LINE_BYTES) this.#onLine(bytes, start, newline);
      else this.overlong++;
      start = newline + 1;
      newline = bytes.indexOf(NEWLINE, start);
    }
    if (start < bytes.length) this.#append(bytes, start, bytes.length);
  }

  /** The stream ended: what came without a newline is a line too. */
  end(): void {
    if (this.#carried > 0 || this.#dropping) this.#flush();
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    if (this.#dropping) return;
    if (this.#carried + (end - start) > MAX_LINE_BYTES) {
      this.#dropping = true;
      return;
    }
    this.#carry.set(bytes.subarray(start, end), this.#carried);
    this.#carried += end - start;
  }

  #flush(): void {
    if (this.#dropping) this.overlong++;
    else this.#onLine(this.#carry, 0, this.#carried);
    this.#carried = 0;
    this.#dropping = false;
  }
}
