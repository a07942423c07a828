// What is said of every event: where it is attached, what its program must know.

import type { Profile } from './profile.ts';

/** Where a probe is attached. A libjvm's functions are looked up in the target: the first of `names` that it has. */
export type ProbePlace =
  | { readonly kind: 'probe'; readonly probe: string }
  | { readonly kind: 'libjvm-function'; readonly names: readonly string[]; readonly isReturn?: true }
  /** `provider`: default `hotspot`. `instead`: what a libjvm without USDT probes exports, and what is then said. */
  | {
      readonly kind: 'libjvm-usdt';
      readonly name: string;
      readonly provider?: string;
      readonly instead?: { readonly name: string; readonly words: string };
    };

/** Where an event is attached; `allocator`: to all functions of the one that the target uses. */
export type EventPlace = ProbePlace | { readonly kind: 'allocator' };

/** What a program with an event needs to know of it. */
export interface EventShape {
  /** What the CPU does when it happens: the target's own code, the kernel for it, or either, which the event's registers tell. */
  readonly mode: 'user' | 'kernel' | 'either';
  /** Whether the kernel's stack says anything; that of a system call's entry is always the same. */
  readonly hasKernelStack: boolean;
  readonly unit: Profile['weightUnit'];
  /** What its program has besides; null: nothing, each event counts 1. */
  readonly part:
    | 'event-offcpu.bt'
    | 'event-alloc.bt'
    | 'event-threads.bt'
    | 'event-wall.bt'
    | 'event-nativemem.bt'
    | 'event-lock.bt'
    | 'event-operation.bt'
    | 'event-compile.bt'
    | null;
  /** CPU ticks are samples of it, too. */
  readonly alsoTicks?: boolean;
}
