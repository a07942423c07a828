// Bugs of jtrace that cost a part of a run and not the run: counted, and the first told; the exit code says that there were some.

import type { Ui } from '../model/ui.ts';
import type { Pid } from '../model/units.ts';

export class ContainedBugs {
  readonly #ui: Pick<Ui, 'message'>;
  #count = 0;

  constructor(ui: Pick<Ui, 'message'>) {
    this.#ui = ui;
  }

  get count(): number {
    return this.#count;
  }

  /** `cost`: what is lost by it. */
  tell(cost: string, error: unknown): void {
    this.#count += 1;
    if (this.#count > 1) return;
    const text = error instanceof Error ? (error.stack ?? '') : String(error);
    this.#ui.message('warning', `a bug of jtrace cost ${cost}: ${text}`);
  }

  /** One process that makes jtrace's reading of it throw must not end the run of all others. */
  guard(pid: Pid, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.tell(`what is known of process ${String(pid)}`, error);
    }
  }
}
