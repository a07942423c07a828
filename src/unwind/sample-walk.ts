// One sample → one resolved stack: joins kernel frames, native segments and Java segments, leaf first, and says how it ended.
// The order of segments: kernel; native down to the last Java frame (the anchor's, or where the chain of frame pointers meets
// the code cache); Java down to an entry frame; native again to the next anchor; … until an anchor is empty: the end of the Java
// stack. What is known of a process comes from process-unwinder.ts.

import type { Frame, FrameTrace, StackOutcome, UnfinishedReason } from '../model/frame.ts';
import { isAarch64, isOf32Bits, linkOf, pointOf, type Registers } from '../model/registers.ts';
import type { RawSample } from '../model/sample.ts';
import { hex } from '../model/units.ts';
import { isVirtualThreadEntry } from './hotspot/continuations.ts';
import type { HotspotProcess } from './hotspot/hotspot-process.ts';
import { JavaWalk } from './hotspot/java-walk.ts';
import { frameOfAnchor, lastJavaFrame } from './hotspot/last-java-frame.ts';
import { findLeafCall } from './hotspot/leaf-call.ts';
import type { AnchoredFrame, PhysicalFrame } from './hotspot/physical-frame.ts';
import { MAX_LOGICAL_FRAMES, MAX_WALK_READ_BYTES } from './limits.ts';
import { gapFrame, unfinishedFrame } from './marker-frames.ts';
import { MemoryFault } from './memory-view.ts';
import type { NativePoint } from './native/native-point.ts';
import { type NativeEnd, walkNative } from './native/native-walk.ts';
import { registerFile } from './native/register-file.ts';
import { StackWindow, WalkStop } from './stack-window.ts';
import type { WalkedSample, WalkTarget } from './walk-target.ts';

/** Signal handlers on one stack: HotSpot's do not nest, others rarely do. */
const MAX_NESTED_SIGNALS = 8;

/** Resolves one sample. `kernel` are its kernel frames, leaf first. Never throws for what the target is. */
export function walkSample(sample: RawSample, kernel: readonly Frame[], target: WalkTarget): WalkedSample {
  const walk = new SampleWalk(sample, kernel, target);
  return walk.run();
}

class SampleWalk {
  readonly #sample: RawSample;
  readonly #target: WalkTarget;
  readonly #window: StackWindow;
  readonly #frames: Frame[];
  readonly #traces: (FrameTrace | null)[];
  #hasJava = false;
  /** Of the sample, or of what a signal handler in it interrupted. */
  #leafRegisters: Registers | null = null;
  #signals = 0;
  #javaWalk: JavaWalk | null = null;
  /** An upcall was met whose frame does not tell of Java frames. */
  #hasUpcall = false;
  readonly #push = (frame: Frame, trace: FrameTrace): void => {
    if (this.#frames.length >= MAX_LOGICAL_FRAMES) throw new WalkStop('too-deep', `${String(MAX_LOGICAL_FRAMES)} frames`);
    this.#frames.push(frame);
    this.#traces.push(trace);
  };

  constructor(sample: RawSample, kernel: readonly Frame[], target: WalkTarget) {
    this.#sample = sample;
    this.#target = target;
    this.#window = new StackWindow(sample.stack, target.reread, target.native.architecture.returnAddressHighMask);
    this.#frames = [...kernel];
    this.#traces = kernel.map(() => null);
  }

