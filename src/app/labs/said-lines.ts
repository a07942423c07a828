// Lines that a program says on its two streams, in the order in which they came, and waiting for some.

import { isNoise } from '../../bpftrace/noise.ts';
import { OperatorError } from '../../model/errors.ts';

/** A program under test and bpftrace print little; what a broken one prints is bounded. */
const MOST_LINES = 200_000;
const MOST_LINE_CHARS = 65_536;

export class SaidLines {
  readonly lines: string[] = [];
  readonly #begun = { stdout: '', stderr: '' };
  #hasEnded = false;
  readonly #waiting: (() => void)[] = [];

  push(stream: 'stdout' | 'stderr', text: string): void {
    const parts = `${this.#begun[stream]}${text}`.split('\n');
    this.#begun[stream] = (parts.pop() ?? '').slice(0, MOST_LINE_CHARS);
    for (const line of parts) if (!isNoise(line) && this.lines.length < MOST_LINES) this.lines.push(line);
    this.#wake();
  }

  end(): void {
    for (const rest of Object.values(this.#begun)) if (rest !== '') this.lines.push(rest);
    this.#hasEnded = true;
    this.#wake();
  }

  /** The lines from `from` up to the one that is `last`. */
  async answer(from: number, last: string): Promise<readonly string[]> {
    for (;;) {
      const end = this.lines.indexOf(last, from);
      if (end >= 0) return this.lines.slice(from, end);
      await this.#more();
    }
  }

  async found(pattern: RegExp): Promise<RegExpExecArray> {
    for (let at = 0; ;) {
      for (; at < this.lines.length; at += 1) {
        const match = pattern.exec(this.lines[at] ?? '');
        if (match !== null) return match;
      }
      await this.#more();
    }
  }

  #more(): Promise<void> {
    if (this.#hasEnded) {
      const last = this.lines.slice(-3).join('; ');
      throw new OperatorError(
        'environment',
        `it has ended${last === '' ? '' : `: ${last}`}`,
        'jtrace doctor tells what this machine can do',
      );
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const go of this.#waiting.splice(0)) go();
  }
}
