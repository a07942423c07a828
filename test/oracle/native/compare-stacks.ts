// jtrace's walk and gdb's of one stop → a verdict. Compared are the pcs of physical frames, one by one: equal pcs are equal functions,
// however each names them. Where they part, the reason decides whose it is, and only what is proven is put down to gdb.

import type { WalkedSample } from '../../../src/unwind/walk-target.ts';
import type { GdbStack } from './gdb.ts';

export type NativeVerdict =
  | { readonly kind: 'equal' }
  /** gdb says itself that it could not go on, and all it found is what jtrace found. */
  | { readonly kind: 'gdb-stopped'; readonly why: string }
  /** gdb went on by its guess at a prologue, out of code: what it calls a return address is in no code. */
  | { readonly kind: 'gdb-guessed'; readonly why: string }
  /** jtrace says that something is missing. */
  | { readonly kind: 'jtrace-unfinished'; readonly why: string }
  | { readonly kind: 'different'; readonly why: string };

const ENDED: ReadonlySet<string> = new Set(['FRAME_UNWIND_NO_REASON', 'FRAME_UNWIND_OUTERMOST']);
const hex = (pc: number | undefined): string => (pc === undefined ? 'nothing' : `0x${pc.toString(16)}`);

/** `isCode`: whether an address lies in executable memory of the stopped process. */
export function compareStacks(walked: WalkedSample, gdb: GdbStack, isCode: (pc: number) => boolean): NativeVerdict {
  const ours = walked.traces.flatMap((trace, i) => (trace === null || walked.stack.frames[i]?.marker !== null ? [] : [trace.pc]));
  const theirs: number[] = gdb.frames.map(({ pc }) => pc);
  let same = 0;
  while (same < ours.length && ours[same] === theirs[same]) same += 1;
  const { outcome } = walked.stack;
  const isWhole = outcome.kind !== 'unfinished' && !walked.stack.frames.some(({ marker }) => marker !== null);
  const where = `after ${String(same)} equal frames jtrace has ${hex(ours[same])}, gdb ${hex(theirs[same])} (${gdb.frames[same]?.name ?? gdb.end})`;
  if (same === ours.length && same === theirs.length && isWhole) return { kind: 'equal' };
  if (same === theirs.length && !ENDED.has(gdb.end)) return { kind: 'gdb-stopped', why: gdb.end };
  // A return address of 0, as gdb shows it behind the first function of a thread.
  const extra = theirs[same];
  if (isWhole && same === ours.length && extra !== undefined && !isCode(extra)) return { kind: 'gdb-guessed', why: where };
  if (!isWhole) {
    const reason = outcome.kind === 'unfinished' ? `${outcome.reason}: ${outcome.detail}` : 'a gap';
    return { kind: 'jtrace-unfinished', why: `${reason}; ${where}` };
  }
  return { kind: 'different', why: where };
}
