// Lines that bpftrace writes to standard error → messages: what it says of a place in the program is one, with the line of source and
// the tildes below it. Known noise is left out; warnings about the program are not: it is the user's.

import { isNoise } from './noise.ts';

/** `stdin:1:9-18: ERROR: …`, `stdin:1-2: ERROR: …`, `stdlib/strings.bt:188:3-33: WARNING: …`. */
const ABOUT_A_PLACE = /^[^\s:]+:\d+[\d:-]*: [A-Z]+: /;
const OWN_LINE = /^(?:ERROR|WARNING|HINT|INFO|BUG|Log): ?/;
const TILDES = /^\s*~+\s*$/;
/** Line of the message, of source, of tildes. */
const MESSAGE_LINES = 3;

export class ScriptMessages {
  readonly #onMessage: (text: string) => void;
  #begun: string[] = [];

  constructor(onMessage: (text: string) => void) {
    this.#onMessage = onMessage;
  }

  line(text: string): void {
    if (ABOUT_A_PLACE.test(text)) {
      this.end();
      this.#begun = [text];
    } else if (this.#begun.length > 0 && !OWN_LINE.test(text)) {
      this.#begun.push(text);
      if (TILDES.test(text) || this.#begun.length === MESSAGE_LINES) this.end();
    } else {
      this.end();
      if (!isNoise(text)) this.#onMessage(text);
    }
  }

  /** The stream has ended, or will say nothing for a while. */
  end(): void {
    if (this.#begun.length > 0) this.#onMessage(this.#begun.join('\n'));
    this.#begun = [];
  }
}
