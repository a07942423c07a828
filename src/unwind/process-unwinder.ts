// Everything that is known about one process while it is observed, and the one thing that is asked of it: resolve this sample.
// Attaches to the VM when it is there (at once, or later for one that is still starting), and starts a new batch when told that
// all samples up to now were taken before this moment.

import type { RawSample } from '../model/sample.ts';
import type { JvmThreadLocator, JvmWalkParameters } from '../model/program.ts';
import type { KernelSymbols, TargetReader } from '../model/target.ts';
import type { Tid } from '../model/units.ts';
import { attachHotspot, type AttachResult } from './hotspot/hotspot-process.ts';
import { threadLocator } from './hotspot/thread-locator.ts';
import { walkParameters } from './hotspot/walk-parameters.ts';
import { kernelFrames } from './kernel/kernel-frames.ts';
import type { MappingRoom } from './native/mapping-room.ts';
import { NativeCode } from './native/native-code.ts';
import { walkSample } from './sample-walk.ts';
import type { WalkedSample } from './walk-target.ts';

/**
 * An unsupported VM is asked for again this often: libjvm cannot be read while it is replaced, or its process has no descriptor
 * left for us. More would only cost.
 */
const MAX_UNSUPPORTED_ASKED = 5;

export interface ProcessUnwinderOptions {
  /** Whether pages and anchors may be read again after the tick. */
  readonly reread: boolean;
  /** The VM is not asked before {@link ProcessUnwinder.attach} is called for the first time. Default: at once. */
  readonly attachLater?: boolean;
  /** For the mappings of all processes together. Default: nothing bounds how many a process has. */
  readonly mappings?: MappingRoom;
}

export interface ProcessUnwinder {
  readonly state: AttachResult;
  /** Asks again for the VM if it was not ready; true when the state changed. */
  attach(): boolean;
  /** Where the capture program finds this JVM's threads; null: no VM, too few threads to tell yet, or it hides the place. */
  locator(): JvmThreadLocator | null;
  /** What the walk in the kernel has to know; null: this VM, or this architecture, is not walked there. */
  walkParameters(locator: JvmThreadLocator): JvmWalkParameters | null;
  /** All samples resolved after this call were taken before it: what is remembered is proven again. `nowMs`: their time. */
  beginBatch(nowMs: number): void;
  /** Looks up now what samples of it will need, because it may be gone by then. */
  prime(): void;
  resolve(sample: RawSample): WalkedSample;
  /** A thread's full Java name; null when there is none to be had. */
  javaThreadName(tid: Tid, comm: string): string | null;
  /** Lets go of what it holds of the room for mappings: nothing more is resolved. */
  release(): void;
}

export function createProcessUnwinder(
  reader: TargetReader,
  kernel: KernelSymbols,
  options: ProcessUnwinderOptions,
): ProcessUnwinder {
  let state: AttachResult = options.attachLater === true ? { kind: 'starting' } : attachHotspot(reader);
  let unsupportedAsked = 0;
  const native = new NativeCode(reader, () => state.kind === 'no-vm', options.mappings ?? null);
  const hotspot = () => (state.kind === 'ready' ? state.process : null);
  const notReady = () => {
    switch (state.kind) {
      case 'ready':
      case 'no-vm':
        return null;
      case 'starting':
        return { reason: 'vm-not-ready', detail: 'the VM is still starting' } as const;
      case 'unsupported':
        return { reason: 'unsupported-vm', detail: state.detail } as const;
      case 'gone':
        return { reason: 'target-exited', detail: 'the process has ended' } as const;
      default:
        return state satisfies never;
    }
  };
  return {
    get state() {
      return state;
    },
    attach() {
      if (state.kind === 'ready') return false;
      if (state.kind === 'unsupported' && unsupportedAsked++ >= MAX_UNSUPPORTED_ASKED) return false;
      const before = state.kind;
      state = attachHotspot(reader);
      if (state.kind !== before) native.forget();
      return state.kind !== before;
    },
    locator() {
      const process = hotspot();
      return process === null ? null : threadLocator(reader, process);
    },
    walkParameters(locator) {
      const process = hotspot();
      return process === null ? null : walkParameters(reader, process, locator);
    },
    beginBatch(nowMs) {
      native.beginBatch(nowMs);
      const process = hotspot();
      process?.code.beginBatch();
      process?.stubs.beginBatch();
      process?.methods.beginBatch();
      process?.threads.beginBatch();
    },
    prime() {
      native.prime();
    },
    resolve(sample) {
      const walked = walkSample(sample, kernelFrames(sample.kernelStack, kernel), {
        hotspot: hotspot(),
        notReady: notReady(),
        native,
        reread: options.reread ? reader : null,
        alive: () => reader.alive(),
      });
      const process = hotspot();
      if (process === null || walked.continuation === null) return walked;
      return { ...walked, stack: { ...walked.stack, virtualThread: process.virtualThreads.label(walked.continuation) } };
    },
    release() {
      native.forget();
    },
    javaThreadName(tid, comm) {
      const process = hotspot();
      const thread = process?.threads.address(tid) ?? null;
      return process === null || thread === null ? null : process.threadNames.of(thread, tid, comm);
    },
  };
}
