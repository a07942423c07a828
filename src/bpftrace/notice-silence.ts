// Notices a bpftrace that lives and says nothing (stopped, frozen, without a CPU) by the heartbeats of its program that do not come. Looks are
// counted, and each begins after its output was read: a stall of jtrace itself is no silence of bpftrace.

export interface SilencePatience {
  readonly lookMs: number;
  /** In a row, once it has begun to speak. */
  readonly looks: number;
  /** While it attaches its probes. */
  readonly startLooks: number;
}

/** A hundred heartbeats; and attaching takes seconds, on a loaded or emulated machine some twenty times that. */
const SILENCE_PATIENCE: SilencePatience = { lookMs: 1000, looks: 10, startLooks: 180 };

/** `heard`: how much it has said so far. Ends after `onSilent`, or by what is returned. */
export function noticeSilence(heard: () => number, onSilent: (seconds: number) => void, patience = SILENCE_PATIENCE): () => void {
  let [silent, before, hasEnded] = [0, 0, false];
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    if (hasEnded) return;
    silent = heard() === before ? silent + 1 : 0;
    before = heard();
    if (silent < (before === 0 ? patience.startLooks : patience.looks)) lookLater();
    else onSilent(Math.round((silent * patience.lookMs) / 1000));
  };
  const lookLater = (): void => {
    timer = setTimeout(() => setImmediate(look), patience.lookMs);
  };
  lookLater();
  return () => {
    hasEnded = true;
    clearTimeout(timer);
  };
}
