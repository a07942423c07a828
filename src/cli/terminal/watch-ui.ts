// A watch → standard output, a line each, as it happens; what is not a JVM's affair → standard error.

import type { WatchRequest, WatchUi } from '../../model/watch.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import type { Streams } from './streams.ts';
import { createTheme } from './theme.ts';
import { renderWatchJson } from './watch-json.ts';
import { WatchLines } from './watch-lines.ts';

/** Where the width is not known: a log. */
const TEXT_COLUMNS = 80;
const MIN_COLUMNS = 60;
const MAX_MESSAGE_CHARS = 2000;
/** How late a start without a word of its VM may be told. */
const TICK_MS = 500;

export function createWatchUi(
  request: Pick<WatchRequest, 'json' | 'verbosity'>,
  { stdout, stderr, env }: Streams,
): WatchUi & { close(): void } {
  const onResults = createTheme(stdout, env);
  const onError = createTheme(stderr, env);
  const lines = new WatchLines(() => Math.max(MIN_COLUMNS, stdout.columns ?? TEXT_COLUMNS));
  const print = (texts: readonly string[]): void => {
    if (texts.length > 0) stdout.write(`${texts.join('\n')}\n`);
  };
  const timer = setInterval(() => {
    if (!request.json) print(lines.tick());
  }, TICK_MS);
  return {
    event: (event) => {
      if (request.json) {
        print([renderWatchJson(event)]);
      } else if (event.kind === 'watching') {
        if (request.verbosity !== 'quiet')
          stderr.write(`jtrace: watching for JVMs (${event.probe}, ${event.bpftrace}); Ctrl-C ends it\n`);
        print([onResults.heading(lines.head())]);
      } else {
        print(lines.event(event));
      }
    },
    message: (level, text) => {
      if (level === 'detail' && request.verbosity !== 'verbose') return;
      if (level === 'note' && request.verbosity === 'quiet') return;
      const shown = `jtrace: ${level === 'warning' ? 'warning: ' : ''}${escapeForTerminal(text, MAX_MESSAGE_CHARS)}`;
      stderr.write(`${level === 'warning' ? onError.warning(shown) : level === 'detail' ? onError.hint(shown) : shown}\n`);
    },
    program: (text) => {
      stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    close: () => {
      clearInterval(timer);
    },
  };
}
