// What a run tells → standard error and standard output. Results (table, summary, JSON, program) go to standard output, unless a
// profile (`-o -`) or the output of a COMMAND is there (which gives way to JSON); everything else goes to standard error.

import type { OperatorError } from '../../model/errors.ts';
import type { ProfileRequest, ReportRequest } from '../../model/request.ts';
import type { Ui } from '../../model/ui.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { errorLines } from '../report-failure.ts';
import { renderHottest } from './hottest-table.ts';
import { renderChoice } from './process-table.ts';
import { createProgressLine } from './progress-line.ts';
import type { Streams } from './streams.ts';
import { renderSummaryJson } from './summary-json.ts';
import { renderSummary } from './summary-text.ts';
import { createTheme } from './theme.ts';
import { renderTree } from './tree-text.ts';
import { problemLines } from './written-files.ts';

/** Tables and the summary are no wider, however wide the terminal, and fit where its width is not known. */
const TEXT_COLUMNS = 80;
/** Narrower is no terminal to read tables on. */
const MIN_COLUMNS = 40;
/** One message is one line, but paths and bpftrace's words can be long. */
const MAX_MESSAGE_CHARS = 2000;

export interface TerminalUi extends Ui {
  /** Takes the progress line away; after it nothing is drawn. */
  close(): void;
}

/** `target` only where something is sampled, `by` only where nothing is. */
type Look = Pick<ProfileRequest, 'verbosity' | 'json' | 'top' | 'outputs'> &
  Partial<Pick<ProfileRequest, 'target'>> &
  Partial<Pick<ReportRequest, 'by'>>;

/** Draws for one request. */
export function createTerminalUi(look: Look, { stdout, stderr, env }: Streams): TerminalUi {
  const taken = look.outputs.includes('-') || (look.target?.kind === 'command' && !look.json);
  const results = taken ? stderr : stdout;
  const live = stderr.isTTY === true && env['TERM'] !== 'dumb' && look.verbosity !== 'quiet';
  const progress = live ? createProgressLine({ get columns() { return stderr.columns ?? TEXT_COLUMNS; }, write: (text) => stderr.write(text) }) : null; // prettier-ignore
  const onError = createTheme(stderr, env);
  const onResults = createTheme(results, env);
  const say = (line: string): void => {
    progress?.clear();
    stderr.write(`${line}\n`);
  };
  const print = (lines: readonly string[]): void => {
    results.write(`${lines.join('\n')}\n`);
  };
  const columns = Math.min(TEXT_COLUMNS, Math.max(MIN_COLUMNS, results.columns ?? TEXT_COLUMNS));
  let phase = '';
  return {
    progress: (state) => {
      // Where nothing is redrawn, -v tells the phases: enough for a log, and for scripts that wait.
      if (progress === null && look.verbosity === 'verbose' && state.phase !== phase) say(onError.hint(`jtrace: ${state.phase}`));
      phase = state.phase;
      progress?.draw(state);
    },
    message: (level, text) => {
      if (level === 'detail' && look.verbosity !== 'verbose') return;
      if (level === 'note' && look.verbosity === 'quiet') return;
      const shown = `jtrace: ${level === 'warning' ? 'warning: ' : ''}${escapeForTerminal(text, MAX_MESSAGE_CHARS)}`;
      say(level === 'warning' ? onError.warning(shown) : level === 'detail' ? onError.hint(shown) : shown);
    },
    choose: (choice) => renderChoice(choice, TEXT_COLUMNS).forEach(say),
    summary: (summary) => {
      progress?.clear();
      if (look.json) {
        results.write(renderSummaryJson(summary));
        return;
      }
      const [head = '', ...rows] = look.top > 0 ? renderHottest(summary.hottest, columns, look.by) : [];
      if (head !== '') print([onResults.heading(head), ...rows]);
      if (look.verbosity === 'quiet') {
        for (const line of problemLines(summary.files, onError)) say(line);
        return;
      }
      if (head !== '') print(['']);
      print(renderSummary(summary, columns, look.verbosity === 'verbose'));
    },
    tree: (tree) => {
      progress?.clear();
      print([...renderTree(tree, columns, onResults), ...(look.verbosity === 'quiet' ? [] : [''])]);
    },
    problem: (error: OperatorError) => errorLines(error, look.verbosity === 'verbose', onError).forEach(say),
    program: (text) => {
      progress?.clear();
      stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    close: () => progress?.clear(),
  };
}
