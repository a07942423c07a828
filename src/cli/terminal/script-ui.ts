// What a user's program puts out → standard output, at once: on a terminal its maps in place below its texts, in a pipe all as it comes, or all as JSON
// lines. With a COMMAND, whose output passes through, and with `-o -`, standard error.

import type { RunRequest } from '../../model/run-request.ts';
import type { ScriptUi } from '../../model/ui.ts';
import { eventLine, loadedLine, summaryLine } from '../../outputs/script/script-json.ts';
import type { FactsOfMaps } from '../../model/script-result.ts';
import { renderLoaded } from './loaded-table.ts';
import { renderChoice } from './process-table.ts';
import { createScriptView, type ScriptView } from './script-view.ts';
import type { Streams } from './streams.ts';
import { createTheme } from './theme.ts';
import { createTerminalUi, type TerminalUi } from './terminal-ui.ts';

/** Tables are no wider. */
const TEXT_COLUMNS = 80;

export function createScriptUi(request: RunRequest, streams: Streams): ScriptUi & TerminalUi {
  const ui = createTerminalUi({ verbosity: request.verbosity, json: request.json, top: 0, outputs: [] }, streams);
  const isTaken = request.outputs.includes('-') || (request.target.kind === 'command' && !request.json);
  const output = isTaken ? streams.stderr : streams.stdout;
  let facts: FactsOfMaps = new Map();
  let view: ScriptView | null = null;
  return {
    ...ui,
    isLive: !request.json && output.isTTY === true && streams.env['TERM'] !== 'dumb',
    begin(known) {
      facts = known;
      if (!request.json) view = createScriptView(known, { stdout: output, env: streams.env });
    },
    choose: (choice) => {
      for (const line of renderChoice(choice, TEXT_COLUMNS, 'jtrace run -p PID')) streams.stderr.write(`${line}\n`);
    },
    message(level, text) {
      view?.clear();
      ui.message(level, text);
    },
    problem(error) {
      view?.clear();
      ui.problem(error);
    },
    script(event) {
      if (view === null) output.write(eventLine(event, facts));
      else if (event.kind === 'stopped') view.close();
      else view.event(event);
    },
    loaded(objects) {
      if (request.json) {
        output.write(loadedLine(objects));
        return;
      }
      view?.clear();
      const columns = Math.min(TEXT_COLUMNS, streams.stderr.columns || TEXT_COLUMNS);
      for (const line of renderLoaded(objects, columns, createTheme(streams.stderr, streams.env)))
        streams.stderr.write(`${line}\n`);
    },
    end(result, exitCode) {
      if (request.json) output.write(summaryLine(result, exitCode));
    },
    close() {
      view?.close();
      ui.close();
    },
  };
}
