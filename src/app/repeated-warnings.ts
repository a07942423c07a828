// What bpftrace warns of at each run of a probe (0.23 and later: of an entry that was to be deleted and is not there) is told once, and at
// the end how often it came: thousands of lines a second hide all others, and cost the events that they are about.

/** bpftrace's own words, of a place in the program or not; what the program prints to standard error is the program's. */
const WARNING = /^(?:[^\s:]+:\d+[\d:-]*: )?WARNING: /;
/** Different ones that are counted; others are told each time. */
const MAX_COUNTED = 100;

export class RepeatedWarnings {
  readonly #tell: (text: string) => void;
  /** Warning → how often it came again. */
  readonly #again = new Map<string, number>();

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  message(text: string): void {
    const again = this.#again.get(text);
    if (again !== undefined) {
      this.#again.set(text, again + 1);
      return;
    }
    if (this.#again.size < MAX_COUNTED && WARNING.test(text)) this.#again.set(text, 0);
    this.#tell(text);
  }

  /** The program has ended. */
  end(): void {
    for (const [text, again] of this.#again) {
      if (again > 0) this.#tell(`${again.toLocaleString('en-US')} ${again === 1 ? 'time' : 'times'} more: ${firstLine(text)}`);
    }
    this.#again.clear();
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
