// Walks the frames HotSpot generated code for, from a pc in the code cache to the entry frame that Java was called through:
// interpreter, compiled (with inlined frames), stubs, native wrappers. Stops at the entry frame, and says what the anchor there
// tells. Leaves out native frames (native/), and what joins the segments (sample-walk.ts).
// Sources: hotspot/cpu/{x86,aarch64}/frame_*.inline.hpp (sender_for_compiled_frame, sender_for_interpreter_frame, sender_for_entry_frame).
//
// Limits: the frames of a deoptimization under way are not taken apart; adapters' few instructions between moving the return
// address and pushing it again are guessed (approximate).

import type { Frame, FrameTrace } from '../../model/frame.ts';
import { linkOf, registerByNumber, type Registers } from '../../model/registers.ts';
import { USER_ADDRESS_END_OF } from '../../model/architecture.ts';
import { type Address, PAGE_BYTES } from '../../model/units.ts';
import type { Architecture } from '../arch/architecture.ts';
import { type FrameState, type StubState, WHOLE } from '../arch/code-bytes.ts';
import { URETPROBE_TRAMPOLINE } from '../limits.ts';
import { frozenFrame } from '../marker-frames.ts';
import { type StackWindow, WalkStop } from '../stack-window.ts';
import { callerOfStub } from './called-stub.ts';
import type { KnownBlob } from './code-index.ts';
import { codeletAt, isMethodEntry } from './codelets.ts';
import { ENTER_SPECIAL, findContinuationEntry, isContinuationBlob, isReturnBarrier, isThawEntry } from './continuations.ts';
import { isInEntryFrame } from './entry-frame.ts';
import type { HotspotProcess } from './hotspot-process.ts';
import type { InterpreterState } from './interpreter-state.ts';
import { compiledFrames, interpretedFrame, stubFrame, unresolvedFrame } from './java-frames.ts';
import {
  compiledLeafState,
  forwardingState,
  framelessStubState,
  runtimeStubLeafState,
  stubRoutineEndState,
  stubRoutineLeafState,
} from './leaf-state.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';

/** How a run of Java frames ended. */
export type JavaEnd =
  /**
   * At the call stub. `anchor`: the Java frames below it, null when there are none (the end of the Java stack). `native`: the
   * C++ frame that called Java.
   */
  | { readonly kind: 'entry'; readonly anchor: PhysicalFrame | null; readonly native: PhysicalFrame }
  /** A return address outside the code cache: native code called Java code without the call stub, or a chain went wrong. */
  | { readonly kind: 'native'; readonly frame: PhysicalFrame };

export interface WalkSink {
  push(frame: Frame, trace: FrameTrace): void;
}

/** Of an adapter's code this much is looked at: a method of 255 arguments has 4 KB of moves; the longest move of the return address has 16. */
const MAX_ADAPTER_BYTES = 8192;
const ADAPTER_BYTES_BEHIND = 24;
/** Slots searched for a return address where no rule holds; async-profiler searches 6 to 8. */
const MAX_SEARCHED_SLOTS = 16;
/**
 * Words that code inside a whole frame may have pushed below it: string intrinsics save a count (string_compare: 1) or copy the
 * ends of short strings (string_indexof: at most 4 and the old sp); JDK 8's sin, pow and others save all registers, 16 words and 32 or 64 of
 * vectors, and some, over a call of a C function. hotspot/cpu/x86/macroAssembler_x86.cpp.
 */
const MAX_PUSHED_WORDS = 96;
/**
 * nmethod_entry_barrier keeps a word for the new sp of a deoptimization between the return address and rbp. Until it is used, all its bits are
 * set, which as a number is this (hotspot/cpu/x86/stubGenerator_x86_64.cpp, generate_method_entry_barrier).
 */
const ENTRY_BARRIER_COOKIE = 2 ** 64;
/** Codelets that compiled code and natives return to. */
const RETURN_CODELETS = ['return entry points', 'deoptimization entry points', 'result handlers'] as const;

