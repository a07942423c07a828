// What the walk of one sample is given and what comes of it.

import type { FrameTrace, ResolvedStack, UnfinishedReason } from '../model/frame.ts';
import type { HotspotProcess } from './hotspot/hotspot-process.ts';
import type { NativeCode } from './native/native-code.ts';

export interface WalkTarget {
  /** null: no JVM (not attached, or none there). */
  readonly hotspot: HotspotProcess | null;
  /** Why there is no `hotspot` although there should be; null: the process is no JVM, native frames are all there is. */
  readonly notReady: { readonly reason: UnfinishedReason; readonly detail: string } | null;
  readonly native: NativeCode;
  /** Reads stack pages again; null: forbidden. */
  readonly reread: { read(address: number, into: Uint8Array): boolean } | null;
  readonly alive: () => boolean;
}

export interface WalkedSample {
  readonly stack: ResolvedStack;
  /** One per frame of `stack.frames`, kernel frames excepted (null). */
  readonly traces: readonly (FrameTrace | null)[];
  /** The Continuation (an oop of the tick) of the virtual thread that was mounted; null: none was. */
  readonly continuation: number | null;
}
