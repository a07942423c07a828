// SIGINT and SIGTERM → "stop and report" the first time; a second SIGINT gives up at once: what was recorded is lost, and bpftrace
// ends with us. SIGHUP (the terminal is gone) is a SIGTERM.

/** 128 + SIGINT, as shells count. */
const GIVE_UP_EXIT = 130;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface SignalStop {
  readonly stop: AbortSignal;
  /** Gives the signals back. */
  readonly release: () => void;
}

/** Listens until released. `tell` is the UI, to say once what a second Ctrl-C would do. */
export function stopOnSignals(tell: { message(level: 'note', text: string): void }): SignalStop {
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      controller.abort(signal);
      if (signal === 'SIGINT') tell.message('note', 'stopping; Ctrl-C again gives up and writes nothing');
    } else if (signal === 'SIGINT') {
      process.exit(GIVE_UP_EXIT);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    stop: controller.signal,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