/** They take compiled frames off the stack and put interpreted ones on it (hotspot/cpu/x86/sharedRuntime_x86_64.cpp). */
const DEOPTIMIZING_BLOBS: ReadonlySet<string> = new Set(['DeoptimizationBlob', 'UncommonTrapBlob']);

const hex = (value: number): string => `0x${value.toString(16)}`;

/** The bytecode pointer of an interpreter frame that called a C++ routine directly: such calls do not save it in the frame (call_VM_leaf). */
function liveBcp({ registers }: PhysicalFrame, architecture: Architecture): number | null {
  const bcp = registers?.[architecture.registers.bytecodePointer] ?? NaN;
  return Number.isNaN(bcp) ? null : bcp;
}

export class JavaWalk {
  readonly #process: HotspotProcess;
  readonly #architecture: Architecture;
  readonly #window: StackWindow;
  readonly #sink: WalkSink;
  readonly #isNativeReturn: (pc: number) => boolean;
  #steps = 0;
  /** A blob that replaces frames is on the stack: what lies below it may be half built. */
  #deoptimizing = false;

  #mounted: number | null = null;

  /** Address of the newest ContinuationEntry that was met: what is above it on the stack runs in a continuation; null: none. */
  get mounted(): number | null {
    return this.#mounted;
  }

  /** `isNativeReturn`: whether native code has a call right before this address; the VM calls some stubs directly. */
  constructor(process: HotspotProcess, window: StackWindow, sink: WalkSink, isNativeReturn: (pc: number) => boolean) {
    this.#process = process;
    this.#architecture = process.code.architecture;
    this.#window = window;
    this.#sink = sink;
    this.#isNativeReturn = isNativeReturn;
  }

