// Whether a word can be the return address of a frame, and the search for one where no rule leads to it (which is a guess, and
// marked as one).

import { USER_ADDRESS_END_OF } from '../../model/architecture.ts';
import { hex } from '../../model/units.ts';
import { type StackWindow, WalkStop } from '../stack-window.ts';
import { codeletAt } from './codelets.ts';
import { isReturnBarrier } from './continuations.ts';
import type { HotspotProcess } from './hotspot-process.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';

/** Slots searched for a return address where no rule holds; async-profiler searches 6 to 8. */
const MAX_SEARCHED_SLOTS = 16;
/** Codelets that compiled code and natives return to. */
const RETURN_CODELETS = ['return entry points', 'deoptimization entry points', 'result handlers'] as const;

export class ReturnAddresses {
  readonly #process: HotspotProcess;
  readonly #addressEnd: number;
  readonly #window: StackWindow;
  readonly #isNativeReturn: (pc: number) => boolean;

  /** `isNativeReturn`: whether native code has a call right before this address; the VM calls some stubs directly. */
  constructor(process: HotspotProcess, window: StackWindow, isNativeReturn: (pc: number) => boolean) {
    this.#process = process;
    this.#addressEnd = USER_ADDRESS_END_OF[process.code.architecture.name];
    this.#window = window;
    this.#isNativeReturn = isNativeReturn;
  }

  /** A caller found by rule is believed when its pc can be a return address; only a leaf's rule may be replaced by a search. */
  checked(frame: PhysicalFrame, caller: PhysicalFrame): PhysicalFrame {
    if (!frame.isLeaf || this.canReturnTo(caller.pc)) return caller;
    return this.searched(frame);
  }

  /**
   * The same for C1's stubs for exceptions: in a method any pc will do. They put the throwing pc into their return address, which
   * need not be behind a call, and then the handler's (Runtime1::generate_handle_exception, which makes forward_exception, too).
   */
  checkedIn(frame: PhysicalFrame, caller: PhysicalFrame): PhysicalFrame {
    const { code } = this.#process;
    const known = frame.isLeaf && code.covers(caller.pc) ? code.at(caller.pc) : null;
    const isInMethod = known?.blob.nmethod != null && caller.pc >= known.blob.codeBegin && caller.pc < known.blob.codeEnd;
    return isInMethod ? caller : this.checked(frame, caller);
  }

  /** The nearest slot above sp that holds a return address into the code cache: a guess, and marked as one. */
  searched(frame: PhysicalFrame): PhysicalFrame {
    // Counted, not compared: an sp of 2^63, which the target may well have, does not grow by 8 in a number.
    for (let i = 0; i < MAX_SEARCHED_SLOTS; i += 1) {
      const slot = frame.sp + 8 * i;
      const pc = this.#window.tryReturnAddress(slot);
      if (pc === null || !this.#process.code.covers(pc) || !this.canReturnTo(pc)) continue;
      this.#window.approximations.add('unvalidated-step');
      const saved = this.#window.tryWord(slot - 8);
      const fp = saved !== null && slot > frame.sp && this.#window.covers(saved) ? saved : frame.fp;
      return callerFrame(pc, slot + 8, fp);
    }
    throw new WalkStop('bad-frame', `no return address near ${hex(frame.sp)}`);
  }

  /** Whether `pc` is where a call in Java code returns to, proven by what HotSpot recorded there. */
  isJavaReturn(pc: number): boolean {
    if (!this.canReturnTo(pc)) return false;
    if (this.#isTrampoline(pc) || pc === this.#process.callStubReturn) return true;
    const known = this.#process.code.at(pc);
    if (known?.blob.kind === 'interpreter') {
      const description = codeletAt(this.#process.codelets, pc)?.description ?? '';
      return RETURN_CODELETS.some((name) => description.includes(name));
    }
    const { nmethod } = known?.blob ?? {};
    // Of StubRoutines Java code is called by the call stub, and returns to the barrier of thawed frames.
    if (known?.blob.kind === 'stub-routines') return isReturnBarrier(this.#process, known, pc);
    if (known === null || nmethod === null || nmethod === undefined) return true;
    if (nmethod.deoptHandlers.includes(pc)) return true;
    // Wrappers of native methods have no PcDescs. Java returns to one of them only: Continuation.enterSpecial.
    if (nmethod.isNative && pc === this.#process.enterSpecialReturn()) return true;
    const scopes = this.#process.code.scopesAt(known, pc);
    return scopes.kind === 'scopes' && scopes.exact;
  }

  #isTrampoline(pc: number): boolean {
    return this.#process.code.architecture.uretprobeTrampolines.includes(pc);
  }

  canReturnTo(pc: number): boolean {
    if (this.#isTrampoline(pc) || pc === this.#process.callStubReturn) return true;
    if (pc <= 0 || pc >= this.#addressEnd) return false;
    if (!this.#process.code.covers(pc)) return this.#isNativeReturn(pc);
    const known = this.#process.code.at(pc);
    if (known === null) return false;
    const { nmethod } = known.blob;
    if (nmethod?.deoptHandlers.includes(pc) === true) return true;
    // Return addresses into the interpreter are its return entry points, which no call precedes.
    if (known.blob.kind === 'interpreter' || this.#process.code.followsCall(pc)) return true;
    return known.blob.kind === 'stub-routines' && isReturnBarrier(this.#process, known, pc);
  }
}
