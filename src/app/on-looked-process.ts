// A request for the pages of a process → that process, found and held by its memory, with what its page tables are walked by.

import { findBpftrace } from '../bpftrace/find.ts';
import { requireInitialPidNamespace } from '../bpftrace/machine.ts';
import { sweepLeftovers } from '../bpftrace/sweep.ts';
import { EXIT } from '../model/errors.ts';
import type { ResidencyRequest } from '../model/residency.ts';
import type { Ui } from '../model/ui.ts';
import { dialectFor } from '../program/dialects.ts';
import { openAddressSpace } from '../target/pages/address-space.ts';
import { chooseTarget } from '../target/processes/choose-target.ts';
import { processLabel } from '../target/processes/process-label.ts';
import { type DirectMap, findDirectMap } from './direct-map.ts';
import { type LookedRange, lookProgram } from './look-at-pages.ts';
import type { LookedProcess } from './looked-process.ts';

/** What is looked at, and how often; `intervalMs` null: once. */
export interface Looks {
  readonly range: LookedRange;
  readonly intervalMs: number | null;
}

/** The exit code of `use`; where the operator has to choose, or asked for the program, it is not called. Throws OperatorErrors. */
export async function onLookedProcess(
  request: Pick<ResidencyRequest, 'target' | 'bpftracePath' | 'printProgram'>,
  ui: Pick<Ui, 'choose' | 'program'>,
  looksOf: (map: DirectMap) => Looks,
  use: (looked: LookedProcess) => Promise<number>,
): Promise<number> {
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
    if (request.printProgram) {
      const { range, intervalMs } = looksOf(map);
      ui.program(lookProgram(bpftrace, map, space, range, intervalMs).text);
      return EXIT.ok;
    }
    const label = processLabel(space.pid, choice.process.vm === 'none' ? null : choice.process)?.name ?? '';
    return await use({ bpftrace, map, space, label });
  } finally {
    space.close();
  }
}
