// What may end a run, watched from its first sample on: the duration, the target, the operator, a capture that breaks off, a recording
// that is full. Which of them came first is how the run ended.

import { getHeapStatistics } from 'node:v8';
import { type CommandExit, isInForeground, type LaunchedCommand } from '../child/command.ts';
import type { RunEnd } from '../model/summary.ts';
import type { RunControl } from '../model/ui.ts';
import type { Pid } from '../model/units.ts';
import { hasEnded } from '../target/processes/has-ended.ts';

/** Also the longest that a run outlives a target whose end bpftrace did not tell. */
const LOOK_FOR_END_MS = 500;
/** Of what Node allows: the outputs must still be made of it. */
const FULL_HEAP_SHARE = 0.6;

export interface RunningCommand extends LaunchedCommand {
  readonly exited: Promise<CommandExit>;
}

/** A run's surroundings. */
export interface Sampled {
  /** null: all processes of the machine. */
  readonly root: Pid | null;
  /** With the pid, the identity of a chosen process; null: a command, whose end is waited for. */
  readonly rootStartTicks: number | null;
  readonly command: RunningCommand | null;
  readonly control: RunControl;
  readonly bpftraceVersion: string;
}

export class EndOfRun {
  readonly #isFull: () => boolean;
  #onExit: (pid: Pid) => void = () => undefined;

  /** `isFull`: the recording holds no more, whatever memory there is. */
  constructor(isFull: () => boolean) {
    this.#isFull = isFull;
  }

  /** A process has ended: the run with it, if it is the one that was chosen. */
  processExited(pid: Pid): void {
    this.#onExit(pid);
  }

  /** `finished` settles when the capture has ended by itself. `durationMs` null: no time of its own. */
  async first(finished: Promise<void>, sampled: Sampled, durationMs: number | null): Promise<RunEnd> {
    const { root, rootStartTicks, command, control } = sampled;
    let end: (how: RunEnd) => void = () => undefined;
    const first = new Promise<RunEnd>((resolve) => (end = resolve));
    void finished.then(() => {
      end('failed');
    });
    const look = setInterval(() => {
      if (this.#isFull() || isHeapFull()) end('full');
      // The event of its end is missed when it came before the probes were attached, or was lost.
      if (root !== null && rootStartTicks !== null && hasEnded(root, rootStartTicks)) end('target-exited');
    }, LOOK_FOR_END_MS);
    if (command === null) {
      this.#onExit = (pid) => {
        if (pid === root) end('target-exited');
      };
      void aborted(control.stop).then(() => {
        end('interrupted');
      });
    } else {
      void command.exited.then(() => {
        end('target-exited');
      });
      // Ctrl-C is the command's: the terminal sent it to the whole group. What came to jtrace alone is passed on; then it is waited for.
      void aborted(control.stop).then(() => {
        if (control.stop.reason !== 'SIGINT' || !isInForeground())
          command.kill(control.stop.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
      });
    }
    const timer = durationMs === null ? null : setTimeout(() => { end('duration'); }, durationMs).unref(); // prettier-ignore
    return first.finally(() => {
      clearInterval(look);
      if (timer !== null) clearTimeout(timer);
    });
  }
}

function isHeapFull(): boolean {
  const { used_heap_size: usedBytes, heap_size_limit: mostBytes } = getHeapStatistics();
  return usedBytes > FULL_HEAP_SHARE * mostBytes;
}

/** Settles when the signal is aborted; never rejects. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => { resolve(); }, { once: true }); // prettier-ignore
  });
}