  /** Walks from `start`, whose pc is in the code cache. `registers` are given for a leaf. Throws WalkStop and MemoryFault. */
  run(start: PhysicalFrame, registers: Registers | null): JavaEnd {
    try {
      const end = this.#walk(start, registers);
      if (end.kind === 'native' && this.#deoptimizing) throw new WalkStop('bad-frame', `return to ${hex(end.frame.pc)}`);
      return end;
    } catch (error) {
      if (this.#deoptimizing && error instanceof WalkStop && (error.reason === 'bad-frame' || error.reason === 'no-progress'))
        throw new WalkStop('deoptimizing', error.detail);
      throw error;
    }
  }

  #walk(start: PhysicalFrame, registers: Registers | null): JavaEnd {
    let frame = start;
    for (;;) {
      this.#steps += 1;
      if (this.#steps > this.#window.maxFrames) throw new WalkStop('too-deep', `${String(this.#window.maxFrames)} frames`);
      if (frame.pc === URETPROBE_TRAMPOLINE) throw new WalkStop('return-hijacked', 'a uretprobe stands in a return address');
      if (!this.#process.code.covers(frame.pc)) return { kind: 'native', frame };
      if (frame.pc === this.#process.callStubReturn) {
        // The tick hit the call stub itself, right after Java returned to it: nothing else would stand for this sample.
        if (frame.isLeaf) this.#push(stubFrame(this.#process.stubs.at(frame.pc)?.description ?? 'call_stub', ''), frame);
        return this.#entry(frame);
      }
      const known = this.#process.code.at(frame.pc);
      if (known === null) throw new WalkStop('code-changed', `no code at ${hex(frame.pc)} any more`);
      const stub = frame.isLeaf ? this.#process.stubs.at(frame.pc) : null;
      if (stub !== null && isInEntryFrame(this.#process.code, stub, this.#process.callStubReturn, frame)) {
        this.#push(stubFrame(stub.description, known.blob.name), frame);
        return this.#entry(frame);
      }
      const next = this.#step(known, frame, frame.isLeaf ? registers : null);
      // A leaf that tore its frame down can leave sp where it was only if it had none: its caller's sp is above all the same.
      if (next.sp <= frame.sp && !(frame.isLeaf && next.sp === frame.sp)) throw new WalkStop('no-progress', `sp ${hex(next.sp)}`);
      frame = next;
    }
  }

  #step(known: KnownBlob, frame: PhysicalFrame, registers: Registers | null): PhysicalFrame {
    switch (known.blob.kind) {
      case 'interpreter':
        return this.#interpreted(known, frame, registers);
      case 'nmethod':
        return this.#compiled(known, frame, registers);
      case 'runtime-stub':
        this.#deoptimizing ||= DEOPTIMIZING_BLOBS.has(known.blob.name);
        return this.#stub(known, frame, this.#runtimeStubState(known, frame), registers);
      case 'stub-routines':
        if (isContinuationBlob(known)) return this.#continuationStub(known, frame, registers);
        return this.#unnamedStub(known, frame) ?? this.#stub(known, frame, this.#stubRoutineState(known, frame), registers);
      case 'vtable-stub':
        return this.#stub(known, frame, this.#architecture.frames.unbuilt, registers);
      case 'adapter':
        return (
          this.#adapter(known, frame, registers) ??
          this.#stub(known, frame, framelessStubState(this.#process.code, known, frame), registers)
        );
      default:
        return known.blob.kind satisfies never;
    }
  }

  #runtimeStubState(known: KnownBlob, { pc, isLeaf }: PhysicalFrame): StubState {
    return isLeaf ? runtimeStubLeafState(this.#process.code, known, pc) : WHOLE;
  }

  /** A leaf in a stub whose extent is not known, by the call that led to it; null: it is known, ending, or none of these. */
  #unnamedStub(known: KnownBlob, frame: PhysicalFrame): PhysicalFrame | null {
    const { code, stubs } = this.#process;
    if (!frame.isLeaf || stubs.at(frame.pc) !== null || stubRoutineEndState(code, known, frame.pc) !== null) return null;
    const caller = callerOfStub(code, this.#window, known, frame);
    if (caller !== null) this.#push(stubFrame(known.blob.name, known.blob.name), frame);
    return caller;
  }

  /** Code returns into a StubRoutine only where it keeps a frame pointer over a call. */
  #stubRoutineState(known: KnownBlob, frame: PhysicalFrame): StubState {
    const { code, stubs } = this.#process;
    const { pc, isLeaf } = frame;
    const stub = stubs.at(pc);
    const forwarding = stub === null ? null : forwardingState(code, stub, frame);
    if (forwarding !== null) return forwarding;
    return isLeaf ? stubRoutineLeafState(code, known, stubs, pc) : { kind: 'frame-pointer' };
  }

  #interpreted(known: KnownBlob, frame: PhysicalFrame, registers: Registers | null): PhysicalFrame {
    const { codelets, code } = this.#process;
    const { wholeFrame, leafState } = this.#architecture.interpreter;
    const codelet = codeletAt(codelets, frame.pc);
    let state: InterpreterState;
    if (registers === null || codelet === null) {
      if (!this.#window.covers(frame.fp) || frame.fp < frame.sp)
        throw new WalkStop('bad-frame', `interpreter frame at ${hex(frame.fp)}`);
      state = wholeFrame(this.#window, frame, liveBcp(frame, this.#architecture));
    } else {
      const bytes = isMethodEntry(codelet) ? code.code(codelet.start, codelet.end) : code.codeAround(known.blob, frame.pc);
      state = leafState(this.#window, registers, codelet, bytes);
    }
    if (state.kind === 'left') this.#push(stubFrame(codelet?.description ?? 'interpreter', known.blob.name), frame);
    else {
      const bcps = state.kind === 'frame' ? state.bcps : [];
      const java = interpretedFrame(this.#process.methods, state.method, bcps);
      if (java === null && !this.#isOfGoneMethod(state))
        throw new WalkStop('bad-frame', `no method in the interpreter frame at ${hex(frame.fp)}`);
      this.#push(java ?? unresolvedFrame('method'), frame);
    }
    const { caller } = state;
    if (state.kind !== 'entering' || state.bySenderSp === null || this.#canReturnTo(caller.pc))
      return this.#checked(frame, caller);
    return this.#checked(frame, this.#isJavaReturn(state.bySenderSp.pc) ? state.bySenderSp : caller);
  }

  /**
   * Its class was unloaded between tick and look-up: everything else of the frame is as it should be, and its caller can be one. Not while
   * frames are being rebuilt, when words of the new ones are not there yet.
   */
  #isOfGoneMethod({ kind, caller, ...state }: InterpreterState): boolean {
    const method = 'method' in state ? state.method : 0;
    if (method >= USER_ADDRESS_END_OF[this.#architecture.name]) return false;
    if (this.#deoptimizing || kind !== 'frame' || method % 8 !== 0 || method < PAGE_BYTES) return false;
    return caller.sp > 0 && this.#canReturnTo(caller.pc);
  }

  #compiled(known: KnownBlob, frame: PhysicalFrame, registers: Registers | null): PhysicalFrame {
    const { blob } = known;
    const { nmethod } = blob;
    if (nmethod === null) throw new WalkStop('bad-frame', 'nmethod without header');
    let { pc } = frame;
    if (!frame.isLeaf && nmethod.deoptHandlers.includes(pc)) {
      // nmethod::orig_pc_addr: where deoptimization keeps the pc that it replaced by its handler's.
      pc = this.#window.word(frame.sp + nmethod.origPcOffset);
      if (pc < blob.codeBegin || pc >= blob.codeEnd) throw new WalkStop('bad-frame', 'original pc outside its method');
    }
    const state = frame.isLeaf ? compiledLeafState(this.#process.code, known, pc) : ({ kind: 'whole' } as const);
    const frames = compiledFrames(this.#process, known, pc, frame.isLeaf, state.kind === 'whole');
    for (const java of frames) this.#push(java, frame);
    if (nmethod.isNative && state.kind === 'whole' && frames[0]?.name === ENTER_SPECIAL) this.#mounted ??= frame.sp;
    if (state.kind !== 'whole') return this.#unbuilt(frame, state, registers);
    const pushed = frame.isLeaf ? 0 : this.#process.code.pushedForCall(blob, pc);
    return this.#ofFrameSize(frame, blob.frameSizeBytes + pushed);
  }

  /** The caller of a leaf whose frame is being built or is gone. */
  #unbuilt(
    frame: PhysicalFrame,
    state: Exclude<FrameState, { readonly kind: 'whole' }>,
    registers: Registers | null,
  ): PhysicalFrame {
    const at = this.#window;
    if (state.kind === 'popped') {
      if (registers === null) throw new WalkStop('bad-frame', 'a caller cannot be between pop and jump');
      return this.#checked(frame, callerFrame(registerByNumber(registers, state.returnRegister), frame.sp, frame.fp));
    }
    if (state.kind === 'linked') {
      if (registers === null) throw new WalkStop('bad-frame', 'a caller keeps no return address in a register');
      const sp = state.spRegister === null ? frame.sp + state.spOffset : registerByNumber(registers, state.spRegister);
      return this.#checked(frame, callerFrame(linkOf(registers) ?? 0, sp, frame.fp));
    }
    const fp = state.savedFpAt === null ? frame.fp : at.word(frame.sp + state.savedFpAt);
    return this.#checked(frame, callerFrame(at.returnAddress(frame.sp + state.returnAt), frame.sp + state.returnAt + 8, fp));
  }

  #stub(known: KnownBlob, frame: PhysicalFrame, state: StubState, registers: Registers | null): PhysicalFrame {
    const { blob } = known;
    this.#push(stubFrame(this.#process.stubs.at(frame.pc)?.description ?? blob.name, blob.name), frame);
    const at = this.#window;
    switch (state.kind) {
      case 'frame-pointer': {
        if (!at.covers(frame.fp) || frame.fp < frame.sp) return this.#searched(frame);
        const returnAt = frame.fp + (at.word(frame.fp + 8) === ENTRY_BARRIER_COOKIE ? 16 : 8);
        return this.#checked(frame, callerFrame(at.returnAddress(returnAt), returnAt + 8, at.word(frame.fp)));
      }
      case 'partial':
      case 'popped':
      case 'linked':
        return this.#unbuilt(frame, state, registers);
      case 'whole':
        return blob.frameSizeBytes > 0 ? this.#ofFrameSize(frame, blob.frameSizeBytes) : this.#searched(frame);
      default:
        return state satisfies never;
    }
  }

  /**
   * The caller of a frame whose size is known. A leaf, and a frame that called a C function without telling the VM, may have words pushed
   * below it: the return address is in the first slot, from where it belongs upwards, that holds one. Slots passed over are the frame's
   * own (spills, the saved rbp), which hold none, and what is found is proven by its PcDesc: this is a rule, not a guess.
   */
  #ofFrameSize(frame: PhysicalFrame, frameSizeBytes: number): PhysicalFrame {
    const at = this.#window;
    const mayHavePushed = frame.isLeaf || !this.#isJavaReturn(frame.pc);
    const pushedWords = mayHavePushed ? MAX_PUSHED_WORDS : 0;
    for (let pushed = 0; pushed <= pushedWords; pushed += 1) {
      const senderSp = frame.sp + frameSizeBytes + 8 * pushed;
      const pc = at.returnAddress(senderSp - 8);
      if (mayHavePushed && !this.#isJavaReturn(pc)) continue;
      return callerFrame(pc, senderSp, at.word(senderSp - 16));
    }
    throw new WalkStop('bad-frame', `no return address at the frame's end, ${hex(frame.sp + frameSizeBytes - 8)}`);
  }

  /** A leaf in an I2C/C2I adapter that has moved the return address; null: it is where every other stub has it. */
  #adapter({ blob }: KnownBlob, frame: PhysicalFrame, registers: Registers | null): PhysicalFrame | null {
    if (registers === null) return null;
    const end = Math.min(blob.codeEnd, frame.pc + ADAPTER_BYTES_BEHIND);
    const code = this.#process.code.code(Math.max(blob.codeBegin, frame.pc - MAX_ADAPTER_BYTES), end);
    const caller = this.#architecture.stubs.adapterCaller(code, this.#window, registers);
    if (caller === null || !this.#canReturnTo(caller.pc)) return null;
    this.#push(stubFrame(blob.name, blob.name), frame);
    return caller;
  }

  /** In a stub that freezes or thaws, or returning to the barrier: over the frozen frames to what called enterSpecial. */
  #continuationStub(known: KnownBlob, frame: PhysicalFrame, registers: Registers | null): PhysicalFrame {
    const process = this.#process;
    if (frame.isLeaf) {
      const state = isThawEntry(process, known, frame.pc)
        ? this.#architecture.frames.unbuilt
        : stubRoutineEndState(process.code, known, frame.pc);
      if (state !== null) return this.#stub(known, frame, state, registers);
    }
    if (frame.isLeaf || !isReturnBarrier(process, known, frame.pc))
      this.#push(stubFrame(process.stubs.at(frame.pc)?.description ?? known.blob.name, known.blob.name), frame);
    const entry = findContinuationEntry(process, this.#window, frame);
    if (entry === null) throw new WalkStop('bad-frame', `no continuation entry above ${hex(frame.sp)}`);
    if (!entry.isExact) this.#window.approximations.add('unvalidated-step');
    this.#push(frozenFrame(), frame);
    this.#mounted ??= entry.address;
    const pc = process.enterSpecialReturn();
    const enterSpecial = pc === null ? null : process.code.at(pc);
    const at = callerFrame(pc ?? frame.pc, entry.address, entry.fp);
    const frames = enterSpecial === null || pc === null ? [] : compiledFrames(process, enterSpecial, pc, false, true);
    for (const java of frames) this.#push(java, at);
    return entry.caller;
  }

  /** A caller found by rule is believed when its pc can be a return address; only a leaf's rule may be replaced by a search. */
  #checked(frame: PhysicalFrame, caller: PhysicalFrame): PhysicalFrame {
    if (!frame.isLeaf || this.#canReturnTo(caller.pc)) return caller;
    return this.#searched(frame);
  }

  /** The nearest slot above sp that holds a return address into the code cache: a guess, and marked as one. */
  #searched(frame: PhysicalFrame): PhysicalFrame {
    // Counted, not compared: an sp of 2^63, which the target may well have, does not grow by 8 in a number.
    for (let i = 0; i < MAX_SEARCHED_SLOTS; i += 1) {
      const slot = frame.sp + 8 * i;
      const pc = this.#window.tryReturnAddress(slot);
      if (pc === null || !this.#process.code.covers(pc) || !this.#canReturnTo(pc)) continue;
      this.#window.approximations.add('unvalidated-step');
      const saved = this.#window.tryWord(slot - 8);
      const fp = saved !== null && slot > frame.sp && this.#window.covers(saved) ? saved : frame.fp;
      return callerFrame(pc, slot + 8, fp);
    }
    throw new WalkStop('bad-frame', `no return address near ${hex(frame.sp)}`);
  }

  /** Whether `pc` is where a call in Java code returns to, proven by what HotSpot recorded there. */
  #isJavaReturn(pc: number): boolean {
    if (!this.#canReturnTo(pc)) return false;
    if (pc === URETPROBE_TRAMPOLINE || pc === this.#process.callStubReturn) return true;
    const known = this.#process.code.at(pc);
    if (known?.blob.kind === 'interpreter') {
      const description = codeletAt(this.#process.codelets, pc)?.description ?? '';
      return RETURN_CODELETS.some((name) => description.includes(name));
    }
    const { nmethod } = known?.blob ?? {};
    if (known === null || nmethod === null || nmethod === undefined) return true;
    if (nmethod.deoptHandlers.includes(pc)) return true;
    const scopes = this.#process.code.scopesAt(known, pc);
    return scopes.kind === 'scopes' && scopes.exact;
  }

  #canReturnTo(pc: number): boolean {
    if (pc === URETPROBE_TRAMPOLINE || pc === this.#process.callStubReturn) return true;
    if (pc <= 0 || pc >= USER_ADDRESS_END_OF[this.#architecture.name]) return false;
    if (!this.#process.code.covers(pc)) return this.#isNativeReturn(pc);
    const known = this.#process.code.at(pc);
    if (known === null) return false;
    const { nmethod } = known.blob;
    if (nmethod?.deoptHandlers.includes(pc) === true) return true;
    // Return addresses into the interpreter are its return entry points, which no call precedes.
    if (known.blob.kind === 'interpreter' || this.#process.code.followsCall(pc)) return true;
    return known.blob.kind === 'stub-routines' && isReturnBarrier(this.#process, known, pc);
  }

  #entry(frame: PhysicalFrame): JavaEnd {
    const { layout } = this.#process;
    const at = this.#window;
    if (!at.covers(frame.fp) || frame.fp < frame.sp) throw new WalkStop('bad-frame', `entry frame at ${hex(frame.fp)}`);
    const anchorAt = at.word(frame.fp + this.#architecture.callWrapperOffsetBytes) + layout.callWrapperAnchor;
    const lastJavaSp = at.word(anchorAt + layout.anchor.lastJavaSp);
    const native = this.#architecture.callStubCaller(at, frame.fp);
    if (lastJavaSp === 0) return { kind: 'entry', anchor: null, native };
    if (lastJavaSp <= frame.fp || !at.covers(lastJavaSp)) throw new WalkStop('bad-frame', `anchor at ${hex(lastJavaSp)}`);
    const pc = at.word(anchorAt + layout.anchor.lastJavaPc);
    return {
      kind: 'entry',
      anchor: callerFrame(
        pc === 0 ? at.returnAddress(lastJavaSp - 8) : pc,
        lastJavaSp,
        at.word(anchorAt + layout.anchor.lastJavaFp),
      ),
      native,
    };
  }

  #push(frame: Frame, at: PhysicalFrame): void {
    this.#sink.push(frame, { pc: at.pc as Address, sp: at.sp as Address, fp: at.fp as Address });
  }
}
