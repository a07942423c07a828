// Waiting until all that happened in the kernel before a moment was heard. By the kernel's own time, told with its heartbeats: after a stall of
// jtrace what it says lies unread in a pipe, however long jtrace's own clock waits.

export class HeardUntil {
  #waiting: readonly { readonly ns: number; readonly resolve: () => void }[] = [];
  #isSilent = false;

  /** Settles when something of that time or later was heard, or nothing more will come. */
  reached(ns: number): Promise<void> {
    if (this.#isSilent) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = [...this.#waiting, { ns, resolve }];
    });
  }

  heard(nowNs: number): void {
    if (this.#waiting.length === 0) return;
    const isDue = ({ ns }: { readonly ns: number }): boolean => ns <= nowNs;
    for (const { resolve } of this.#waiting.filter(isDue)) resolve();
    this.#waiting = this.#waiting.filter((each) => !isDue(each));
  }

  /** Nobody speaks, until {@link speaks}. */
  silent(): void {
    this.#isSilent = true;
    this.heard(Number.POSITIVE_INFINITY);
  }

  speaks(): void {
    this.#isSilent = false;
  }
}
