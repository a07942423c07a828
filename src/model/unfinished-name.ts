// The name of the frame that a stack of unknown rest ends in: it tells the reason, so that the picture counts it.

import type { UnfinishedReason } from './frame.ts';

export function unfinishedName(reason: UnfinishedReason): string {
  return reason === 'target-exited' ? '[target exited]' : `[unfinished: ${reason}]`;
}
