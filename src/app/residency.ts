// `jtrace residency PID`: mappings, page tables, page cache and reads of one process, put together.

import { EXIT } from '../model/errors.ts';
import type { Residency, ResidencyRequest } from '../model/residency.ts';
import type { RunControl, Ui } from '../model/ui.ts';
import { isBacked, mappingResidencies } from '../residency/mapping-residency.ts';
import { isNumaBalancing } from '../target/pages/numa-balancing.ts';
import { readSmaps } from '../target/pages/smaps.ts';
import { checkReads, mayRead } from './check-reads.ts';
import type { DirectMap } from './direct-map.ts';
import { goneError, lookAtParent, type LookedRange, lookOnce } from './look-at-pages.ts';
import type { LookedProcess } from './looked-process.ts';
import { onLookedProcess } from './on-looked-process.ts';
import { askPageCache } from './page-cache.ts';

export interface ResidencyUi extends Pick<Ui, 'message' | 'choose' | 'program'> {
  residency(residency: Residency): void;
}

/** Throws OperatorErrors. */
export function runResidency(request: ResidencyRequest, ui: ResidencyUi, control: RunControl): Promise<number> {
  const all = (map: DirectMap): LookedRange => ({ start: 0, end: map.paging.userEnd });
  return onLookedProcess(
    request,
    ui,
    (map) => ({ range: all(map), intervalMs: null }),
    (looked) => lookAtAll(request, all(looked.map), looked, ui, control),
  );
}

async function lookAtAll(
  request: ResidencyRequest,
  range: LookedRange,
  { bpftrace, map, space, label }: LookedProcess,
  ui: ResidencyUi,
  control: RunControl,
): Promise<number> {
  const isChecked = request.checksReads && (await mayRead(bpftrace, ui, request.acceptFreezeRisk));
  // The vsyscall page is the kernel's, in every process.
  const mappings = readSmaps(space.pid)?.filter(({ mapping }) => mapping.end <= map.paging.userEnd) ?? [];
  if (mappings.length === 0) throw goneError(space.pid);
  const look = await lookOnce(bpftrace, map, space, range, control.stop);
  const parent = space.isForkChild ? await lookAtParent(bpftrace, map, space, range, control.stop) : null;
  const backed = mappings.filter((pages) => isBacked(pages) && !pages.flags.includes('ht')).map(({ mapping }) => mapping);
  const cache = await askPageCache(bpftrace, space.pid, backed, control.stop);
  const check = isChecked
    ? await checkReads(
        bpftrace,
        map,
        space,
        look,
        mappings.map(({ mapping }) => mapping),
        ui,
      )
    : null;
  const isBalancing = isNumaBalancing();
  const around = {
    runs: look.runs,
    cache: cache.runs,
    parent: parent ?? [],
    isForkChild: space.isForkChild,
    isNumaBalancing: isBalancing,
  };
  ui.residency({
    pid: space.pid,
    label,
    mappings: mappingResidencies(mappings, around),
    lookMs: (look.endNs - look.beginNs) / 1e6,
    entries: look.steps,
    isForkChild: space.isForkChild,
    isNumaBalancing: isBalancing,
    unopenedFiles: cache.unopened,
    unansweredFiles: cache.unanswered,
    isParentKnown: parent !== null,
    check,
  });
  const isWhole = cache.unanswered === 0 && !control.stop.aborted && (check === null ? !isChecked : check.contradicted === 0);
  return isWhole ? EXIT.ok : EXIT.incomplete;
}