  run(): WalkedSample {
    const memory = this.#target.hotspot?.memory;
    let outcome: StackOutcome;
    memory?.allow(MAX_WALK_READ_BYTES);
    try {
      outcome = this.#walk();
    } catch (error) {
      if (error instanceof WalkStop) outcome = this.#stopped(error);
      else if (error instanceof MemoryFault) outcome = this.#lostMemory(error);
      else throw error;
    } finally {
      memory?.allow(Infinity);
    }
    if (outcome.kind === 'unfinished') {
      this.#frames.push(unfinishedFrame(outcome.reason));
      this.#traces.push(null);
    } else if (this.#window.approximations.size > 0) {
      outcome = { kind: 'approximate', reasons: [...this.#window.approximations].sort() };
    }
    const stack = { frames: this.#frames, outcome, hasJava: this.#hasJava };
    return { stack, traces: this.#traces, continuation: this.#continuation() };
  }

  #walk(): StackOutcome {
    const { registers, mode } = this.#sample;
    if (mode === 'kernel-thread') return this.#kernelThread();
    if (registers === null) return unfinished('no-registers', 'neither place in the kernel stack holds a user cs');
    if (isAarch64(registers) !== (this.#target.native.architecture.name === 'aarch64'))
      return unfinished('no-registers', 'these are the registers of another architecture');
    if (isOf32Bits(registers)) return unfinished('32-bit-code', 'registers of a 32-bit program');
    const leaf = leafOf(registers);
    const { hotspot, notReady } = this.#target;
    this.#leafRegisters = registers;
    if (hotspot === null) {
      let end = this.#native(leaf, null);
      while (end.kind === 'signal') end = this.#native(this.#interrupted(end.contextAt), null);
      if (notReady !== null) return unfinished(notReady.reason, notReady.detail);
      return this.#endOfNative(end);
    }
    return this.#fromLeaf(hotspot, leaf);
  }

  /** All there is stands in the kernel; a look-up of none of it is a frame, too. */
  #kernelThread(): StackOutcome {
    return this.#frames.length > 0 ? { kind: 'complete' } : unfinished('unknown-code', 'a thread of the kernel without a stack');
  }

  #fromLeaf(hotspot: HotspotProcess, leaf: PhysicalFrame): StackOutcome {
    return hotspot.code.covers(leaf.pc) ? this.#java(hotspot, leaf) : this.#fromNative(hotspot, leaf);
  }

  /** What a signal interrupted: a leaf of its own, with the registers the kernel saved. */
  #interrupted(contextAt: number): PhysicalFrame {
    this.#signals += 1;
    if (this.#signals > MAX_NESTED_SIGNALS) throw new WalkStop('too-deep', `${String(MAX_NESTED_SIGNALS)} nested signals`);
    const { signals } = this.#target.native.architecture;
    const registers = signals.registers((address) => this.#window.returnAddress(address), contextAt);
    this.#leafRegisters = registers;
    return leafOf(registers);
  }

  /** From native code (of a JVM's thread) to the last Java frame, if there is one, and on. */
  #fromNative(hotspot: HotspotProcess, start: PhysicalFrame): StackOutcome {
    const anchor = this.#lastJavaFrame(hotspot, start);
    const before = this.#frames.length;
    const end = this.#native(start, anchor?.sp ?? null);
    if (end.kind === 'signal') return this.#fromLeaf(hotspot, this.#interrupted(end.contextAt));
    if (anchor !== null) return this.#java(hotspot, frameOfAnchor(this.#window, anchor));
    if (end.kind === 'java') {
      const newer = end.overGap ? this.#scanOver(hotspot, start, before, end.point.sp) : null;
      if (end.overGap && newer === null) this.#window.approximations.add('native-gap');
      return this.#java(hotspot, newer ?? { ...end.point, isLeaf: false });
    }
    if (end.kind === 'thread-start') {
      const java = end.overGap && this.#isJavaThread(hotspot) ? this.#scanOver(hotspot, start, before, null) : null;
      return java === null ? this.#endOfNative(end) : this.#java(hotspot, java);
    }
    const java = this.#sample.anchor?.thread === 0 ? null : this.#leafCall(hotspot, start);
    return java === null ? this.#endOfNative(end) : this.#java(hotspot, java);
  }

  /** null: none. Where it cannot be (a signal handler on a stack of its own), the native frames are shown, and the reason. */
  #lastJavaFrame(hotspot: HotspotProcess, start: PhysicalFrame): AnchoredFrame | null {
    try {
      return lastJavaFrame(hotspot, this.#sample, this.#window, this.#target.reread !== null);
    } catch (error) {
      if (error instanceof WalkStop) this.#native(start, null);
      throw error;
    }
  }

  /** From a Java frame to the end of the Java stack, through every entry frame. */
  #java(hotspot: HotspotProcess, start: PhysicalFrame): StackOutcome {
    const sink = {
      push: (frame: Frame, trace: FrameTrace): void => {
        if (frame.kind !== 'stub') this.#hasJava = true;
        this.#push(frame, trace);
      },
    };
    const walk = (this.#javaWalk ??= new JavaWalk(hotspot, this.#window, sink, (pc) => this.#target.native.isReturnAddress(pc)));
    for (let frame = start; ;) {
      const end = walk.run(frame, frame.isLeaf ? this.#leafRegisters : null);
      if (end.kind === 'upcall') {
        // Only the newest upcall can be on its way in or out: what more there is of them is damage.
        if (this.#hasUpcall) return unfinished('bad-frame', 'an upcall out of nowhere');
        this.#hasUpcall = true;
        return this.#fromNative(hotspot, end.native);
      }
      if (end.kind === 'native') {
        // Stubs that the VM itself calls (arraycopy, flush_icache) have no Java caller.
        if (frame.isLeaf && !this.#hasJava) return this.#fromNative(hotspot, end.frame);
        return unfinished('bad-frame', `return to ${hex(end.frame.pc)}, outside Java code`);
      }
      if (end.anchor === null) {
        this.#rootFrames(end.native);
        return { kind: 'complete' };
      }
      this.#native(end.native, end.anchor.sp);
      frame = frameOfAnchor(this.#window, end.anchor);
    }
  }

  /** What the walk met on its way to the carrier, however it ended. */
  #continuation(): number | null {
    const { hotspot } = this.#target;
    const mounted = this.#javaWalk?.mounted ?? null;
    const at = hotspot?.layout.continuation ?? null;
    if (hotspot === null || mounted === null || at === null) return null;
    return isVirtualThreadEntry(hotspot, this.#window, mounted) ? this.#window.tryWord(mounted + at.continuation) : null;
  }

  #native(start: NativePoint, untilSp: number | null): NativeEnd {
    const { hotspot, native } = this.#target;
    return walkNative(start, {
      code: native,
      window: this.#window,
      push: this.#push,
      isJavaCode: (pc) => hotspot?.code.covers(pc) ?? false,
      callsOutOfJava: (pc) => hotspot?.code.callsOut(pc) ?? false,
      untilSp,
    });
  }

  #endOfNative(end: NativeEnd): StackOutcome {
    switch (end.kind) {
      case 'thread-start':
        if (end.overGap) this.#window.approximations.add('native-gap');
        return { kind: 'complete' };
      case 'unfinished':
        return unfinished(end.reason, end.detail);
      case 'java':
      case 'met':
      case 'signal':
        return unfinished('bad-frame', 'native frames led into Java code of no known VM');
      default:
        return end satisfies never;
    }
  }

  /** Native frames below the oldest Java frame, if they lead to the thread's start: never a reason to be unfinished. */
  #rootFrames(start: NativePoint): void {
    const kept = this.#frames.length;
    try {
      if (this.#native(start, null).kind === 'thread-start') return;
    } catch (error) {
      if (!(error instanceof WalkStop)) throw error;
    }
    this.#frames.length = kept;
    this.#traces.length = kept;
  }

  /** The VM's own threads have a current thread as well; they run no Java. */
  #isJavaThread(hotspot: HotspotProcess): boolean {
    const thread = this.#sample.anchor?.thread ?? 0;
    return thread !== 0 && hotspot.threads.address(this.#sample.tid) === thread;
  }

  /**
   * The chain in rbp led past a leaf without frame pointer, to the thread's start or to Java whose sp is `metSp`: Java frames that keep none
   * may lie in the gap. When a call out of Java is found there, the frames from `first` on up to the gap stay, and the walk goes on from that
   * call. null: there is none but what was met.
   */
  #scanOver(hotspot: HotspotProcess, leaf: PhysicalFrame, first: number, metSp: number | null): PhysicalFrame | null {
    const java = findLeafCall(hotspot, this.#window, leaf);
    if (java === null || (metSp !== null && java.sp >= metSp)) return null;
    const gap = this.#frames.findIndex(({ marker }, i) => i >= first && marker === 'native-gap');
    this.#frames.length = gap;
    this.#traces.length = gap;
    this.#pushGap(leaf);
    return java;
  }

  /** Native frames up to the caller found for `leaf` are missing. */
  #leafCall(hotspot: HotspotProcess, leaf: PhysicalFrame): PhysicalFrame | null {
    const java = findLeafCall(hotspot, this.#window, leaf);
    if (java !== null) this.#pushGap(leaf);
    return java;
  }

  /** For native frames that are missing before a caller that was guessed. */
  #pushGap({ pc, sp, fp }: PhysicalFrame): void {
    this.#window.approximations.add('unvalidated-step');
    this.#push(gapFrame(), { pc, sp, fp } as FrameTrace);
  }

  /** What looks like a bad frame or changed code in a process that is gone is missing memory. */
  #stopped({ reason, detail }: WalkStop): StackOutcome {
    if (reason === 'deoptimizing') this.#hasJava = true;
    const isGone = (reason === 'bad-frame' || reason === 'code-changed') && !this.#target.alive();
    return unfinished(isGone ? 'target-exited' : reason, detail);
  }

  #lostMemory(fault: MemoryFault): StackOutcome {
    if (!this.#target.alive()) return unfinished('target-exited', fault.message);
    return unfinished('code-changed', fault.message);
  }
}

function leafOf(registers: Registers): PhysicalFrame {
  const link = linkOf(registers);
  return { ...pointOf(registers), isLeaf: true, registers: registerFile(registers), ...(link === null ? {} : { link }) };
}

function unfinished(reason: UnfinishedReason, detail: string): StackOutcome {
  return { kind: 'unfinished', reason, detail };
}
