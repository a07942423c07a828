// A process that cannot be read → a reader that answers as if it were gone.

import type { TargetReader } from '../model/target.ts';
import type { Pid } from '../model/units.ts';
import { hostArchitecture } from '../target/host-architecture.ts';

/** Its stacks are unfinished; kernel threads have none of their own. */
export function silentReader(pid: Pid): TargetReader & { close(): void } {
  return {
    pid,
    architecture: hostArchitecture(),
    read: () => false,
    maps: () => null,
    library: () => null,
    symbolAt: () => null,
    unwindRule: () => null,
    symbolNamed: () => null,
    tlsModuleSlot: () => null,
    tlsDescriptorSlot: () => null,
    threadComm: () => null,
    alive: () => false,
    close: () => undefined,
  };
}
