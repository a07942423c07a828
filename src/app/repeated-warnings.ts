// What bpftrace warns of at each run of a probe (0.23 and later: of an entry that was to be deleted and is not there) is told once, and at
// the end how often it came: thousands of lines a second hide all others.

/** bpftrace's own words, of a place in the program or not; what the program prints to standard error is the program's. */
const WARNING = /^(?:[^\s:]+:\d+[\d:-]*: )?WARNING: /;
/** Different ones that are counted; others are told each time. */
const MAX_COUNTED = 100;

export function isWarning(text: string): boolean {
  return WARNING.test(text);
}

export class RepeatedWarnings {
  /** Warning → how often it came again. */
  readonly #again = new Map<string, number>();

  /** Whether to tell this message of bpftrace's. */
  isNew(text: string): boolean {
    const again = this.#again.get(text);
    if (again !== undefined) {
      this.#again.set(text, again + 1);
      return false;
    }
    if (this.#again.size < MAX_COUNTED && isWarning(text)) this.#again.set(text, 0);
    return true;
  }

  /** The program has ended: those that came again, with how often. Empty after that. */
  end(): readonly string[] {
    const told = [...this.#again]
      .filter(([, again]) => again > 0)
      .map(([text, again]) => `${firstLine(text)} (${times(again)} more)`);
    this.#again.clear();
    return told;
  }
}

function times(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'time' : 'times'}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
