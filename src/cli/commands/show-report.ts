// A report's request → its run, and what it tells drawn on the terminal: for every command that reads recordings.

import type { ReportRequest } from '../../model/request.ts';
import { checkOutputs } from '../check-outputs.ts';
import type { Streams } from '../terminal/streams.ts';
import { createTerminalUi } from '../terminal/terminal-ui.ts';

/** Gives the exit code. Throws OperatorErrors. */
export async function showReport(request: ReportRequest, streams: Streams): Promise<number> {
  checkOutputs(request.outputs);
  // Loaded late: help and usage errors need none of it.
  const { runReport } = await import('../../app/report.ts');
  const ui = createTerminalUi(request, streams);
  try {
    return await runReport(request, ui);
  } finally {
    ui.close();
  }
}
