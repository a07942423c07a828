// What a look at failing reads tells → standard output, but standard error where a COMMAND's own output is; notes and errors → standard error.

import type { EfaultRequest } from '../../model/efault-request.ts';
import type { EfaultUi } from '../../model/efault-result.ts';
import { jsonText } from '../../outputs/json-text.ts';
import { renderEfault } from './efault-table.ts';
import { renderChoice } from './process-table.ts';
import type { Streams } from './streams.ts';
import { createTerminalUi } from './terminal-ui.ts';
import { createTheme } from './theme.ts';

/** Tables are no wider, and fit where the width is not known. */
const TEXT_COLUMNS = 80;
/** Narrower is no terminal to read tables on. */
const MIN_COLUMNS = 40;

export function createEfaultUi(request: EfaultRequest, streams: Streams): EfaultUi {
  const ui = createTerminalUi({ verbosity: request.verbosity, json: request.json, top: 0, outputs: [] }, streams);
  const output = request.target.kind === 'command' && !request.json ? streams.stderr : streams.stdout;
  return {
    message: (level, text) => {
      ui.message(level, text);
    },
    problem: (error) => {
      ui.problem(error);
    },
    program: (text) => {
      ui.program(text);
    },
    choose: (choice) => {
      for (const line of renderChoice(choice, TEXT_COLUMNS, 'jtrace residency --efault PID')) streams.stderr.write(`${line}\n`);
    },
    result: (result) => {
      const columns = Math.min(TEXT_COLUMNS, Math.max(MIN_COLUMNS, output.columns ?? TEXT_COLUMNS));
      const lines = request.json ? [jsonText(result, 2)] : renderEfault(result, columns, createTheme(output, streams.env));
      output.write(`${lines.join('\n')}\n`);
    },
  };
}
