// What every step of the walk from bytes uses.

import type { ThreadFacts } from './debugger-facts.ts';
import { hexAddress } from './hex-address.ts';
import type { Attachment } from './jhsdb.ts';
import { Unproved } from './leave-by-code.ts';
import type { StoppedMemory } from './stopped-process.ts';
import type { TruthFrames } from './truth-frames.ts';

export interface WalkContext {
  readonly at: Attachment;
  readonly memory: StoppedMemory;
  readonly thread: ThreadFacts;
  readonly frames: TruthFrames;
  readonly evidence: string[];
}

/** A word of the target's memory. */
export function stackWord({ memory }: Pick<WalkContext, 'memory'>, address: number): number {
  const value = memory.word(address);
  if (value === null) throw new Unproved(`stack word ${hexAddress(address)} is not readable`);
  return value;
}
