// A moment of a run → one line redrawn in place on a terminal. In a pipe there is none: createTerminalUi decides that.

import type { ProgressState } from '../../model/ui.ts';
import { cutEnd } from '../../outputs/display-width.ts';
import { formatCount, formatDuration } from './format-number.ts';

/** Eyes do not read faster, and a slow terminal (ssh) is not flooded. */
const REDRAW_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

/** The text, cut to a width; the most important comes first. */
export function progressText(state: ProgressState, maxColumns: number): string {
  if (state.phase === 'starting') return cutEnd('starting …', maxColumns);
  const total = state.totalMs === null ? '' : ` of ${formatDuration(state.totalMs)}`;
  const counts = `${formatCount(state.samples)} samples, ${formatCount(state.lost)} lost, ${formatCount(state.unfinished)} unfinished`;
  const end = state.phase === 'finishing' ? ', finishing …' : '';
  return cutEnd(`${formatDuration(state.elapsedMs)}${total}: ${counts}${end}`, maxColumns);
}

export interface ProgressLine {
  draw(state: ProgressState): void;
  /** Takes the line away, so that other text can be written; the next draw brings it back. */
  clear(): void;
}

/** Draws on a terminal. One column stays free: a full line would wrap on some. */
export function createProgressLine(terminal: { readonly columns: number; write(text: string): unknown }): ProgressLine {
  let drawnAtMs = -Infinity;
  let phase = '';
  return {
    draw(state) {
      const nowMs = performance.now();
      if (nowMs - drawnAtMs < REDRAW_MS && state.phase === phase) return;
      drawnAtMs = nowMs;
      phase = state.phase;
      terminal.write(CLEAR_LINE + progressText(state, terminal.columns - 1));
    },
    clear() {
      if (drawnAtMs === -Infinity) return;
      drawnAtMs = -Infinity;
      terminal.write(CLEAR_LINE);
    },
  };
}
