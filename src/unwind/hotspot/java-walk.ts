// Walks the frames HotSpot generated code for, from a pc in the code cache to the entry frame that Java was called through:
// interpreter, compiled (with inlined frames), stubs, native wrappers. Stops at the entry frame, and says what the anchor there
// tells. The steps over each kind of code: interpreter-step.ts, compiled-step.ts, stub-step.ts, continuation-step.ts. Leaves out native
// frames (native/), and what joins the segments (sample-walk.ts).
// Sources: hotspot/cpu/{x86,aarch64}/frame_*.inline.hpp (sender_for_compiled_frame, sender_for_interpreter_frame, sender_for_entry_frame).
//
// Limits: the frames of a deoptimization under way are not taken apart; adapters' few instructions between moving the return
// address and pushing it again are guessed (approximate).

import type { Frame, FrameTrace } from '../../model/frame.ts';
import type { Registers } from '../../model/registers.ts';
import { type Address, hex } from '../../model/units.ts';
import { type StackWindow, WalkStop } from '../stack-window.ts';
import type { KnownBlob } from './code-index.ts';
import { compiledStep } from './compiled-step.ts';
import { continuationStep } from './continuation-step.ts';
import { isContinuationBlob } from './continuations.ts';
import { entryCaller, isInEntryFrame, type JavaEnd, upcallCaller, upcallFromNative } from './entry-frame.ts';
import type { HotspotProcess } from './hotspot-process.ts';
import { interpreterStep } from './interpreter-step.ts';
import { stubFrame } from './java-frames.ts';
import type { PhysicalFrame } from './physical-frame.ts';
import { ReturnAddresses } from './return-addresses.ts';
import { adapterStep, framelessStubStep, runtimeStubStep, stubRoutineStep, stubStep } from './stub-step.ts';
import type { WalkContext } from './walk-context.ts';

export interface WalkSink {
  push(frame: Frame, trace: FrameTrace): void;
}

export class JavaWalk {
  readonly #context: WalkContext;
  #steps = 0;

  /** `isNativeReturn`: whether native code has a call right before this address; the VM calls some stubs directly. */
  constructor(process: HotspotProcess, window: StackWindow, sink: WalkSink, isNativeReturn: (pc: number) => boolean) {
    this.#context = {
      process,
      architecture: process.code.architecture,
      window,
      returns: new ReturnAddresses(process, window, isNativeReturn),
      push(frame, { pc, sp, fp }) {
        sink.push(frame, { pc: pc as Address, sp: sp as Address, fp: fp as Address });
      },
      deoptimizing: false,
      mounted: null,
    };
  }

  /** Address of the newest ContinuationEntry that was met: what is above it on the stack runs in a continuation; null: none. */
  get mounted(): number | null {
    return this.#context.mounted;
  }

  /** Walks from `start`, whose pc is in the code cache. `registers` are given for a leaf. Throws WalkStop and MemoryFault. */
  run(start: PhysicalFrame, registers: Registers | null): JavaEnd {
    try {
      const end = this.#walk(start, registers);
      if (end.kind === 'native' && this.#context.deoptimizing) throw new WalkStop('bad-frame', `return to ${hex(end.frame.pc)}`);
      return end;
    } catch (error) {
      if (
        this.#context.deoptimizing &&
        error instanceof WalkStop &&
        (error.reason === 'bad-frame' || error.reason === 'no-progress')
      )
        throw new WalkStop('deoptimizing', error.detail);
      throw error;
    }
  }

  #walk(start: PhysicalFrame, registers: Registers | null): JavaEnd {
    const { architecture, process, window, push } = this.#context;
    let frame = start;
    for (;;) {
      this.#steps += 1;
      if (this.#steps > window.maxFrames) throw new WalkStop('too-deep', `${String(window.maxFrames)} frames`);
      if (architecture.uretprobeTrampolines.includes(frame.pc))
        throw new WalkStop('return-hijacked', 'a uretprobe stands in a return address');
      if (!process.code.covers(frame.pc)) return { kind: 'native', frame };
      if (frame.pc === process.callStubReturn) {
        // The tick hit the call stub itself, right after Java returned to it: nothing else would stand for this sample.
        if (frame.isLeaf) push(stubFrame(process.stubs.at(frame.pc)?.description ?? 'call_stub', ''), frame);
        return entryCaller(this.#context, frame);
      }
      const known = process.code.at(frame.pc);
      if (known === null) throw new WalkStop('code-changed', `no code at ${hex(frame.pc)} any more`);
      const stub = frame.isLeaf ? process.stubs.at(frame.pc) : null;
      if (stub !== null && isInEntryFrame(process.code, stub, process.callStubReturn, frame)) {
        push(stubFrame(stub.description, known.blob.name), frame);
        return entryCaller(this.#context, frame);
      }
      if (known.blob.kind === 'upcall-stub' && !frame.isLeaf) {
        push(stubFrame(known.blob.name, known.blob.name), frame);
        return frame === start ? upcallFromNative(this.#context, frame) : upcallCaller(this.#context, known.blob, frame);
      }
      const next = this.#step(known, frame, frame.isLeaf ? registers : null);
      // A leaf that tore its frame down can leave sp where it was only if it had none: its caller's sp is above all the same.
      if (next.sp <= frame.sp && !(frame.isLeaf && next.sp === frame.sp)) throw new WalkStop('no-progress', `sp ${hex(next.sp)}`);
      frame = next;
    }
  }

  #step(known: KnownBlob, frame: PhysicalFrame, registers: Registers | null): PhysicalFrame {
    const context = this.#context;
    switch (known.blob.kind) {
      case 'interpreter':
        return interpreterStep(context, known, frame, registers);
      case 'nmethod':
        return compiledStep(context, known, frame, registers);
      case 'runtime-stub':
        return runtimeStubStep(context, known, frame, registers);
      case 'stub-routines':
        if (isContinuationBlob(known)) return continuationStep(context, known, frame, registers);
        return stubRoutineStep(context, known, frame, registers);
      case 'vtable-stub':
        return stubStep(context, known, frame, context.architecture.frames.unbuilt, registers);
      case 'frameless-stub':
        return framelessStubStep(context, known, frame, registers);
      case 'adapter':
      case 'upcall-stub':
        return adapterStep(context, known, frame, registers);
      default:
        return known.blob.kind satisfies never;
    }
  }
}
