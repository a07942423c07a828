// `jtrace residency PID --addr`: one range page by page, once or over time.

import { EXIT, OperatorError } from '../model/errors.ts';
import type { PageRangeRequest } from '../model/page-range.ts';
import type { Mapping } from '../model/target.ts';
import type { RunControl } from '../model/ui.ts';
import { hex, type Pid } from '../model/units.ts';
import { isBacked } from '../residency/mapping-residency.ts';
import { type RangeFacts, shownRange } from '../residency/shown-range.ts';
import { isNumaBalancing } from '../target/pages/numa-balancing.ts';
import { readMappings } from '../target/pages/read-mappings.ts';
import { checkReads, mayRead } from './check-reads.ts';
import { goneError, lookAtParent, lookOnce } from './look-at-pages.ts';
import { askPageCache } from './page-cache.ts';
import type { LookedProcess, PageRangeUi } from './looked-process.ts';
import { onLookedProcess } from './on-looked-process.ts';
import { watchPages } from './page-watch.ts';

/** Throws OperatorErrors. */
export function runPageRange(request: PageRangeRequest, ui: PageRangeUi, control: RunControl): Promise<number> {
  const { watch } = request;
  const looks = { range: request, intervalMs: watch?.intervalMs ?? null };
  return onLookedProcess(
    request,
    ui,
    () => looks,
    (looked) => {
      const mappings = mappingsWithin(looked.space.pid, request);
      return watch === null
        ? lookAtRange(request, mappings, looked, ui, control)
        : watchPages(request, watch, looked, ui, control);
    },
  );
}

async function lookAtRange(
  request: PageRangeRequest,
  mappings: readonly Mapping[],
  { bpftrace, map, space, label }: LookedProcess,
  ui: PageRangeUi,
  control: RunControl,
): Promise<number> {
  const isChecked = request.checksReads && (await mayRead(bpftrace, ui, request.acceptFreezeRisk));
  const look = await lookOnce(bpftrace, map, space, request, control.stop);
  const parent = space.isForkChild ? await lookAtParent(bpftrace, map, space, request, control.stop) : null;
  const backed = mappings.filter((mapping) => isBacked({ mapping }));
  const cache = await askPageCache(bpftrace, space.pid, backed, control.stop);
  if (cache.unopened + cache.unanswered > 0) ui.message('note', 'what of the file is in memory could not be asked');
  const check = isChecked ? await checkReads(bpftrace, map, space, look, mappings, ui) : null;
  const { start, end } = request;
  const facts: RangeFacts = {
    start,
    end,
    mappings,
    cache: cache.runs,
    parent: parent ?? [],
    isForkChild: space.isForkChild,
    isNumaBalancing: isNumaBalancing(),
  };
  ui.range({ pid: space.pid, label, look: shownRange(look.runs, 0, facts), mappings, check });
  const isWhole = cache.unanswered === 0 && !control.stop.aborted && (check === null ? !isChecked : check.contradicted === 0);
  return isWhole ? EXIT.ok : EXIT.incomplete;
}

/** Throws an OperatorError when none holds a byte of the range. */
function mappingsWithin(pid: Pid, { start, end }: PageRangeRequest): readonly Mapping[] {
  const all = readMappings(pid);
  if (all === null) throw goneError(pid);
  const within = all.filter((mapping) => mapping.end > start && mapping.start < end);
  if (within.length > 0) return within;
  const next = all.find((mapping) => mapping.start >= end);
  const hint =
    next === undefined ? `/proc/${String(pid)}/maps has the mappings` : `the next mapping begins at ${hex(next.start)}`;
  throw new OperatorError('usage', `process ${String(pid)} has nothing mapped at ${hex(start)}`, hint);
}
