// Draws what `jtrace residency` tells: the result on standard output, everything else on standard error.

import type { ProfileRequest } from '../../model/request.ts';
import type { Residency } from '../../model/residency.ts';
import type { Ui } from '../../model/ui.ts';
import { renderChoice } from './process-table.ts';
import { renderResidencyJson } from './residency-json.ts';
import { renderResidency } from './residency-table.ts';
import type { Streams } from './streams.ts';
import { createTerminalUi } from './terminal-ui.ts';
import { createTheme } from './theme.ts';

const TEXT_COLUMNS = 80;
const MIN_COLUMNS = 60;
/** Paths are long, and tables may use the room there is. */
const MAX_COLUMNS = 160;

export interface ResidencyLook {
  readonly verbosity: ProfileRequest['verbosity'];
  readonly json: boolean;
  readonly all: boolean;
}

export interface ResidencyTerminal extends Pick<Ui, 'message' | 'choose' | 'program' | 'problem'> {
  residency(residency: Residency): void;
}

export function createResidencyUi(look: ResidencyLook, streams: Streams): ResidencyTerminal {
  const { stdout, stderr, env } = streams;
  const ui = createTerminalUi({ verbosity: look.verbosity, json: look.json, top: 0, outputs: [] }, streams);
  const theme = createTheme(stdout, env);
  return {
    ...plainUi(ui),
    choose: (choice) => {
      for (const line of renderChoice(choice, TEXT_COLUMNS, 'jtrace residency PID')) stderr.write(`${line}\n`);
    },
    residency: (residency) => {
      if (look.json) {
        stdout.write(renderResidencyJson(residency));
        return;
      }
      const [title = '', head = '', ...lines] = renderResidency(residency, { columns: columnsOf(streams), all: look.all });
      stdout.write(`${[title, theme.heading(head), ...lines].join('\n')}\n`);
    },
  };
}

export function columnsOf({ stdout }: Streams): number {
  return Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, stdout.columns ?? TEXT_COLUMNS));
}

/** What does not depend on the result. */
export function plainUi(ui: Ui): Pick<Ui, 'message' | 'problem' | 'program'> {
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
  };
}
