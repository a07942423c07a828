// bpftrace is asked to end (SIGINT), and then has its buffers to drain: those are samples, so it is killed when it hangs, not when it is
// slow; but not waited for without end: while its buffers are never empty it goes on sampling (0.17), as on a machine whose CPUs are all taken.

import type { Child } from '../child/start-child.ts';

/** After SIGINT bpftrace drains its buffers and detaches, in 0.2 s as a rule; one that prints nothing at so many looks in a row hangs. */
const STOP_SILENT_LOOKS = 30;
const STOP_LOOK_MS = 100;
/**
 * bpftrace asks whether it is to end only where a wait was broken off: a SIGINT that comes when the wait is just over is forgotten, and it waits on for
 * ever (0.17; one end in 30 on a busy machine). Seen asleep in a wait at so many silent looks in a row, it is asked again. While it ends it is not: its
 * waits are of 0.1 s, and one without events is its last.
 */
const ASK_AGAIN_LOOKS = 10;
/** 64 MiB of buffers on a machine where it gets a twentieth of a CPU; one that prints for longer does not obey. */
const STOP_MOST_LOOKS = 300;
/** The same where jtrace gets no CPU either, and a look is seconds: a run of two seconds has lasted ten minutes. */
const STOP_MOST_MS = 60_000;

/**
 * Looks are counted, and each begins after its output was read: a stall of jtrace itself is no silence of bpftrace. `pieces`: how many it
 * has printed so far; `nowMs`: for tests.
 */
export function endGently(
  child: Pick<Child, 'signal' | 'exited' | 'sleepsInWait'>,
  heardOf: { readonly pieces: () => number; readonly onKill: () => void },
  nowMs: () => number = () => performance.now(),
): void {
  const askedMs = nowMs();
  let [looks, silent, asleep, pieces] = [0, 0, 0, heardOf.pieces()];
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  const lookLater = (): void => {
    timer = setTimeout(() => setImmediate(look), STOP_LOOK_MS);
  };
  const look = (): void => {
    if (hasEnded) return;
    looks += 1;
    silent = heardOf.pieces() === pieces ? silent + 1 : 0;
    pieces = heardOf.pieces();
    asleep = silent > 0 && child.sleepsInWait() ? asleep + 1 : 0;
    if (silent < STOP_SILENT_LOOKS && looks < STOP_MOST_LOOKS && nowMs() - askedMs < STOP_MOST_MS) {
      if (asleep > 0 && asleep % ASK_AGAIN_LOOKS === 0) child.signal('SIGINT');
      lookLater();
      return;
    }
    heardOf.onKill();
    child.signal('SIGKILL');
  };
  child.signal('SIGINT');
  lookLater();
  void child.exited.then(() => {
    hasEnded = true;
    clearTimeout(timer);
  });
}
