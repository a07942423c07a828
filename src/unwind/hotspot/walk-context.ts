// What the steps of one Java walk share: the process, the stack, where frames go, and what was met on the way (java-walk.ts).

import type { Frame } from '../../model/frame.ts';
import type { Architecture } from '../arch/architecture.ts';
import type { StackWindow } from '../stack-window.ts';
import type { HotspotProcess } from './hotspot-process.ts';
import type { PhysicalFrame } from './physical-frame.ts';
import type { ReturnAddresses } from './return-addresses.ts';

export interface WalkContext {
  readonly process: HotspotProcess;
  readonly architecture: Architecture;
  readonly window: StackWindow;
  readonly returns: ReturnAddresses;
  readonly push: (frame: Frame, at: PhysicalFrame) => void;
  /** A blob that replaces frames is on the stack: what lies below it may be half built. */
  deoptimizing: boolean;
  /** Address of the newest ContinuationEntry that was met; null: none. */
  mounted: number | null;
}
