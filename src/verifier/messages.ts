// What the kernel's verifier says when it refuses a program (kernel/bpf/verifier.c, function `verbose`) → what it means, in
// which kernels, what to do. The first row that fits a line is its row: rows that say more stand before those that say less.
// Kernels are those in which the words are new; stable kernels take over changes, so a number is where to look, not a promise.

import { FLOW_MESSAGES } from './flow-messages.ts';
import { LOADING_MESSAGES } from './loading-messages.ts';
import { MEMORY_MESSAGES } from './memory-messages.ts';
import { VALUE_MESSAGES } from './value-messages.ts';
import type { VerifierMessage } from './verifier-message.ts';

export const VERIFIER_MESSAGES: readonly VerifierMessage[] = [
  ...FLOW_MESSAGES,
  ...MEMORY_MESSAGES,
  ...VALUE_MESSAGES,
  ...LOADING_MESSAGES,
];

export function messageOf(line: string): VerifierMessage | undefined {
  return VERIFIER_MESSAGES.find(({ pattern }) => pattern.test(line));
}
