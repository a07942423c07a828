// The caller of a leaf in StubRoutines whose stub has no name, in a libjvm without .symtab: nothing tells where such a stub begins, but
// the call that led to it does. A word on the stack is its return address if the call before it goes into the stub's blob, and if what
// stands there (enter or not) agrees with where the word was found. Stubs jump to each other (a copy whose ranges do not overlap),
// before they have pushed anything or with their frame in place, so pc may be anywhere in the blob. Only where calls push their return
// address: what a leaf has in its link register needs no search.

import { USER_ADDRESS_END } from '../../model/units.ts';
import type { StackWindow } from '../stack-window.ts';
import type { CodeIndex, KnownBlob } from './code-index.ts';
import { enteredState } from './leaf-state.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';

/** Words that a stub without enter may have pushed: adapters and string stubs save at most all registers. */
const MAX_PUSHED_WORDS = 16;

/** null: no such call in reach. Throws MemoryFault and, for a stack that was not copied, WalkStop. */
export function callerOfStub(
  index: CodeIndex,
  window: StackWindow,
  known: KnownBlob,
  frame: PhysicalFrame,
): PhysicalFrame | null {
  if (!index.architecture.calls.pushReturnAddress) return null;
  const { pc, sp, fp } = frame;
  // By frame pointer first: below it lie the stub's own words, among them what its caller left.
  if (fp >= sp && window.covers(fp)) {
    const entry = entryOfCall(index, window, known, fp + 8);
    if (entry !== null && enteredState(index, entry, pc)?.kind === 'frame-pointer')
      return callerFrame(window.word(fp + 8), fp + 16, window.word(fp));
  }
  for (let pushed = 0; pushed < MAX_PUSHED_WORDS; pushed += 1) {
    const slot = sp + 8 * pushed;
    const entry = entryOfCall(index, window, known, slot);
    if (entry === null) continue;
    const entered = enteredState(index, entry, pc);
    if (entered === null) return callerFrame(window.word(slot), slot + 8, fp);
    if (entered.kind === 'partial' && entered.returnAt === 8 * pushed)
      return callerFrame(window.word(slot), slot + 8, entered.savedFpAt === null ? fp : window.word(sp + entered.savedFpAt));
  }
  return null;
}

/** Where the call goes whose return address `slot` holds; null: it holds none, or that of a call to somewhere else. */
function entryOfCall(index: CodeIndex, window: StackWindow, known: KnownBlob, slot: number): number | null {
  const returnAddress = window.tryWord(slot);
  if (returnAddress === null || returnAddress <= 0 || returnAddress >= USER_ADDRESS_END || !index.covers(returnAddress))
    return null;
  const target = index.callTarget(returnAddress);
  return target !== null && target >= known.blob.codeBegin && target < known.blob.codeEnd ? target : null;
}
