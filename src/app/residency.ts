// `jtrace residency PID`: mappings, page tables, page cache and reads of one process, put together.

import { findBpftrace } from '../bpftrace/find.ts';
import { requireInitialPidNamespace } from '../bpftrace/machine.ts';
import { sweepLeftovers } from '../bpftrace/sweep.ts';
import { EXIT } from '../model/errors.ts';
import type { Residency, ResidencyRequest } from '../model/residency.ts';
import type { RunControl, Ui } from '../model/ui.ts';
import { dialectFor } from '../program/dialects.ts';
import { isBacked, mappingResidencies } from '../residency/mapping-residency.ts';
import { openAddressSpace } from '../target/pages/address-space.ts';
import { isNumaBalancing } from '../target/pages/numa-balancing.ts';
import { readSmaps } from '../target/pages/smaps.ts';
import { chooseTarget } from '../target/processes/choose-target.ts';
import { processLabel } from '../target/processes/process-label.ts';
import { checkReads, mayRead } from './check-reads.ts';
import { findDirectMap } from './direct-map.ts';
import { goneError, lookAtParent, lookOnce, lookProgram } from './look-at-pages.ts';
import { askPageCache } from './page-cache.ts';

export interface ResidencyUi extends Pick<Ui, 'message' | 'choose' | 'program'> {
  residency(residency: Residency): void;
}

/** Throws OperatorErrors. */
export async function runResidency(request: ResidencyRequest, ui: ResidencyUi, control: RunControl): Promise<number> {
  requireInitialPidNamespace();
  const bpftrace = await findBpftrace({ path: request.bpftracePath, searchPath: process.env['PATH'] });
  dialectFor(bpftrace.version);
  const choice = await chooseTarget(request.target);
  if (choice.kind === 'several') {
    ui.choose(choice);
    return EXIT.usage;
  }
  sweepLeftovers();
  const space = openAddressSpace(choice.process.pid);
  try {
    const map = await findDirectMap(bpftrace.path);
    const range = { start: 0, end: map.paging.userEnd };
    if (request.printProgram) {
      ui.program(lookProgram(bpftrace, map, space, range, null).text);
      return EXIT.ok;
    }
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
      label: processLabel(space.pid, choice.process.vm === 'none' ? null : choice.process)?.name ?? '',
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
  } finally {
    space.close();
  }
}
