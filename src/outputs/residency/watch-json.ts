// A watch over pages → JSON (docs/residency.md has the schema): the looks that differ from the one before, and what happened.

import type { PageWatch, PageWatchEvent, ShownRun } from '../../model/page-range.ts';
import { hex } from '../../model/units.ts';
import { jsonText } from '../json-text.ts';

export function* watchJson({ looks, events, last: _last, changedPages, ...facts }: PageWatch): Generator<string> {
  const { start, end, files: _, ...others } = facts;
  const head = jsonText({
    version: 1,
    ...others,
    changedPages: Object.fromEntries(changedPages),
    start: hex(start),
    end: hex(end),
  });
  yield `${head.slice(0, -1)},\n"looks":[`;
  for (const [index, look] of looks.entries())
    yield `${index === 0 ? '\n' : ',\n'}${jsonText({ timeMs: look.timeMs, runs: look.runs.map(runJson) })}`;
  yield '],\n"events":[';
  for (const [index, event] of events.entries()) yield `${index === 0 ? '\n' : ',\n'}${jsonText(watchEventJson(event))}`;
  yield ']}\n';
}

/** One event, also a line of `--json`. */
export function watchEventJson(event: PageWatchEvent): object {
  if (event.kind === 'fork') return event;
  if (event.kind === 'begin') return { kind: event.kind, timeMs: event.timeMs, runs: event.look.runs.map(runJson) };
  const { kind, timeMs, changes } = event;
  return { kind, timeMs, changes: changes.map((change) => ({ ...change, start: hex(change.start), end: hex(change.end) })) };
}

export function runJson(run: ShownRun): object {
  return { ...run, start: hex(run.start), end: hex(run.end) };
}
